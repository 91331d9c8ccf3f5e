import type { Place } from './places.ts';
import type { Numbers } from './policy.ts';
import type { Vehicle } from './registry.ts';
import type { World } from './world.ts';

/** The words of rules.md §1 and §3 as a second reader understands them. */

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Body = any;

export interface Told {
  kind: string;
  deviceId: string;
  message: string;
  id: string;
  at: number;
  receivedAt: number;
  /** By when its facts were recorded: `receivedAt`, or the moment of a re-judge. */
  knownBy: number;
  body: Body;
}

/** A finding as it is compared: everything of it that the text fixes. */
export interface Found {
  rule: string;
  code: string;
  severity: string;
  proposal: string;
  at: number;
  first?: string;
  count?: number;
  last?: string;
  vin?: string;
  /** Number and colour of the vehicle at that moment, or as they were read. */
  plate?: string;
  zone?: string;
}

export const goods = (v: Vehicle) => 'HQ'.includes(v.type[0]!);
export const size = (v: Vehicle) => (goods(v) ? v.type[1] : undefined);
export const heavy = (v: Vehicle) => size(v) === '1';
export const clean = (v: Vehicle) => ['C', 'P', 'X'].includes(v.fuel) || v.stage === 'D';
export const diesel = (v: Vehicle) => v.fuel.includes('B') && !clean(v);
/** NaN for an unknown stage and for new-energy: every comparison is false. */
export const stage = (v: Vehicle) => (v.stage === undefined || clean(v) ? NaN : Number(v.stage));
export const refOf = (m: Told) => `${m.kind}/${m.deviceId}/${m.id}`;

export const plateOf = ({ number, color }: Vehicle) => `${number},${color}`;

export function listed(v: Vehicle, at: number, n: Numbers): [code: string, severity: string, proposal: string][] {
  const found: [string, string, string][] = [];
  if (v.status !== 'in-use' || (v.scrapDue !== undefined && v.scrapDue <= at)) found.push(['past-scrap', 'critical', 'refuse']);
  if (['F', 'R'].includes(v.use) && diesel(v) && goods(v) && stage(v) <= n.listedMax)
    found.push(['phase-out-listed', 'warning', n.listedProposal]);
  return found;
}

/** The device at the message's moment; before its first version begins it is as it is now. */
export function deviceOf(world: World, { kind, deviceId, at, receivedAt, knownBy }: Told) {
  const key = `${kind}/${deviceId}`;
  return (world.devices.one(key, at, knownBy) ?? world.devices.one(key, receivedAt, Math.max(receivedAt, knownBy)))!.fields;
}

export function placeOf(world: World, told: Told): Place | undefined {
  const { lon, lat } = deviceOf(world, told);
  return lon === undefined || lat === undefined ? undefined : { lon, lat };
}

/** The registration of a VIN: the greatest beginning, then the smallest number and colour. */
export function ofVin(world: World, vin: string, at: number, knownBy: number): Vehicle | undefined {
  const text = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0);
  return world.vehicles
    .all(at, knownBy)
    .filter((v) => v.fields.vin === vin)
    .sort((a, b) => b.from - a.from || text(a.fields.number, b.fields.number) || text(a.fields.color, b.fields.color))[0]?.fields;
}
