import type { DecisionRow, DeviceRow, Observation } from '../api/types.ts';
import type { Kind } from '../../../devices/contract/kinds.ts';
import type { DecisionWord } from '../../../devices/contract/messages.ts';

/** A vehicle's traces as strips, one per source, and as a way on the map. */

export interface Mark {
  /** `kind/device/id` */
  key: string;
  at: number;
  kind: Kind;
  /** `kind/device` */
  source: string;
  message: string;
  /** What the gate was told. */
  decision?: DecisionWord;
  /** It does not count: a reading that is not valid. */
  invalid?: boolean;
  lon?: number;
  lat?: number;
}

export interface Strip {
  source: string;
  kind: Kind;
  marks: Mark[];
}

const ORDER: readonly Kind[] = ['gate', 'machinery-gate', 'remote-sensing', 'checkpoint', 'on-board', 'urea-pump'];

/** The traces in order of time, a repeat of the same message once. */
export function marksOf(
  observations: Observation[],
  decisions: DecisionRow[],
  devices: ReadonlyMap<string, Pick<DeviceRow, 'lon' | 'lat'>>,
): Mark[] {
  const told = new Map(decisions.map((row) => [keyOf(row.observation), row.decision]));
  const marks = new Map<string, Mark>();
  for (const row of observations) {
    const key = keyOf(row);
    const source = `${row.kind}/${row.device}`;
    const place = placeOf(row) ?? devices.get(source);
    const decision = told.get(key);
    marks.set(key, {
      key,
      at: Date.parse(row.at),
      kind: row.kind,
      source,
      message: row.message,
      ...(decision !== undefined && { decision }),
      ...((row.invalid ?? []).length > 0 && { invalid: true }),
      ...(place?.lon !== undefined && place.lat !== undefined && { lon: place.lon, lat: place.lat }),
    });
  }
  return [...marks.values()].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
}

/** One strip per source, by kind, then by its first trace. */
export function stripsOf(marks: Mark[]): Strip[] {
  const strips = new Map<string, Strip>();
  for (const mark of marks) {
    const strip = strips.get(mark.source) ?? { source: mark.source, kind: mark.kind, marks: [] };
    strip.marks.push(mark);
    strips.set(mark.source, strip);
  }
  return [...strips.values()].sort(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.marks[0]!.at - b.marks[0]!.at || (a.source < b.source ? -1 : 1),
  );
}

/** The way: places in order of time, a stay at one place once. */
export function wayOf(marks: Mark[]): { lon: number; lat: number; keys: string[] }[] {
  const way: { lon: number; lat: number; keys: string[] }[] = [];
  for (const { lon, lat, key } of marks) {
    if (lon === undefined || lat === undefined) continue;
    const last = way.at(-1);
    if (last?.lon === lon && last.lat === lat) last.keys.push(key);
    else way.push({ lon, lat, keys: [key] });
  }
  return way;
}

/** Where a moment lies on a strip, 0–1. */
export function shareOf(at: number, from: number, to: number): number {
  return to <= from ? 0.5 : Math.min(1, Math.max(0, (at - from) / (to - from)));
}

/** Hours, days or weeks marked on the axis of a stretch: at most eight. */
export function ticksOf(from: number, to: number, offset: number): number[] {
  const HOUR = 3_600_000;
  const step = [1, 2, 3, 6, 12, 24, 48, 168, 720, 2160, 8760].map((hours) => hours * HOUR).find((ms) => (to - from) / ms <= 8);
  const every = step ?? 8760 * HOUR;
  const ticks: number[] = [];
  for (let at = Math.ceil((from + offset) / every) * every - offset; at <= to; at += every) ticks.push(at);
  return ticks;
}

function keyOf({ kind, device, id }: { kind: string; device: string; id: string }): string {
  return `${kind}/${device}/${id}`;
}

/** Where a terminal on board says that it is, by its last sample. */
function placeOf({ payload }: Observation): { lon: number; lat: number } | undefined {
  const samples = payload['samples'];
  if (!Array.isArray(samples)) return undefined;
  const last = samples.findLast(
    (one): one is { lon: number; lat: number } =>
      typeof (one as { lon?: unknown }).lon === 'number' && typeof (one as { lat?: unknown }).lat === 'number',
  );
  return last && { lon: last.lon, lat: last.lat };
}
