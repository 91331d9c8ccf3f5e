import type { Db } from 'mongodb';
import { civilDate, civilDayStart, DAY, formatInstant, HOUR } from '../../devices/contract/instant.ts';
import { KINDS, type Kind } from '../../devices/contract/kinds.ts';
import { coversCounty, scopeFilter as alertFilter, scopeOf, seesPlace } from '../alerts/scope.ts';
import type { Actor, AlertDoc } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import type { DayFigures, Pair } from '../http/contract/figures.ts';
import { covers, responseInForce } from '../policy/responses.ts';
import { allInForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { DeviceStatusStore } from '../store/device-status.ts';
import { DECISION_FIGURES, REFUSALS } from '../store/decisions.ts';
import { DISPUTED, FINDING_FIGURES } from '../store/findings.ts';
import type { DecisionDoc, FindingDoc } from '../store/types.ts';
import { createFigureCache, scopeKey } from './figure-cache.ts';
import { scopeFilter } from './scope.ts';

export interface DayFigureDeps {
  db: Db;
  clock: Clock;
  registry: Pick<RegistryReader, 'sync' | 'allDevices' | 'allEnterprises' | 'responses'>;
  statuses: Pick<DeviceStatusStore, 'all'>;
  /** Every rule's id: findings are counted along an index that begins with the rule. */
  rules: readonly string[];
  restMs?: number;
}

const TOP = 10;
const STANDING = ['pending', 'confirmed'];

/** The stretch of a day that is looked at, and the same of the day before. */
interface Stretch {
  start: number;
  end: number;
  beforeStart: number;
  beforeEnd: number;
}

/** A civil day in figures, within the reader's scope: each of them is the count of rows that a list shows. */
export function createDayFigures({ db, clock, registry, statuses, rules, restMs = 3_000 }: DayFigureDeps) {
  const decisions = db.collection<DecisionDoc>('decisions');
  const findings = db.collection<FindingDoc>('findings');
  const alerts = db.collection<AlertDoc>('alerts');
  const cached = createFigureCache<DayFigures>({ restMs });

  /** Counts by hour since the day before began; what lies between the two stretches is told apart. */
  function counting(field: string, { start, end, beforeStart, beforeEnd }: Stretch) {
    return {
      within: { [field]: { $gte: new Date(beforeStart), $lt: new Date(end) } },
      hour: { $trunc: { $divide: [{ $subtract: [`$${field}`, new Date(beforeStart)] }, HOUR] } },
      when: {
        $switch: {
          branches: [
            { case: { $gte: [`$${field}`, new Date(start)] }, then: 'now' },
            { case: { $lt: [`$${field}`, new Date(beforeEnd)] }, then: 'before' },
          ],
          default: 'later',
        },
      },
    };
  }

  async function decided(scope: object, stretch: Stretch) {
    const { within, hour, when } = counting('at', stretch);
    const rows = await decisions
      .aggregate<{ _id: { hour: number; when: string; message: string; word: string }; n: number }>(
        [
          { $match: { ...within, ...scope } },
          { $group: { _id: { hour, when, message: '$message', word: '$decision.decision' }, n: { $sum: 1 } } },
        ],
        { hint: DECISION_FIGURES },
      )
      .toArray();
    const sum = (meets: (id: (typeof rows)[number]['_id']) => boolean) =>
      rows.reduce((total, { _id, n }) => (meets(_id) ? total + n : total), 0);
    const pairOf = (meets: (id: (typeof rows)[number]['_id']) => boolean): Pair => ({
      now: sum((id) => id.when === 'now' && meets(id)),
      before: sum((id) => id.when === 'before' && meets(id)),
    });
    const inHour = (message: string, h: number) => sum((id) => id.message === message && id.hour === h);
    return {
      arrivals: pairOf((id) => id.message === 'arrival'),
      passages: pairOf((id) => id.message === 'passage'),
      refused: pairOf((id) => id.message === 'arrival' && id.word === 'refuse'),
      review: pairOf((id) => id.message === 'arrival' && id.word === 'review'),
      hours: Array.from({ length: 24 }, (_, h) => ({
        hour: h,
        arrivals: inHour('arrival', 24 + h),
        passages: inHour('passage', 24 + h),
        before: { arrivals: inHour('arrival', h), passages: inHour('passage', h) },
      })),
    };
  }

  async function refusals(scope: object, stretch: Stretch) {
    const { within, when } = counting('at', stretch);
    const rows = await decisions
      .aggregate<{ _id: { when: string; rule?: string; enterprise?: string }; n: number }>(
        [
          { $match: { ...within, ...scope, message: 'arrival', 'decision.decision': 'refuse' } },
          { $group: { _id: { when, rule: { $first: '$decision.reasons.rule' }, enterprise: '$enterprise' }, n: { $sum: 1 } } },
        ],
        { hint: REFUSALS },
      )
      .toArray();
    const byEnterprise = paired(rows.map(({ _id, n }) => ({ key: _id.enterprise ?? '', when: _id.when, n })));
    const names = new Map(
      allInForce(await registry.allEnterprises(), stretch.end, clock.now()).map((e) => [e.facts.id, e.facts.nameZh]),
    );
    return {
      refusals: paired(rows.map(({ _id, n }) => ({ key: _id.rule ?? '', when: _id.when, n }))).map(({ key, ...p }) => ({ rule: key, ...p })),
      refusedAt: byEnterprise
        .filter(({ key, now }) => key !== '' && now > 0)
        .slice(0, TOP)
        .map(({ key, ...p }) => ({ enterprise: key, name: names.get(key) ?? key, ...p })),
    }; // prettier-ignore
  }

  async function found(scope: object, stretch: Stretch) {
    const { within, when } = counting('at', stretch);
    const rows = await findings
      .aggregate<{ _id: { when: string; rule: string; code: string }; n: number }>(
        [
          { $match: { rule: { $in: [...rules] }, ...within, status: { $in: STANDING }, ...scope } },
          { $group: { _id: { when, rule: '$rule', code: '$code' }, n: { $sum: 1 } } },
        ],
        { hint: FINDING_FIGURES },
      )
      .toArray();
    const all = paired(rows.map(({ _id, n }) => ({ key: `${_id.rule}|${_id.code}`, when: _id.when, n })));
    const over = all.find(({ key }) => key === 'remote-sensing|exceedance');
    return {
      findings: all.map(({ key, ...p }) => ({ rule: key.split('|')[0]!, code: key.split('|')[1]!, ...p })),
      exceedances: { now: over?.now ?? 0, before: over?.before ?? 0 },
    };
  }

  async function opened(actor: Actor, stretch: Stretch): Promise<Pair> {
    const rows = await alerts
      .aggregate<{ _id: string; n: number }>([
        {
          $match: {
            ...counting('firstAt', stretch).within,
            state: { $ne: 'withdrawn' },
            ...alertFilter(scopeOf(actor)),
          },
        },
        { $group: { _id: counting('firstAt', stretch).when, n: { $sum: 1 } } },
      ])
      .toArray();
    const of = (when: string) => rows.find(({ _id }) => _id === when)?.n ?? 0;
    return { now: of('now'), before: of('before') };
  }

  async function work(actor: Actor, scope: object, now: number) {
    const seen = alertFilter(scopeOf(actor));
    const [states, overdue, disputes, pending] = await Promise.all([
      alerts
        .aggregate<{ _id: string; n: number }>([
          { $match: { state: { $in: ['open', 'acknowledged', 'dispatched'] }, ...seen } },
          { $group: { _id: '$state', n: { $sum: 1 } } },
        ])
        .toArray(),
      alerts.countDocuments({ state: 'dispatched', due: { $lt: new Date(now) }, ...seen }),
      findings.countDocuments({ disputed: true, ...scope }, { hint: DISPUTED }),
      findings.countDocuments({ dueAt: { $exists: true }, status: 'pending', ...scope }, { hint: 'due' }),
    ]);
    const of = (state: string) => states.find(({ _id }) => _id === state)?.n ?? 0;
    return { open: of('open'), acknowledged: of('acknowledged'), dispatched: of('dispatched'), overdue, disputes, pending };
  }

  async function devices(actor: Actor, now: number) {
    const [versions, said] = await Promise.all([registry.allDevices(), statuses.all()]);
    const online = new Set(said.filter((s) => s.online).map((s) => s._id));
    const fixed = allInForce(versions, now, now)
      .map((v) => v.facts)
      .filter((d) => d.enabled && d.kind !== 'on-board' && seesPlace(actor, d.county, d.enterpriseId));
    const kinds = KINDS.flatMap((kind: Kind) => {
      const own = fixed.filter((d) => d.kind === kind);
      return own.length === 0 ? [] : [{ kind, all: own.length, online: own.filter((d) => online.has(`${kind}/${d.id}`)).length }];
    });
    return { online: kinds.reduce((n, k) => n + k.online, 0), all: fixed.length, kinds };
  }

  /** Those that count somewhere in the reader's counties. */
  async function responses(actor: Actor, at: number) {
    const rows = await registry.responses();
    const counties = new Set(rows.flatMap((row) => row.counties));
    const inForce = [...counties].flatMap((county) => responseInForce(rows, county, at, clock.now()) ?? []);
    const mine = [...new Map(inForce.map((r) => [r.id, r])).values()].filter(
      (r) =>
        actor.role === 'enterprise' ||
        actor.counties === undefined ||
        actor.counties.some((own) => covers(r.counties, own)) ||
        r.counties.some((c) => coversCounty(actor.counties, c)),
    );
    return mine.map(({ id, level, counties: where, start, end, reference }) => ({
      id,
      level,
      counties: [...where],
      start: formatInstant(start),
      ...(end !== undefined && { end: formatInstant(end) }),
      reference,
    }));
  }

  async function make(date: string, actor: Actor): Promise<DayFigures> {
    const now = clock.now();
    const start = civilDayStart(date);
    const today = civilDate(now) === date;
    const end = today ? now : start + DAY;
    const stretch = { start, end, beforeStart: start - DAY, beforeEnd: end - DAY };
    await registry.sync();
    const [ofDecisions, ofFindings] = await Promise.all([
      scopeFilter(db, actor, 'decisions'),
      scopeFilter(db, actor, 'findings'),
    ]);
    const [answers, refused, judged, raised, todo, online, orders] = await Promise.all([
      decided(ofDecisions, stretch),
      refusals(ofDecisions, stretch),
      found(ofFindings, stretch),
      opened(actor, stretch),
      today ? work(actor, ofFindings, now) : undefined,
      today ? devices(actor, now) : undefined,
      responses(actor, today ? now : end - 1),
    ]);
    return {
      date,
      from: formatInstant(start),
      to: formatInstant(end),
      beforeFrom: formatInstant(stretch.beforeStart),
      beforeTo: formatInstant(stretch.beforeEnd),
      asOf: formatInstant(now),
      ...answers,
      ...refused,
      ...judged,
      alerts: raised,
      ...(todo && { work: todo }),
      ...(online && { devices: online }),
      responses: orders,
    };
  }

  return {
    /** @param date a civil day; absent: today */
    day(date: string | undefined, actor: Actor): Promise<DayFigures> {
      const asked = date ?? civilDate(clock.now());
      return cached(`${asked} ${scopeKey(actor)}`, () => make(asked, actor));
    },
  };
}
export type DayFigureReader = ReturnType<typeof createDayFigures>;

/** Rows by key, today's greatest first. */
function paired(rows: { key: string; when: string; n: number }[]): (Pair & { key: string })[] {
  const all = new Map<string, Pair & { key: string }>();
  for (const { key, when, n } of rows) {
    const pair = all.get(key) ?? { key, now: 0, before: 0 };
    if (when === 'now') pair.now += n;
    if (when === 'before') pair.before += n;
    all.set(key, pair);
  }
  return [...all.values()]
    .filter(({ now, before }) => now + before > 0)
    .sort((a, b) => b.now - a.now || b.before - a.before || (a.key < b.key ? -1 : 1));
}
