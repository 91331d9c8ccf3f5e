import type { Truth } from '../../devices/simulators/city/events.ts';

/** A finding as it is stored, as far as it is compared. */
export interface Found {
  _id: string;
  rule: string;
  code: string;
  severity: string;
  status: string;
  subject: string;
  at: Date;
  observations: string[];
  vin?: string;
  /** `number,colour` */
  plate?: string;
  enterprise?: string;
  /** `<kind>/<deviceId>` */
  device?: string;
}

export interface Score {
  rule: string;
  code: string;
  /** Lines of the truth that speak of findings. */
  expected: number;
  hit: number;
  /** Findings that stand. */
  found: number;
  right: number;
}

export interface Verdict {
  scores: Score[];
  misses: Truth[];
  /** Findings that stand and no line of the truth speaks of, or of which there are more than it says. */
  wrong: { finding: Found; why: string }[];
}

/** Rules of which a finding can be handed over as a clue (rules.md §7: what police and market regulator see). */
export const CLUES = new Set(['diversion', 'route', 'remote-sensing', 'cloned-plate', 'phase-out', 'sale-ban']);

/** Compares the findings of a day with the truth about it, one by one. */
export function compare(truth: readonly Truth[], findings: readonly Found[]): Verdict {
  const standing = findings.filter((f) => f.status !== 'withdrawn');
  const expected = truth.filter((t) => t.truth === 'expected');
  const honest = truth.filter((t) => t.truth === 'honest');
  const byCode = group(standing, (f) => `${f.rule} ${f.code}`);
  const right = new Map<Found, Truth[]>();
  const misses: Truth[] = [];
  const wrong: Verdict['wrong'] = [];
  const hits = new Map<string, number>();

  const messages = new Set(expected.flatMap((t) => (t.observation === undefined ? [] : `${t.rule}|${t.code}|${t.observation}`)));
  for (const t of expected) {
    const key = `${t.rule} ${t.code}`;
    const matching = (byCode.get(key) ?? []).filter((f) => speaksOf(t, f) && !(apart(t) && messages.has(f._id)));
    for (const f of matching) right.set(f, [...(right.get(f) ?? []), t]);
    if (matching.length === 0) misses.push(t);
    else hits.set(key, (hits.get(key) ?? 0) + 1);
    const most = mostOf(t);
    for (const f of matching.slice(most))
      wrong.push({ finding: f, why: `one of ${matching.length} where ${most} is to be found: ${t.why}` });
    if (t.count !== undefined && matching.length > 0 && matching.length < t.count) misses.push(t);
  }
  for (const f of standing) {
    if (right.has(f)) continue;
    const alike = honest.find((t) => t.rule === f.rule && (t.code ?? f.code) === f.code && concerns(t, f));
    const severity = expected.find((t) => t.code === f.code && speaksOf({ ...t, severity: undefined }, f));
    wrong.push({
      finding: f,
      why: severity
        ? `its severity is to be ${severity.severity}`
        : alike
          ? `honest (${alike.kind}): ${alike.why}`
          : 'nobody planted it, and nothing in the traffic gives it',
    });
  }
  const bad = new Set(wrong.map((w) => w.finding));
  const lines = group(expected, (t) => `${t.rule} ${t.code}`);
  const keys = [...new Set([...lines.keys(), ...byCode.keys()])].sort();
  return {
    misses,
    wrong,
    scores: keys.map((key) => {
      const [rule = '', code = ''] = key.split(' ');
      const found = byCode.get(key) ?? [];
      return {
        rule,
        code,
        expected: lines.get(key)?.length ?? 0,
        hit: hits.get(key) ?? 0,
        found: found.length,
        right: found.filter((f) => !bad.has(f)).length,
      };
    }),
  };
}

/** Whether a line speaks of a vehicle's day on the road, beside what is found of it message by message at gates. */
function apart(t: Truth): boolean {
  return t.rule === 'phase-out' && t.observation === undefined && t.enterprise === undefined;
}

/** How many findings one line may stand for: those of a visit at a gate are counted line by line elsewhere. */
function mostOf(t: Truth): number {
  if (t.observation !== undefined) return 1;
  if (t.rule === 'device-health') return Infinity; // a state has a finding on each of its days
  return t.enterprise !== undefined && t.rule !== 'gate-ledger' ? Infinity : (t.count ?? 1);
}

function speaksOf(t: Truth, f: Found): boolean {
  if (t.rule !== f.rule || t.code !== f.code || (t.severity !== undefined && t.severity !== f.severity)) return false;
  if (t.observation !== undefined) return f.subject === t.observation;
  return concerns(t, f) && (t.enterprise === undefined || t.enterprise === f.enterprise) && within(t, f);
}

/** Whether a finding is about whom a line is about: the vehicle where it is known, else the plate as read, else the device. */
function concerns(t: Truth, f: Found): boolean {
  if (t.vin === undefined && t.plate === undefined) return f.device === `${t.device?.kind}/${t.device?.id}`;
  if (f.vin !== undefined) return f.vin === t.vin;
  const [number = ''] = f.plate?.split(',') ?? [];
  return number === (t.plate?.number ?? '-');
}

function within(t: Truth, f: Found): boolean {
  const at = f.at.getTime();
  return at >= Date.parse(t.from) && at <= Date.parse(t.to);
}

function group<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
