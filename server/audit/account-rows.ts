import { formatInstant, parseInstant } from '../../devices/contract/instant.ts';
import { badCursor, isInstant, readCursor, writeCursor } from '../cursor.ts';
import type { Account, AccountRow, FigureName } from '../http/contract/accounts.ts';
import { FIGURE, figureValue, ledgerRowOf } from './figures.ts';
import type { DecisionDoc } from '../store/types.ts';
import type { SeenPassage } from './ledger-rows.ts';
import { deliveriesOf, passagesOf, refusedArrivals, type MonthDeps } from './month-rows.ts';

/** After which row a page goes on: a delivery, or an arrival or passage. */
type Place = ['delivery', id: string] | ['arrival', at: number, id: string] | ['passage', at: number, id: string];

export interface RowsPage {
  items: AccountRow[];
  next: string | null;
}

/**
 * The rows that a figure of a stored account is made of, as recorded by the account's moment: what they add is the figure. Deliveries by
 * id, then arrivals and passages, newest first.
 */
export function createAccountRows(deps: MonthDeps) {
  async function* rowsOf(account: Account, name: FigureName, after?: Place): AsyncGenerator<{ row: AccountRow; place: Place }> {
    const figure = FIGURE[name];
    const { enterprise, month } = account;
    const { estimate } = account.figures;
    const asOf = parseInstant(account.asOf);
    if (figure.delivery && (!after || after[0] === 'delivery')) {
      for (const { id, mode, cargo, tonnes, direction } of await deliveriesOf(enterprise, month, asOf, deps)) {
        const delivery = { id, mode, cargo, tonnes, direction };
        if ((after && id <= after[1]) || !figure.delivery(delivery)) continue;
        const value = figure.unit === 't' ? Math.round(tonnes * 1000) / 1000 : 1;
        yield { row: { source: 'delivery', id, value, delivery }, place: ['delivery', id] };
      }
    }
    if (figure.refused) {
      for (const doc of await refusedArrivals(enterprise, month, asOf, deps)) {
        const at = doc.at.getTime();
        if (after?.[0] === 'arrival' && (at > after[1] || (at === after[1] && doc._id >= after[2]))) continue;
        const arrival = { ref: doc.ref, gate: doc.device.slice('gate/'.length), ...plateOf(doc.plate), ...reasonOf(doc) };
        const row: AccountRow = { source: 'arrival', id: doc._id, at: formatInstant(at), value: 1, arrival };
        yield { row, place: ['arrival', at, doc._id] };
      }
    }
    if (!figure.ledger && !figure.passage) return;
    const begin = after?.[0] === 'passage' ? { after: { at: after[1], id: after[2] } } : {};
    for await (const passages of passagesOf(enterprise, month, asOf, deps, { newestFirst: true, ...begin })) {
      for (const { doc, outcome, release, againstDecision, row } of passages) {
        const place: Place = ['passage', doc.at.getTime(), doc._id];
        if (row && figure.ledger?.(row)) yield { row: ledgerRowOf(row, figure, estimate), place };
        else if (figure.passage?.({ outcome, forced: release?.mode === 'forced', againstDecision })) {
          const passage = { gate: doc.deviceId, ...plateOf(doc.plate), ...releaseOf(release) };
          yield { row: { source: 'passage', id: doc._id, at: formatInstant(doc.at.getTime()), value: 1, passage }, place };
        }
      }
    }
  }

  return {
    /** @throws AppError 400 `bad-cursor` */
    async page(account: Account, figure: FigureName, limit: number, cursor?: string): Promise<RowsPage> {
      const items: AccountRow[] = [];
      let last: Place | undefined;
      for await (const { row, place } of rowsOf(account, figure, cursor === undefined ? undefined : readPlace(cursor))) {
        if (items.length === limit) return { items, next: writeCursor(last!) };
        items.push(row);
        last = place;
      }
      return { items, next: null };
    },

    /** All of them. */
    async *all(account: Account, figure: FigureName): AsyncGenerator<AccountRow> {
      for await (const { row } of rowsOf(account, figure)) yield row;
    },

    /** What the account says they add up to. */
    total: (account: Account, figure: FigureName) => ({
      unit: FIGURE[figure].unit,
      total: figureValue(account.figures, figure),
    }),
  };
}
export type AccountRows = ReturnType<typeof createAccountRows>;

function plateOf(plate: string | undefined) {
  return plate === undefined ? {} : { plate };
}

function reasonOf({ reasons }: Pick<DecisionDoc, 'reasons'>) {
  const first = reasons?.[0];
  if (!first) return {};
  const { rule, code, zh, en } = first;
  return { reason: { rule, code, zh, en } };
}

function releaseOf(release: SeenPassage['release']) {
  if (!release) return {};
  const { mode, operator, reason } = release;
  return { release: mode, ...(operator !== undefined && { operator }), ...(reason !== undefined && { reason }) };
}

function readPlace(cursor: string): Place {
  const place = readCursor(cursor);
  const [source, at, id] = place;
  if (source === 'delivery' && typeof at === 'string') return ['delivery', at];
  if ((source === 'arrival' || source === 'passage') && isInstant(at) && typeof id === 'string') return [source, at, id];
  throw badCursor();
}
