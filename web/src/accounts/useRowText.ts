import type { AccountRow } from '../api/accounts.ts';
import { useLedgerText } from '../ledgers/useLedgerText.ts';
import { useWords } from '../i18n/words.ts';
import { useRegistry } from '../stores/registry.ts';
import { useFigureText } from './useFigureText.ts';

/** What a row of a figure says: it may be a ledger row, a declared delivery, an arrival or a passage. */
export function useRowText() {
  const { t, n, tonnes, label } = useFigureText();
  const { either, te, t: word } = useWords();
  const ledger = useLedgerText();
  const registry = useRegistry();

  const plate = ({ ledger: row, arrival, passage }: AccountRow) =>
    row ? `${row.plate.number},${row.plate.color}` : (arrival?.plate ?? passage?.plate);
  const gateName = (gate: string) => registry.deviceByKey.get(`gate/${gate}`)?.nameZh ?? gate;
  const way = (direction: 'in' | 'out') => ledger.t(`ledger.way.${direction}`);
  const source = ({ source: what }: AccountRow) => (what === 'ledger' ? t('page.ledger') : t(`rows.${what}`));

  function place({ ledger: row, arrival, passage, delivery }: AccountRow): string {
    if (row) return `${row.gateName} · ${way(row.direction)}`;
    if (delivery) return way(delivery.direction);
    return gateName(arrival?.gate ?? passage?.gate ?? '');
  }

  function detail({ ledger: row, delivery, arrival, passage }: AccountRow): string {
    if (row) return ledger.cargo(row);
    if (delivery) return `${delivery.cargo} · ${delivery.id}`;
    if (arrival) return arrival.reason ? either(arrival.reason) : '';
    const mode = passage?.release;
    const said = mode !== undefined && ledger.te(`ledger.mode.${mode}`) ? ledger.t(`ledger.mode.${mode}`) : mode;
    return [said, passage?.reason, passage?.operator].filter(Boolean).join(' · ');
  }

  const mode = (name: string) =>
    te(`office.values.mode.${name}`) ? word(`office.values.mode.${name}`) : label(`tonnes.${name}`);
  const value = (row: AccountRow) => (row.ledger || row.delivery ? n(row.value) : String(row.value));
  return { t, n, tonnes, label, plate, place, detail, source, value, mode };
}
