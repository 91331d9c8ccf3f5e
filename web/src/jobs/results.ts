import type { DecisionWord } from '../../../devices/contract/messages.ts';
import type { JobShown } from '../api/policy.ts';

/** What a what-if or a re-judge found, as its page tells it. */

/** Decisions by `<was>→<becomes>`. */
type Decisions = Record<string, number>;

export interface WhatIfResult {
  observations: number;
  decisions: Decisions;
  rules: Record<string, Record<string, { added: number; removed: number }>>;
  enterprises: Record<string, { decisions: Decisions; tonnes: number; tonnesFreed?: number }>;
  notJudged?: { rule: string; zh: string; en: string }[];
}

export interface RejudgeResult {
  observations: number;
  changed: number;
  settled: number;
  upTo: string;
  findings: { new: number; withdrawn: number; changed: number; unchanged: number };
  decisions: Decisions;
  rules: Record<string, Record<string, { new: number; withdrawn: number; changed: number }>>;
  enterprises: Record<
    string,
    { decisions: Decisions; tonnes: number; tonnesFreed?: number; new: number; withdrawn: number; changed: number }
  >;
  notJudged: string[];
}

export const WORDS: readonly DecisionWord[] = ['admit', 'review', 'refuse'];

/** How many decisions went from one word to another. */
export function count(decisions: Decisions, was: DecisionWord, becomes: DecisionWord): number {
  return decisions[`${was}→${becomes}`] ?? 0;
}

export interface DecisionSums {
  toRefuse: number;
  toAdmit: number;
  /** Everything else that changes: to review, and from it. */
  other: number;
  unchanged: number;
  all: number;
}

export function sumsOf(decisions: Decisions): DecisionSums {
  const sums: DecisionSums = { toRefuse: 0, toAdmit: 0, other: 0, unchanged: 0, all: 0 };
  for (const [change, n] of Object.entries(decisions)) {
    const [was, becomes] = change.split('→');
    sums.all += n;
    if (was === becomes) sums.unchanged += n;
    else if (was === 'admit' && becomes === 'refuse') sums.toRefuse += n;
    else if (was === 'refuse' && becomes === 'admit') sums.toAdmit += n;
    else sums.other += n;
  }
  return sums;
}

/** Tonnes over all enterprises, to the kilogram: refused, and let through that were refused. */
export function tonnesOf(enterprises: Record<string, { tonnes: number; tonnesFreed?: number }>): {
  refused: number;
  freed: number;
} {
  const sum = (pick: (one: { tonnes: number; tonnesFreed?: number }) => number) =>
    Math.round(Object.values(enterprises).reduce((all, one) => all + pick(one), 0) * 1000) / 1000;
  return { refused: sum((one) => one.tonnes), freed: sum((one) => one.tonnesFreed ?? 0) };
}

export type JobState = JobShown['state'] | 'settling';

/** A cancelled job whose writing is still being settled is neither under way nor over. */
export function stateOf(job: Pick<JobShown, 'state' | 'settling'>): JobState {
  return job.settling ? 'settling' : job.state;
}

/** Whether it will change by itself: then its page asks again. */
export function isUnderWay(job: Pick<JobShown, 'state' | 'settling'>): boolean {
  return ['queued', 'running', 'settling'].includes(stateOf(job));
}
