import { createRandom, type Random } from '../../../devices/simulators/city/random.ts';
import { DAY, HOUR, MINUTE, parseInstant } from '../../../devices/contract/instant.ts';
import { FIRST_DAY, DAYS } from './country.ts';
import { isTold, type Happening } from './stories.ts';

/** Ways in which the same days may come in. */

/** What comes in together, and what the platform's clock shows then. */
export interface Delivery {
  clock: number;
  batch: Happening[];
  /** Due work is done before it. */
  sweep?: boolean;
}
export interface Order {
  name: string;
  /** Server processes that share the work. */
  processes: number;
  /** Some of them die in the middle of their work, at a store's answer that never comes; another begins where they were. */
  deaths?: number;
  /** Writes take a while: what a process has read is old when it writes. */
  slow?: true;
  deliveries: Delivery[];
}

/** When everything that is late comes in: long after the last of the days. */
export const LONG_AFTER = parseInstant(`${FIRST_DAY}T00:00:00+08:00`) + (DAYS + 20) * DAY;

/** As it happens: each message at its own moment, with due work every few hours. Those of a wrong clock are as late as they are in every order. */
export function asItHappens(days: readonly Happening[]): Order {
  const list = days.map((what) => ({ what, clock: what.at + latency(what) }));
  return { name: 'as it happens', processes: 1, deliveries: swept(inTime(list), 4 * HOUR) };
}

/** All other orders, each of its seed. */
export function otherOrders(days: readonly Happening[], seed: number): Order[] {
  const random = createRandom(seed * 7919 + 13);
  const atOnce = (list: readonly Happening[], most: number): Delivery[] =>
    inBatches(list, random, most).map((batch) => ({ clock: LONG_AFTER, batch, sweep: random.chance(0.1) }));
  // Which of two processes is first is chance: there no message is sent under another's id.
  const unambiguous = (list: readonly Happening[]) => list.filter((what) => !isTold(what) || what.reuses === undefined);
  const doubled = [...days, ...days.filter(() => random.chance(0.4))];
  return [
    { name: 'shuffled, long after', processes: 1, deliveries: atOnce(ordered(shuffled(days, random)), 6) },
    { name: 'backwards, one by one', processes: 1, deliveries: atOnce(ordered([...days].reverse()), 1) },
    { name: 'shuffled and doubled, in bulk', processes: 1, deliveries: atOnce(ordered(shuffled(doubled, random)), 200) },
    { name: 'some of it late, some twice', processes: 1, deliveries: late(days, random) },
    { name: 'with devices away for hours', processes: 1, deliveries: outages(days, random) },
    { name: 'shuffled, shared by three', processes: 3, deliveries: atOnce(shuffled(unambiguous(doubled), random), 4) },
    {
      name: 'one by one, shared by three with slow writes',
      processes: 3,
      slow: true,
      deliveries: atOnce(shuffled(unambiguous(days), random), 1),
    },
    { name: 'late, by processes that die', processes: 1, deaths: 0.1, deliveries: late(days, random) },
  ];
}

/** A clock that is off by 40 minutes is so in every order; other devices send at once. */
function latency(what: Happening): number {
  return isTold(what) && what.body.backfill === false ? 40 * MINUTE : 1_000;
}

function late(days: readonly Happening[], random: Random): Delivery[] {
  const list = days.flatMap((what) => {
    const wait = random.chance(0.5)
      ? latency(what)
      : latency(what) + random.pick([10 * MINUTE, 2 * HOUR, 7 * HOUR, 30 * HOUR, 80 * HOUR]) * random.next();
    const again = random.chance(0.2) ? [{ what, clock: what.at + wait + 3 * HOUR * random.next() }] : [];
    return [{ what, clock: what.at + wait }, ...again];
  });
  return swept(inTime(inOrder(list)), 2 * HOUR);
}

/** Devices that are away keep their messages and send them in a burst. */
function outages(days: readonly Happening[], random: Random): Delivery[] {
  const first = days[0]?.at ?? 0;
  const away = new Map<string, { from: number; to: number }>();
  const back = (what: Happening) => {
    const device = isTold(what) ? `${what.kind}/${what.deviceId}` : 'registry';
    if (!away.has(device)) {
      const from = first + DAYS * DAY * random.next();
      away.set(device, { from, to: random.chance(0.6) ? from + 40 * HOUR * random.next() : from });
    }
    const { from, to } = away.get(device)!;
    return what.at >= from && what.at < to ? to : what.at;
  };
  const list = days.map((what) => ({ what, clock: back(what) + latency(what) }));
  const deliveries: Delivery[] = [];
  for (const { clock, batch } of inTime(inOrder(list))) {
    const last = deliveries.at(-1);
    if (last && clock - last.clock < 5 * MINUTE && last.batch.length < 100) last.batch.push(...batch);
    else deliveries.push({ clock, batch: [...batch] });
  }
  // What comes in together is all there when the last of it is.
  for (const delivery of deliveries) delivery.clock += 5 * MINUTE;
  return swept(deliveries, 3 * HOUR);
}

function inTime(list: { what: Happening; clock: number }[]): Delivery[] {
  return [...list].sort((a, b) => a.clock - b.clock).map(({ what, clock }) => ({ clock, batch: [what] }));
}

/** Due work is done whenever so long went by. */
function swept(deliveries: Delivery[], every: number): Delivery[] {
  let last = -Infinity;
  for (const delivery of deliveries) {
    if (delivery.clock - last < every) continue;
    delivery.sweep = true;
    last = delivery.clock;
  }
  return deliveries;
}

/** A message under a used id is never the first with it: which of two was stored is what verdicts are a function of. */
function ordered(list: readonly Happening[]): Happening[] {
  const come = new Set<string>();
  const waiting = new Map<string, Happening[]>();
  const done: Happening[] = [];
  for (const what of list) {
    const first = isTold(what) ? what.reuses : undefined;
    if (first !== undefined && !come.has(first)) {
      waiting.set(first, [...(waiting.get(first) ?? []), what]);
      continue;
    }
    done.push(what, ...(waiting.get(what.tag) ?? []));
    waiting.delete(what.tag);
    come.add(what.tag);
  }
  return done;
}

function inOrder(list: { what: Happening; clock: number }[]): { what: Happening; clock: number }[] {
  const first = new Map<string, number>();
  for (const { what, clock } of list) first.set(what.tag, Math.min(clock, first.get(what.tag) ?? Infinity));
  return list.map((one) =>
    isTold(one.what) && one.what.reuses !== undefined
      ? { ...one, clock: Math.max(one.clock, first.get(one.what.reuses)! + 1) }
      : one,
  );
}

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.int(0, i);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

function inBatches<T>(items: readonly T[], random: Random, most: number): T[][] {
  const list: T[][] = [];
  for (let i = 0; i < items.length;) {
    const size = random.int(1, most);
    list.push(items.slice(i, i + size));
    i += size;
  }
  return list;
}
