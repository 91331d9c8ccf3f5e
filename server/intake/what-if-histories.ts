import { civilDate, civilDayStart, DAY, HOUR } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { failuresOf } from '../rules/remote-sensing-history.ts';
import { SIGHTED, TIME_LINE } from '../store/observations.ts';
import type { DueDoc, DueStore } from '../store/due-work.ts';
import type { JobRow, RowSum } from '../store/job-rows.ts';
import type { FindingDoc, ObservationDoc } from '../store/types.ts';
import { dryDue, dryFindings, dryHours } from './dry-run.ts';
import { findingDoc, subjectOf } from './finding-docs.ts';
import type { HistoryDeps } from './histories/deps.ts';
import { MOMENTS } from './histories/due.ts';
import { gatePasts, NO_PAST, type GatePast } from './histories/gate-answers.ts';
import { HISTORIES } from './histories/index.ts';
import { itemOf } from './histories/readings.ts';
import { createUreaHours } from './histories/urea.ts';
import { markOwn } from './marks/own.ts';
import type { PolicyBook } from './policy-book.ts';
import { restoreWorks } from './restore.ts';
import { findingRow } from './rejudge/stores.ts';
import type { Work } from './types.ts';

type Section = keyof Policy['rules'];

/** A part of the rules that a what-if takes as it was found, though the draft has other numbers for it. */
export interface NotJudged {
  rule: string;
  zh: string;
  en: string;
}

/** Rules on stretches that are judged by the draft when its numbers for them are others. */
const JUDGED: readonly Section[] = ['cloned-plate', 'diversion', 'gate-ledger'];

/** What enters marks and sums that were stored when messages came, or is asked of devices and rows and of no message. */
const TAKEN: readonly { section: Section; fields?: readonly string[]; zh: string; en: string }[] = [
  { section: 'phase-out', zh: '路上的老旧车辆（卡口与遥测点，按车按日）', en: 'phased-out vehicles on the road (checkpoints and stations, by vehicle and day)' },
  { section: 'route', zh: '渣土车路线', en: 'routes of muck trucks' },
  { section: 'sale-ban', zh: '销售禁令', en: 'the sale ban' },
  { section: 'device-health', zh: '设备健康', en: 'the health of devices' },
  { section: 'diversion', fields: ['season', 'edgeToleranceM', 'exemptUse'], zh: '绕行区的边界容差、默认季节与豁免用途', en: 'a zone’s edge tolerance, default season and exempt uses' },
  { section: 'urea-use', fields: ['scrMinStage', 'maxScrInletC', 'gapSeconds', 'lowConsumption.risePoints'], zh: '跨日尿素窗口中以前各日的汇总', en: 'earlier days’ sums in urea windows of several days' },
  { section: 'urea-use', fields: ['reagentEmpty', 'warm', 'scrIneffective', 'frozenSensor', 'notConsumed', 'lowConsumption', 'concentrationPercent'], zh: '门禁对尿素预警的应答（预警按已有结果）', en: 'what gates answer to urea warnings: the warnings are those that were found' },
]; // prettier-ignore

const HOURS_AT_ONCE = 24;
const MAX_DAYS = 50_000;

/** Which numbers of a draft differ from those in force somewhere in a period. */
export function draftDiffers(
  policies: PolicyBook,
  draft: Policy,
  { from, to }: { from: Date; to: Date },
): { sections: Set<Section>; notJudged: NotJudged[] } {
  const stretches = policies.between(from.getTime(), to.getTime(), Infinity);
  const differs = (section: Section, fields?: readonly string[]) =>
    stretches.some(({ policy }) =>
      (fields ?? ['']).some(
        (field) => JSON.stringify(part(policy, section, field)) !== JSON.stringify(part(draft, section, field)),
      ),
    );
  const sections = (Object.keys(draft.rules) as Section[]).filter((section) => differs(section));
  return {
    sections: new Set(sections),
    notJudged: TAKEN.filter(({ section, fields }) => differs(section, fields)).map(({ section, zh, en }) => ({
      rule: section,
      zh,
      en,
    })),
  };
}

function part(policy: Policy, section: Section, field: string): unknown {
  const rule = policy.rules[section] as unknown;
  return field === '' ? rule : field.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], rule);
}

/** Whether a draft has other numbers for rules on stretches of history. */
export function asksHistories(sections: ReadonlySet<Section>): boolean {
  return [...JUDGED, 'remote-sensing' as const, 'urea-use' as const].some((section) => sections.has(section));
}

/** Findings on stretches of history, counted once each by their rows; those on messages were counted as they were judged. */
const ON_MESSAGES = new Set([
  'exceedance',
  'no-screening',
  'bad-urea',
  'failed-vehicle',
  'urea-warning',
  'photo-missing',
  'rule-error',
]);
export function addHistories(
  { rules }: { rules: Record<string, Record<string, { added: number; removed: number }>> },
  sums: RowSum[],
): void {
  for (const { what, rule, code, before, after, count } of sums) {
    const onStretch = rule === 'remote-sensing' || rule === 'urea-use' || (JUDGED as readonly string[]).includes(rule);
    if (what !== 'finding' || !onStretch || ON_MESSAGES.has(code)) continue;
    const changes = ((rules[rule] ??= {})[code] ??= { added: 0, removed: 0 });
    if (before === null && after !== null) changes.added += count;
    if (before !== null && after === null) changes.removed += count;
  }
}

export interface DraftHistories {
  rows: JobRow[];
  /** What gates would be told of their vehicles' pasts; absent where the draft changes nothing of it. */
  past?: GatePast;
  /** Impossible travel by the draft that ends at these gate messages; absent where the draft changes nothing of it. */
  travels?: FindingDoc[];
}

/**
 * Judges by a draft the stretches of history that messages lie in, and compares with what was found. Reads what is stored, writes
 * nothing; a stretch is judged whole whichever of its messages leads to it, so that it comes to the same row each time.
 */
export function createWhatIfHistories(
  deps: HistoryDeps & { due: DueStore },
  {
    job,
    draft,
    period,
    sections,
  }: { job: string; draft: Policy; period: { from: Date; to: Date }; sections: ReadonlySet<Section> },
) {
  const policies: PolicyBook = {
    ...deps.policies,
    at: () => draft,
    known: () => [draft, ...deps.policies.known()],
    version: () => draft,
    between: (from) => [{ policy: draft, from }] as never,
  };
  const drafted = { ...deps, policies, accounting: undefined };
  /** Vehicles' days of telemetry judged in this run. */
  const judgedDays = new Set<string>();

  return async function judge(docs: ObservationDoc[]): Promise<DraftHistories> {
    const works = await restoreWorks(docs, deps.registry, policies);
    const written = new Map<string, FindingDoc>();
    const histories = HISTORIES.filter(({ id }) => (JUDGED as readonly string[]).includes(id) && sections.has(id as Section));
    for (const { id, settle } of histories) for (const finding of await dry(id, works, settle)) written.set(finding._id, finding);
    if (sections.has('urea-use')) for (const finding of await ureaDays(works)) written.set(finding._id, finding);
    const rows = await compared(written);
    const result: DraftHistories = { rows };
    if (sections.has('cloned-plate'))
      result.travels = [...written.values()].filter((f) => f.code === 'impossible-travel' && f.status !== 'withdrawn');
    const gates = works.filter((w) => w.doc.kind === 'gate' && w.vehicle);
    if (sections.has('remote-sensing') || sections.has('urea-use')) {
      const vins = [...new Set(gates.map((w) => w.vehicle!.vin))];
      const readers = works.filter((w) => w.doc.kind === 'remote-sensing' && w.vehicle && w.recognition?.outcome === 'matched');
      const past = vins.length === 0 ? NO_PAST : await gatePasts(vins, deps);
      result.past = past;
      if (sections.has('remote-sensing')) {
        const { histories: readings, expected } = await failures([...new Set([...vins, ...readers.map((w) => w.vehicle!.vin)])]);
        result.past = { ...past, histories: readings };
        for (const [vin, { inspections }] of readings) result.past.inspections.set(vin, inspections);
        const own = new Set(readers.map((w) => w.doc._id));
        rows.push(...(await comparedFailures(expected, own)));
      }
    }
    return result;
  };

  async function dry(
    id: string,
    works: Work[],
    settle: (works: Work[], deps: HistoryDeps) => Promise<unknown>,
  ): Promise<FindingDoc[]> {
    const findings = dryFindings(deps.findings);
    const moments = dryDue(deps.moments);
    // How far apart two sightings are looked at: as far as the policy in force looks, or what it found would not be met.
    const book = id === 'cloned-plate' ? { ...policies, at: deps.policies.at } : policies;
    const stores = { ...drafted, policies: book, findings, moments, hours: dryHours(deps.hours) };
    if (id !== 'gate-ledger') await settle(works, stores);
    else
      for (const work of works) {
        const clock = { ...deps.clock, now: () => work.observation.receivedAt };
        await settle([work], { ...stores, clock });
      }
    const come = moments.marked().filter((m) => m.dueAt.getTime() <= deps.clock.now() && MOMENTS[m.kind]);
    for (const kind of new Set(come.map((m) => m.kind)))
      await MOMENTS[kind]!(
        come.filter((m) => m.kind === kind),
        stores,
      );
    return [...findings.written.values()];
  }

  /** The days of telemetry that messages lie in, their hours summed up anew. */
  async function ureaDays(works: Work[]): Promise<FindingDoc[]> {
    const due = dryDue(deps.due);
    await createUreaHours({ ...drafted, due }).mark(works);
    const days = new Map<string, { vin: string; start: number }>();
    for (const { about, from } of due.marked()) {
      const day = `${about}:${civilDate(from.getTime())}`;
      if (!judgedDays.has(day)) days.set(day, { vin: about, start: civilDayStart(civilDate(from.getTime())) });
    }
    if (judgedDays.size > MAX_DAYS) judgedDays.clear();
    const found: FindingDoc[] = [];
    for (const [key, { vin, start }] of days) {
      judgedDays.add(key);
      const findings = dryFindings(deps.findings);
      const hours = Array.from({ length: DAY / HOUR }, (_, i): DueDoc => {
        const from = new Date(start + i * HOUR);
        return { _id: `urea/${vin}/${from.getTime()}`, kind: 'urea', about: vin, from, dueAt: from, marks: 1 };
      });
      const urea = createUreaHours({
        ...drafted,
        findings,
        hours: dryHours(deps.hours),
        due: dryDue(deps.due),
        ownDaysOnly: true,
      });
      for (let i = 0; i < hours.length; i += HOURS_AT_ONCE) await urea.judge(hours.slice(i, i + HOURS_AT_ONCE));
      found.push(...findings.written.values());
    }
    return found.filter((f) => f.code !== 'dark-terminal');
  }

  /** The remote-sensing histories of vehicles with validity and limits of the draft. */
  async function failures(vins: string[]) {
    const histories: GatePast['histories'] = new Map();
    const expected: FindingDoc[] = [];
    if (vins.length === 0) return { histories, expected };
    const [docs, inspections] = await Promise.all([
      deps.observations.find({ ...SIGHTED, vehicle: { $in: vins }, kind: 'remote-sensing' }, null, TIME_LINE.sighted),
      deps.registry.inspections(vins),
    ]);
    const works = await restoreWorks(
      docs.map(({ invalid: _i, smoke: _s, over: _o, ...doc }) => doc),
      deps.registry,
      policies,
    );
    markOwn(works);
    const byRef = new Map(works.map((w) => [w.doc._id, w]));
    for (const vin of vins) {
      const own = works.filter((w) => w.doc.vehicle === vin && w.doc.smoke).map((w) => w.doc);
      if (own.length === 0) continue;
      const answered = inspections.get(vin) ?? [];
      const drafts = failuresOf(own.map(itemOf), answered, () => draft);
      histories.set(vin, { vin, docs: own, inspections: answered, failures: drafts, size: own.length + answered.length });
      for (const failure of drafts)
        expected.push(
          findingDoc(failure, subjectOf(byRef.get(failure.observations[1]!)!), { recordedAt: deps.clock.now(), basisSize: 1 }),
        );
    }
    return { histories, expected };
  }

  async function comparedFailures(expected: FindingDoc[], own: ReadonlySet<string>): Promise<JobRow[]> {
    const ends = (f: FindingDoc) => own.has(f.observations.at(-1)!);
    const stored = await deps.findings.find({ observations: { $in: [...own] }, rule: 'remote-sensing', code: 'failed' });
    const written = new Map(expected.filter(ends).map((f) => [f._id, f]));
    for (const seen of stored.filter(ends)) if (!written.has(seen._id)) written.set(seen._id, { ...seen, status: 'withdrawn' });
    return compared(written);
  }

  async function compared(written: Map<string, FindingDoc>): Promise<JobRow[]> {
    const stored = new Map((await deps.findings.byIds([...written.keys()])).map((f) => [f._id, f]));
    return [...written].flatMap(([id, doc]) => {
      if (doc.at < period.from || doc.at >= period.to) return [];
      const seen = stored.get(id);
      const stands = doc.status !== 'withdrawn';
      const stood = seen !== undefined && seen.status !== 'withdrawn';
      return stands === stood ? [] : [findingRow(job, doc, stood ? seen : null, stands ? doc : null)];
    });
  }
}
