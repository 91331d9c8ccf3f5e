import { civilDate, HOUR } from '../../../devices/contract/instant.ts';
import { monthOf, monthsAfter, stretchOf } from '../../audit/months.ts';
import { allInForce } from '../../registry/in-force.ts';
import type { DueDoc, DueStore } from '../../store/due-work.ts';
import type { Change } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';

type Accounting = NonNullable<HistoryDeps['accounting']>;

/** Work on accounts is done by one process; so long after it began another may take it to be dead. */
const LEASE_MS = 10 * 60_000;
/** Taken at once; the rest at the next turn. */
const AT_ONCE = 100;
const MAX_CACHED = 100_000;

/** What a process marked, with its moment, and the days on which it looked for enterprises nothing comes from; all may be lost. */
interface Memory {
  marked: Map<string, number>;
  day?: string;
}
const memories = new WeakMap<DueStore, Memory>();

function memoryOf({ due }: Accounting): Memory {
  const memory = memories.get(due) ?? { marked: new Map<string, number>() };
  memories.set(due, memory);
  return memory;
}

/** Forgets what was marked: for tests that empty the store under a running process. */
export function forgetAccountMarks(accounting: Accounting): void {
  memories.delete(accounting.due);
}

/** The ids of an account's marks: that of the hour, and that of what does not wait for it. */
export const accountMarks = (enterprise: string, month: string): string[] =>
  ['', '/now'].map((end) => `account/${enterprise}/${month}${end}`);

/**
 * The mark of an account that is to be brought up. One that is due now is another than that of the hour: brought up, it takes away its own
 * mark alone, and what came since the hour began is not forgotten.
 */
export function accountMark(enterprise: string, month: string, dueAt: number | { now: number }) {
  const [hourly, atOnce] = accountMarks(enterprise, month);
  const parts = { kind: 'account', about: enterprise, from: stretchOf(month).from };
  return typeof dueAt === 'number' ? { id: hourly!, ...parts, dueAt } : { id: atOnce!, ...parts, dueAt: dueAt.now };
}

/**
 * The account of a gate message's enterprise and month is brought up at the next full hour: so there is at most one revision an hour,
 * however many messages come.
 */
export async function markAccounts(works: Work[], { accounting, clock }: HistoryDeps): Promise<Change[]> {
  if (!accounting) return [];
  const now = clock.now();
  const { marked } = memoryOf(accounting);
  const dueAt = (Math.floor(now / HOUR) + 1) * HOUR;
  const items = new Map<string, ReturnType<typeof accountMark>>();
  for (const { doc } of works) {
    if (doc.kind !== 'gate' || doc.enterprise === undefined) continue;
    const mark = accountMark(doc.enterprise, monthOf(doc.at.getTime()), dueAt);
    if ((marked.get(mark.id) ?? 0) < dueAt) items.set(mark.id, mark);
  }
  if (items.size === 0) return [];
  await accounting.due.mark([...items.values()]);
  if (marked.size > MAX_CACHED) marked.clear();
  for (const id of items.keys()) marked.set(id, dueAt);
  return [];
}

/** Brings up the accounts that are due, one after another, and freezes months. */
export async function lookAtAccounts(deps: HistoryDeps): Promise<Change[]> {
  const { accounting, clock } = deps;
  if (!accounting) return [];
  const { due, maker } = accounting;
  await markDay(accounting, deps);
  const taken = await due.take(clock.now(), AT_ONCE, LEASE_MS * clock.speed);
  if (taken.length === 0) return [];
  // After taking: whatever comes later marks again.
  const by = await maker.moment();
  for (const doc of taken) {
    await bringUp(doc, maker, by);
    await due.finish([doc], clock.now());
  }
  return [];
}

async function bringUp({ kind, about, from }: DueDoc, maker: Accounting['maker'], by: number): Promise<void> {
  const month = monthOf(from.getTime());
  if (kind === 'freeze') await maker.freeze(month);
  else await maker.refresh(about, month, { by });
}

/** Once a civil day: every enterprise with a gate has an account, also one that sends nothing; and the months not frozen yet will be. */
async function markDay(accounting: Accounting, { clock, registry }: HistoryDeps): Promise<void> {
  const memory = memoryOf(accounting);
  const now = clock.now();
  const day = civilDate(now);
  if (memory.day === day) return;
  const { maker, due } = accounting;
  const month = monthOf(now);
  const open = [month, monthsAfter(month, -1)].filter((m) => now < maker.frozenAt(m));
  const enterprises = allInForce(await registry.allEnterprises(), now, now).map(({ facts }) => facts.id);
  const [gates, there] = await Promise.all([maker.gatesOf(enterprises, month, now), maker.enterprisesIn(month)]);
  const dueAt = (Math.floor(now / HOUR) + 1) * HOUR;
  await due.mark([
    ...enterprises.filter((id) => gates.get(id)?.length).map((id) => accountMark(id, month, there.has(id) ? dueAt : { now })),
    ...open.map((m) => ({
      id: `freeze/${m}`,
      kind: 'freeze',
      about: m,
      from: stretchOf(m).from,
      dueAt: maker.frozenAt(m),
    })),
  ]);
  memory.day = day;
}
