import { formatInstant } from '../../../devices/contract/instant.ts';
import type { AlertDoc } from '../../../server/alerts/types.ts';
import type { DecisionDoc, FindingDoc } from '../../../server/store/types.ts';

/** What is compared of two runs of the same days: everything that stands, by key, and nothing of when it was found. */
export interface LastWord {
  findings: Map<string, unknown>;
  /** The last judgement of each gate message: the answer given is a fact of its moment (rules.md §6). */
  decisions: Map<string, unknown>;
  alerts: Map<string, unknown>;
}

export interface Stored {
  findings: FindingDoc[];
  decisions: DecisionDoc[];
  alerts: AlertDoc[];
}

/** Of the devices' health only what is of their messages: the rest is of their lines, which differ with every outage. */
const OF_MESSAGES = ['clock-skew'];
const compared = ({ rule, code }: { rule: string; code: string }) => rule !== 'device-health' || OF_MESSAGES.includes(code);

/** @param name gives texts in which ids are the same in every run */
export function lastWordOf({ findings, decisions, alerts }: Stored, name: (json: string) => string = (json) => json): LastWord {
  // Lists of keys are in the order of ids, which differ from run to run.
  const plain = (value: unknown) =>
    JSON.parse(name(JSON.stringify(value)), (field, v: unknown) =>
      field === 'findings' ? [...(v as string[])].sort() : v,
    ) as unknown;
  const byKey = <T>(list: T[], key: (item: T) => string, said: (item: T) => unknown) =>
    new Map(list.map((item) => [name(key(item)), plain(said(item))]));
  return {
    findings: byKey(
      findings.filter((f) => f.status !== 'withdrawn' && compared(f)),
      (f) => f._id,
      findingSaid,
    ),
    decisions: byKey(
      decisions,
      (d) => d._id,
      ({ decision, findings: given, rejudged, plate, vin, enterprise, county }) => ({
        decision: rejudged?.decision ?? decision.decision,
        findings: rejudged?.findings ?? given,
        ...{ plate, vin, enterprise, county },
      }),
    ),
    alerts: byKey(
      alerts.filter((a) => a.count > 0 && compared(a)),
      (a) => a.key,
      alertSaid,
    ),
  };
}

function findingSaid(f: FindingDoc): unknown {
  const { recordedAt: _recorded, basisSize: _size, withdrawnReason: _reason, toSeal: _seal, dueAt, at, span, ...said } = f;
  // How wrong a clock is is measured by when its messages came.
  const measured = f.rule === 'device-health' ? {} : f.measured;
  // Whether the answer was published or is the passage's own says when the arrival came.
  const { source: _source, ...limit } = f.limit;
  return {
    ...said,
    measured,
    limit,
    ...(f.rule === 'device-health' && { zh: '', en: '' }),
    at: formatInstant(at.getTime()),
    due: dueAt !== undefined,
    ...(span && { span: { vehicle: span.vehicle, from: span.from.getTime(), to: span.to.getTime() } }),
  };
}

function alertSaid(a: AlertDoc): unknown {
  const { rule, code, state, severity, worst, count, provisional, penal, plate, vehicle, place, enterprise } = a;
  const { enterprises, counties, audiences, offence, images, shares, findings, firstAt, lastAt } = a;
  return {
    ...{ rule, code, state, severity, worst, count, provisional, penal, plate, vehicle, place, enterprise },
    ...{ enterprises, counties, audiences, offence, images, shares },
    findings,
    ...{ firstAt: firstAt.getTime(), lastAt: lastAt.getTime() },
  };
}

/** The first differences of two runs, as text; empty where there are none. */
export function differencesOf(got: LastWord, wanted: LastWord, most = 4): string {
  const lines: string[] = [];
  for (const what of ['findings', 'decisions', 'alerts'] as const) {
    for (const key of [...new Set([...wanted[what].keys(), ...got[what].keys()])].sort()) {
      const [a, b] = [got[what].get(key), wanted[what].get(key)];
      if (text(a) === text(b)) continue;
      if (a === undefined || b === undefined) lines.push(`${what} ${key}: ${a ? 'only here' : 'missing here'}`);
      else lines.push(...fieldsThatDiffer(`${what} ${key}`, a as Fields, b as Fields));
    }
  }
  return [...lines.slice(0, most), ...(lines.length > most ? [`and ${lines.length - most} more`] : [])].join('\n');
}

type Fields = Record<string, unknown>;

/** Down to the smallest part that differs. */
function fieldsThatDiffer(where: string, a: Fields, b: Fields): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((field) => {
    const [x, y] = [a[field], b[field]];
    if (text(x) === text(y)) return [];
    if (isFields(x) && isFields(y)) return fieldsThatDiffer(`${where} ${field}`, x, y);
    return `${where} ${field}: ${text(x)} instead of ${text(y)}`;
  });
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return JSON.stringify(value, (_, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([x], [y]) => (x < y ? -1 : 1)))
      : v,
  );
}
