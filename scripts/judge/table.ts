import { CLUES, type Score, type Verdict } from './compare.ts';

export interface Rates {
  rule: string;
  code: string;
  expected: number;
  hit: number;
  found: number;
  right: number;
  precision: number | null;
  recall: number | null;
}

const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);

export function rates({ rule, code, expected, hit, found, right }: Score): Rates {
  return { rule, code, expected, hit, found, right, precision: share(right, found), recall: share(hit, expected) };
}

/** Scores of several days added up, per rule and code, per rule, and over all. */
export function addUp(verdicts: readonly Verdict[]): { codes: Rates[]; rules: Rates[]; overall: Rates } {
  const sum = (keyOf: (s: Score) => [string, string]) => {
    const sums = new Map<string, Score>();
    for (const s of verdicts.flatMap((v) => v.scores)) {
      const [rule, code] = keyOf(s);
      const now = sums.get(`${rule} ${code}`) ?? { rule, code, expected: 0, hit: 0, found: 0, right: 0 };
      for (const member of ['expected', 'hit', 'found', 'right'] as const) now[member] += s[member];
      sums.set(`${rule} ${code}`, now);
    }
    return [...sums.values()].sort((a, b) => (a.rule + a.code < b.rule + b.code ? -1 : 1)).map(rates);
  };
  const [overall] = sum(() => ['all', '']);
  return {
    codes: sum((s) => [s.rule, s.code]),
    rules: sum((s) => [s.rule, '']),
    overall: overall ?? rates({ rule: 'all', code: '', expected: 0, hit: 0, found: 0, right: 0 }),
  };
}

/** What is asked: no false finding of a rule that can become a clue, and 98 of 100 found of every rule. */
export const LEAST_RECALL = 0.98;
export function passes(verdicts: readonly Verdict[]): boolean {
  const { rules, overall } = addUp(verdicts);
  return (
    rules.every((r) => !CLUES.has(r.rule) || (r.precision ?? 1) === 1) &&
    rules.every((r) => (r.recall ?? 1) >= LEAST_RECALL) &&
    (overall.recall ?? 1) >= LEAST_RECALL
  );
}

const percent = (value: number | null) => (value === null ? '–' : value === 1 ? '1.000' : value.toFixed(3));

/** The table as text: one line per rule and code, one over all. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const { codes, overall } = addUp(verdicts);
  const rows = [...codes, overall].map((r) => [
    r.rule, r.code, String(r.expected), String(r.hit), String(r.found), String(r.found - r.right), percent(r.precision), percent(r.recall),
  ]); // prettier-ignore
  const head = ['rule', 'code', 'truths', 'hit', 'found', 'false', 'precision', 'recall'];
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells.map((c, i) => (i < 2 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join('  ').trimEnd(); // prettier-ignore
  return [line(head), ...rows.map(line)].join('\n');
}
