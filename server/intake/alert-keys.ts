import { DAY } from '../../devices/contract/instant.ts';
import type { HistoryDeps } from './histories/deps.ts';
import type { Work } from './types.ts';

type Stores = Pick<HistoryDeps, 'findings' | 'observations'>;

/** What is asked of a finding: the key of its alert, absent where it opens none. */
interface Alerting {
  alert?: string;
}

/** The alerts that must hear of changed findings: those they belong to, and those they belonged to. Keys may come twice. */
export function alertsOf(changes: readonly { now: Alerting; before?: Alerting }[]): string[] {
  return changes.flatMap(({ now, before }) => [now, ...(before ? [before] : [])]).flatMap(({ alert }) => alert ?? []);
}

/**
 * Alerts of what was judged before it was cut off: they may not have heard of it. Nothing may be left to change, so they are found by
 * the messages, by their vehicles, and by the other messages that a passage or its arrival concerns.
 */
export async function alertsOfRepeats(again: Work[], stores: Stores): Promise<string[]> {
  if (again.length === 0) return [];
  const refs = again.map((w) => w.observation.ref);
  const arrivals = again.flatMap(({ doc }) => (doc.turnedBack && doc.arrival !== undefined ? [doc.arrival] : []));
  const others = await stores.observations.find(
    { $or: [{ arrival: { $in: refs } }, { _id: { $in: arrivals } }] },
    { vehicle: 1 },
  );
  const vins = [...again.map((w) => w.doc), ...others].flatMap((doc) => doc.vehicle ?? []);
  const earliest = Math.min(...again.map((w) => w.observation.at));
  return alertsAbout([...refs, ...others.map((doc) => doc._id)], vins, earliest, stores);
}

/** The alerts of vehicles whose judging from a moment on may have been cut off before they heard of it. */
export async function alertsOfVehicles(since: { vin: string; from: number }[], stores: Stores): Promise<string[]> {
  if (since.length === 0) return [];
  const vins = since.map(({ vin }) => vin);
  return alertsAbout([], vins, Math.min(...since.map(({ from }) => from)), stores);
}

/** Of findings on these messages, and of those on vehicles from two days before a moment on. */
async function alertsAbout(refs: string[], vins: string[], from: number, { findings }: Stores): Promise<string[]> {
  const found = await findings.find({
    $or: [
      { observations: { $in: refs } },
      { vin: { $in: [...new Set(vins)] }, at: { $gte: new Date(from - 2 * DAY) }, alert: { $exists: true } },
    ],
  });
  return found.flatMap(({ alert }) => alert ?? []);
}
