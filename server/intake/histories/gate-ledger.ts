import { HOUR, MINUTE } from '../../../devices/contract/instant.ts';
import { widest } from '../../policy/in-force.ts';
import { judgeArrival, judgePairing, ledgerRows, type LedgerPassage, type Reach } from '../../rules/gate-ledger.ts';
import type { GateObservation } from '../../rules/types.ts';
import type { DueDoc } from '../../store/due-work.ts';
import { SIGHTED, SOURCE_LINE, TIME_LINE } from '../../store/observations.ts';
import type { FindingDoc, ObservationDoc } from '../../store/types.ts';
import { findingDoc, findingKey, subjectOf } from '../finding-docs.ts';
import { restoreWorks } from '../restore.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';
import { LEDGER_SLICE as SLICE, namesRequired } from './gate-photos.ts';
import { rowsAround, type LedgerSpan } from './ledger-rows.ts';

const CODES = ['exit-without-entry', 'no-exit', 'no-arrival'] as const;
/** The moments at which marked stretches are judged are gathered. */
const ROUND = { ledger: MINUTE, 'ledger-exit': 5 * MINUTE, 'ledger-photo': 5 * MINUTE } as const;
type MarkKind = keyof typeof ROUND;
/** Rows of one identity further apart are judged as stretches of their own. */
const APART = 6 * HOUR;
const AT_ONCE = 40;
const MAX_CACHED = 200_000;

/** What each process marked, with its moment: until it comes nobody has judged it, so that it need not be marked again. */
const markedBy = new WeakMap<HistoryDeps['moments'], Map<string, number>>();

/** Forgets what was marked: for tests that empty the store under a running process. */
export function forgetLedgerMarks(moments: HistoryDeps['moments']): void {
  markedBy.delete(moments);
}

/**
 * `gate-ledger` waits for its moments: messages only mark their gate and five minutes as due: ten minutes after they came, entries also
 * 48 h after, passages that name required pictures 24 h after. Nothing is found before; a late message is judged at its own moment, with
 * its neighbours, and withdraws or makes then.
 */
export async function settleLedger(works: Work[], deps: HistoryDeps): Promise<Change[]> {
  const now = deps.clock.now();
  const marked = markedBy.get(deps.moments) ?? new Map<string, number>();
  markedBy.set(deps.moments, marked);
  const items = new Map<string, { id: string; kind: MarkKind; about: string; from: number; dueAt: number }>();
  const mark = (kind: MarkKind, { doc }: Work, ms: number, since = now) => {
    const at = doc.at.getTime();
    const from = Math.floor(at / SLICE) * SLICE;
    const dueAt = Math.ceil((Math.max(at, since) + ms) / ROUND[kind]) * ROUND[kind];
    const id = `${kind}/${doc.deviceId}/${from}/${dueAt}`;
    if ((marked.get(id) ?? 0) <= now) items.set(id, { id, kind, about: doc.deviceId, from, dueAt });
  };
  for (const work of works) {
    const { doc, policy } = work;
    if (doc.kind !== 'gate') continue;
    const { pendingMinutes, exitHours, uploadHours } = policy.rules['gate-ledger'];
    if (namesRequired(work)) mark('ledger-photo', work, uploadHours * HOUR, doc.receivedAt.getTime());
    if (doc.message === 'passage' && !doc.row) continue;
    mark('ledger', work, pendingMinutes * MINUTE);
    if (doc.row && doc.direction === 'in' && doc.enterprise !== undefined) mark('ledger-exit', work, exitHours * HOUR);
  }
  if (items.size === 0) return [];
  await deps.moments.mark([...items.values()]);
  if (marked.size > MAX_CACHED) for (const [id, dueAt] of marked) if (dueAt <= now) marked.delete(id);
  if (marked.size > MAX_CACHED) marked.clear();
  for (const { id, dueAt } of items.values()) marked.set(id, dueAt);
  return [];
}

/** Judges marked stretches of gates, with what is stored by now. */
export async function judgeLedgers(docs: DueDoc[], deps: HistoryDeps): Promise<Change[]> {
  const spans = spansOf(await rowsTouched(docs, deps));
  const changes: Change[] = [];
  const stood: FindingDoc[] = [];
  for (let i = 0; i < spans.length; i += AT_ONCE) {
    const judge = async (open: LedgerSpan[]) => {
      const judged = await judgeSpans(open, deps);
      stood.push(...judged.flatMap((j) => j.existing));
      return judged;
    };
    changes.push(...(await settleSpans(spans.slice(i, i + AT_ONCE), judge, deps.findings)));
  }
  // Somebody may have died between writing and telling: all of it is told again.
  return docs.some((doc) => doc.leased) ? [...changes, ...stood.map((now) => ({ now }))] : changes;
}

/** The rows of these stretches, and those that arrivals in them concern: by being named, or by coming before. */
async function rowsTouched(docs: DueDoc[], { observations, policies }: HistoryDeps): Promise<ObservationDoc[]> {
  const slices = new Map(docs.map(({ about, from }) => [`${about}/${from.getTime()}`, { gate: about, from: from.getTime() }]));
  const projection = { vehicle: 1, enterprise: 1, deviceId: 1, at: 1, message: 1, row: 1, direction: 1 } as const;
  const found = await observations.find(
    {
      $or: [...slices.values()].map(({ gate, from }) => ({
        source: `gate/${gate}`,
        at: { $gte: new Date(from), $lt: new Date(from + SLICE) },
      })),
    },
    projection,
    SOURCE_LINE,
  );
  const arrivals = found.filter((doc) => doc.message === 'arrival');
  const entering = arrivals.filter((doc) => doc.direction === 'in' && doc.vehicle !== undefined);
  const [named, following] = await Promise.all([
    arrivals.length === 0
      ? []
      : observations.find({ arrival: { $in: arrivals.map((doc) => doc._id) }, row: true }, projection, 'arrival_1'),
    entering.length === 0
      ? []
      : observations.find(
          {
            row: true,
            $or: entering.map(({ vehicle, deviceId, at }) => ({
              row: true,
              vehicle: vehicle!,
              deviceId,
              at: { $gte: at, $lte: new Date(at.getTime() + arrivalMs(policies)) },
            })),
          },
          projection,
          TIME_LINE.rows,
        ),
  ]);
  return [...new Map([...found, ...named, ...following].filter((doc) => doc.row).map((doc) => [doc._id, doc])).values()];
}

function arrivalMs(policies: HistoryDeps['policies']): number {
  return widest(policies, (policy) => policy.rules['gate-ledger'].arrivalMinutes) * MINUTE;
}

function spansOf(rows: ObservationDoc[]): LedgerSpan[] {
  const spans = new Map<string, LedgerSpan[]>();
  for (const { vehicle, enterprise, deviceId, at } of rows.sort((a, b) => a.at.getTime() - b.at.getTime())) {
    const gate = enterprise === undefined ? deviceId : null;
    const key = JSON.stringify([vehicle, enterprise ?? null, gate]);
    const own = spans.get(key) ?? [];
    spans.set(key, own);
    const last = own.at(-1);
    if (last && at.getTime() - last.to <= APART) last.to = at.getTime();
    else own.push({ vehicle: vehicle!, enterprise: enterprise ?? null, gate, from: at.getTime(), to: at.getTime() });
  }
  return [...spans.values()].flat();
}

interface Row extends LedgerPassage {
  work: Work;
}

async function judgeSpans(spans: LedgerSpan[], deps: HistoryDeps): Promise<SpanJudgement[]> {
  const { observations, findings, registry, policies, clock } = deps;
  const now = clock.now();
  const around = await Promise.all(spans.map((span) => rowsAround(span, deps)));
  const docs = [...new Map(around.flatMap((a) => a.docs).map((doc) => [doc._id, doc])).values()];
  const entries = docs.filter((doc) => doc.direction === 'in');
  const [works, arrivals, named, existing] = await Promise.all([
    restoreWorks(docs, registry, policies),
    entries.length === 0
      ? []
      : observations.find(
          {
            ...SIGHTED,
            message: 'arrival',
            direction: 'in',
            $or: entries.map(({ vehicle, source, at, facts }) => {
              const ms = policies.version(facts.policy).rules['gate-ledger'].arrivalMinutes * MINUTE;
              return { vehicle: vehicle!, source: source!, at: { $gte: new Date(at.getTime() - ms), $lte: at } };
            }),
          },
          { vehicle: 1, deviceId: 1, at: 1 },
          TIME_LINE.sighted,
        ),
    observations.find({ _id: { $in: entries.flatMap((doc) => doc.arrival ?? []) }, message: 'arrival' }, { message: 1 }),
    findings.byIds(docs.flatMap((doc) => CODES.map((code) => keyOf(code, doc._id)))),
  ]);
  const rowOf = new Map(works.map((work) => [work.doc._id, passageOf(work)]));
  const there = new Set(named.map((doc) => doc._id));

  return around.map(({ docs: own, ...reach }, i) => {
    const span = spans[i]!;
    const rows = ledgerRows(own.map((doc) => rowOf.get(doc._id)!));
    const drafts = [
      ...(span.enterprise === null ? [] : judgePairing(rows, reach)),
      ...rows.flatMap((row) => {
        const { doc, device } = row.work;
        return judgeArrival(row, {
          interactive: device.interactive,
          named: doc.arrival !== undefined && there.has(doc.arrival),
          arrivals: arrivals.filter((a) => a.vehicle === row.identity && a.deviceId === row.deviceId).map((a) => a.at.getTime()),
        });
      }),
    ];
    const asked = askedKeys(own, reach);
    return {
      expected: drafts
        .filter(({ due }) => due <= now)
        .map(({ draft }) =>
          // What is judged differs in extent from span to span, so that their sizes cannot be compared: the last to read has the last word.
          findingDoc(draft, subjectOf(rowOf.get(draft.subject)!.work), { recordedAt: now, basisSize: 1 }),
        ),
      existing: existing.filter((f) => asked.has(f._id)),
      basisSize: 1,
      withdrawnReason: 'a message that came later gives the arrival, the entry or the exit, or is the row itself',
    };
  });
}

/** The findings that a stretch says something about: not the entry of its first row, nor the exit of its last, where it is cut off. */
function askedKeys(docs: ObservationDoc[], { fromBeginning, toEnd }: Reach): Set<string> {
  return new Set(
    docs.flatMap((doc, i) => [
      keyOf('no-arrival', doc._id),
      ...(i > 0 || fromBeginning ? [keyOf('exit-without-entry', doc._id)] : []),
      ...(i < docs.length - 1 || toEnd ? [keyOf('no-exit', doc._id)] : []),
    ]),
  );
}

function passageOf(work: Work): Row {
  const { ref, kind, deviceId, id, at, receivedAt } = work.observation;
  const { direction } = (work.observation as GateObservation).body;
  return { ref, kind, deviceId, id, at, receivedAt, direction, identity: work.doc.vehicle!, policy: work.policy, work };
}

function keyOf(code: (typeof CODES)[number], subject: string): string {
  return findingKey({ rule: 'gate-ledger', code, subject });
}
