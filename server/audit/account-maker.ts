import { setImmediate as breathe } from 'node:timers/promises';
import { formatInstant } from '../../devices/contract/instant.ts';
import type { Clock } from '../clock.ts';
import type { Account, AccountFigures } from '../http/contract/accounts.ts';
import { allInForce } from '../registry/in-force.ts';
import { transmission } from '../rules/device-health.ts';
import type { EnterpriseFacts } from '../rules/types.ts';
import type { AccountDoc, AccountStore } from '../store/accounts.ts';
import type { DeviceStatusStore } from '../store/device-status.ts';
import { differencesBetween, rankBy, sealed } from './account-text.ts';
import { deliveriesOf, passagesOf, refusedArrivals, type MonthDeps } from './month-rows.ts';
import { daysOf, freezeMoment, monthsAfter, stretchOf } from './months.ts';
import { createTally } from './tally.ts';

export interface AccountMakerDeps extends MonthDeps {
  accounts: AccountStore;
  statuses: Pick<DeviceStatusStore, 'listening' | 'heardOn'>;
  clock: Clock;
  /** The moment of a new account: what is stamped before it is stored. */
  moment(): Promise<number>;
}

/** What an account is made of before it has a revision. */
interface Draft {
  enterprise: EnterpriseFacts;
  figures: AccountFigures;
  asOf: number;
  policyVersion: string;
  limits: { minPercent: number; defaultTonnes: number };
}

/**
 * Makes revisions of accounts. A revision is made of what was recorded by its `asOf`; a new one only where a figure differs, or to
 * freeze. Any process may, several at once too: of the same revision the first stored one stands.
 */
export function createAccountMaker(deps: AccountMakerDeps) {
  const { accounts, registry, policies, statuses, clock } = deps;

  async function draftOf(enterprise: EnterpriseFacts, month: string, asOf: number): Promise<Draft> {
    const { to } = stretchOf(month);
    // The policy in force when the month ended, or now.
    const policy = policies.at(Math.min(to - 1, asOf), asOf);
    const { minPercent, defaultTonnes } = policy.account;
    const tally = createTally();
    for await (const passages of passagesOf(enterprise.id, month, asOf, deps)) {
      for (const { outcome, release, againstDecision, row } of passages) {
        tally.passage({ outcome, forced: release?.mode === 'forced', againstDecision });
        if (row) tally.row(row);
      }
      await breathe();
    }
    for (const delivery of await deliveriesOf(enterprise.id, month, asOf, deps)) tally.delivery(delivery);
    const figures = tally.figures({
      refused: (await refusedArrivals(enterprise.id, month, asOf, deps)).length,
      transmission: await transmissionOf(enterprise.id, month, asOf),
      limits: { minPercent, defaultTonnes, qualityPercent: policy.rules['device-health'].transmissionPercent },
    });
    return { enterprise, figures, asOf, policyVersion: policy.version, limits: { minPercent, defaultTonnes } };
  }

  /** The minutes in which the enterprise's gates were heard, of those in which the platform listened. */
  async function transmissionOf(enterprise: string, month: string, asOf: number) {
    const gates = (await gatesOf([enterprise], month, asOf)).get(enterprise) ?? [];
    const days = daysOf(month, asOf);
    const sums = { gates: gates.length, heardMinutes: 0, expectedMinutes: 0 };
    if (gates.length === 0 || days.length === 0) return sums;
    const listened = await statuses.listening(days);
    for (const [day, minutes] of listened) {
      const heard = await statuses.heardOn(day, gates);
      for (const gate of gates) {
        const rate = transmission(heard.get(gate) ?? [], minutes);
        sums.heardMinutes += rate.heard;
        sums.expectedMinutes += rate.expected;
      }
    }
    return sums;
  }

  /** The enabled gates of enterprises at the end of a month, or at `asOf` if that comes first, as `gate/<id>`. */
  async function gatesOf(enterprises: string[], month: string, asOf: number): Promise<Map<string, string[]>> {
    const at = Math.min(stretchOf(month).to - 1, asOf);
    const versions = await registry.devicesOfEnterprise(enterprises);
    return new Map(
      enterprises.map((id) => [
        id,
        allInForce(versions.get(id) ?? [], at, asOf)
          .filter(({ facts }) => facts.kind === 'gate' && facts.enabled && facts.enterpriseId === id)
          .map(({ key }) => key),
      ]),
    );
  }

  /** Enterprises as they were when the month ended, or are now; of later ones what is known. */
  async function enterprisesAt(month: string, asOf: number): Promise<Map<string, EnterpriseFacts>> {
    const versions = await registry.allEnterprises();
    const at = Math.min(stretchOf(month).to - 1, asOf);
    const found = [...allInForce(versions, asOf, asOf), ...allInForce(versions, at, asOf)];
    return new Map(found.map(({ facts }) => [facts.id, facts]));
  }

  /** Stores a draft as the revision after `last`. @returns what stands: another process may have been faster */
  async function store(
    { enterprise, figures, asOf, policyVersion, limits }: Draft,
    month: string,
    state: Account['state'],
    last: AccountDoc | null,
    rank: { place: number; of: number } | undefined,
  ): Promise<AccountDoc | null> {
    const revision = (last?.revision ?? 0) + 1;
    const before = last && (JSON.parse(last.text) as Account);
    const { id, nameZh, county, industry } = enterprise;
    const { digest, text } = sealed({
      enterprise: id,
      enterpriseName: nameZh,
      county,
      industry,
      month,
      revision,
      state,
      asOf: formatInstant(asOf),
      policyVersion,
      limits,
      figures,
      rank: rank ?? null,
      monthOnMonth: await monthOnMonth(id, month, figures),
      differences: before ? differencesBetween(before.figures, figures) : [],
    });
    const doc: AccountDoc = { _id: `${id}|${month}|${revision}`, enterprise: id, month, revision, state, asOf: new Date(asOf), digest, text }; // prettier-ignore
    return (await accounts.insert(doc)) ? doc : accounts.last(id, month);
  }

  async function monthOnMonth(enterprise: string, month: string, figures: AccountFigures): Promise<Account['monthOnMonth']> {
    const doc = await accounts.last(enterprise, monthsAfter(month, -1));
    return doc && monthOnMonthWith(JSON.parse(doc.text) as Account, figures);
  }

  const frozenAt = (month: string) => {
    const now = clock.now();
    return freezeMoment(month, policies.at(Math.min(now, stretchOf(month).to - 1), now).account.freezeDay);
  };

  /**
   * Freezes a month: the final revision of every enterprise that has gates, an account, or deliveries, of what was recorded by the
   * moment of freezing, ranked among one another. Those frozen already stay as they are.
   */
  async function freeze(month: string): Promise<void> {
    const asOf = frozenAt(month);
    const [known, last, recorded] = await Promise.all([
      enterprisesAt(month, asOf),
      accounts.lastOf(month),
      accounts.deliveriesRecorded(0),
    ]);
    const lastOf = new Map(last.map((doc) => [doc.enterprise, doc]));
    const declared = new Set(recorded.filter(([, of, at]) => of === month && at <= asOf).map(([id]) => id));
    const gates = await gatesOf([...known.keys()], month, asOf);
    const drafts: Draft[] = [];
    for (const [id, enterprise] of known) {
      if (gates.get(id)?.length || declared.has(id) || lastOf.has(id)) drafts.push(await draftOf(enterprise, month, asOf));
    }
    const ranks = rankBy(new Map(drafts.map(({ enterprise, figures }) => [enterprise.id, figures.auditShare])));
    for (const draft of drafts) {
      const before = lastOf.get(draft.enterprise.id) ?? null;
      if (before?.state !== 'final') await store(draft, month, 'final', before, ranks.get(draft.enterprise.id));
    }
  }

  /**
   * Brings an account up to now: freezes its month when that is due, and adds a revision where a figure differs.
   * @param due it is due: so also the first one of an enterprise in whose month nothing has happened; by which moment what is stamped
   *   is stored
   * @returns the last revision; null when there is none
   */
  async function refresh(id: string, month: string, due?: { by: number }): Promise<AccountDoc | null> {
    const now = due?.by ?? (await deps.moment());
    if (stretchOf(month).from > now) return null;
    const enterprise = (await enterprisesAt(month, now)).get(id);
    if (!enterprise) return accounts.last(id, month);
    const frozen = now >= frozenAt(month);
    let last = await accounts.last(id, month);
    if (frozen && last?.state !== 'final' && (last !== null || !(await isEmpty(enterprise, month, frozenAt(month))))) {
      await freeze(month);
      last = await accounts.last(id, month);
    }
    // Somebody who looked has had it brought up later than this.
    if (last && last.asOf.getTime() >= now) return last;
    const draft = await draftOf(enterprise, month, now);
    const { rows, passages } = draft.figures;
    const nothing = rows.road + rows.deliveries + passages.refused + passages.turnedBack + passages.forced === 0;
    if (!last && nothing && !due) return null;
    if (last && differencesBetween((JSON.parse(last.text) as Account).figures, draft.figures).length === 0) return last;
    const shares = new Map((await accounts.lastOf(month)).map((doc) => [doc.enterprise, (JSON.parse(doc.text) as Account).figures.auditShare])); // prettier-ignore
    shares.set(id, draft.figures.auditShare);
    const stands = await store(draft, month, frozen ? 'final' : 'provisional', last, rankBy(shares).get(id));
    // Another's of an earlier moment took the place: it lacks what came since.
    return stands && stands.asOf.getTime() < draft.asOf ? refresh(id, month, due) : stands;
  }

  async function isEmpty(enterprise: EnterpriseFacts, month: string, asOf: number): Promise<boolean> {
    for await (const passages of passagesOf(enterprise.id, month, asOf, deps)) if (passages.length > 0) return false;
    return (await deliveriesOf(enterprise.id, month, asOf, deps)).length === 0;
  }

  /** Enterprises that have an account of the month. */
  const enterprisesIn = async (month: string) => new Set((await accounts.lastOf(month)).map((doc) => doc.enterprise));

  return { refresh, freeze, frozenAt, gatesOf, enterprisesIn, moment: () => deps.moment() };
}
export type AccountMaker = ReturnType<typeof createAccountMaker>;

/** This month's figures against the account of the month before. */
export function monthOnMonthWith(before: Account, { auditShare }: AccountFigures): NonNullable<Account['monthOnMonth']> {
  const old = before.figures.auditShare;
  return {
    month: before.month,
    revision: before.revision,
    auditShare: old,
    totalTonnes: before.figures.tonnes.total,
    change: auditShare === null || old === null ? null : Math.round((auditShare - old) * 100) / 100,
  };
}
