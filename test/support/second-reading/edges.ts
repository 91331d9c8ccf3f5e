import type { Random } from '../../../devices/simulators/city/random.ts';
import { CIVIL, DAY } from './registry.ts';

/** What a country of edges is made of: days, numbers, places and spans at which a rule turns. */

/** The day around which a seed's country lives: days on which something of the policy turns, and a plain one. */
export const DAYS = ['2021-05-27', '2021-07-01', '2021-10-01', '2021-10-15', '2021-11-20', '2022-01-01', '2022-04-01'];
export const NUMBERS = ['晋H12345', '晋HT2345', '晋H88001', '晋HB8001', '晋H0AU11', '晋HD12345', '晋A6MY22', '京H5G2Z0'];
export const VINS = ['VIN1', 'VIN2', 'VIN3', 'VIN4', 'VIN5'];
export const CODES = ['M1', 'M2', 'M3', '机械-4'];
export const COLORS = ['yellow', 'yellow', 'yellow', 'blue', 'green'];
/** The corner of the zones' squares, their side in degrees, and places on and about it. */
export const WEST = 112.7;
export const SOUTH = 38.4;
export const SIDE = 0.1;
const METRE = 180 / Math.PI / 6_371_008.8;
const east = (metres: number) => (metres * METRE) / Math.cos((SOUTH * Math.PI) / 180);
export const PLACES = [
  [WEST + 0.05, SOUTH + 0.05], [WEST + 0.15, SOUTH + 0.05], [WEST, SOUTH], [WEST - east(10), SOUTH - 10 * METRE],
  [WEST + 0.05, SOUTH - 14.9996 * METRE], [WEST + 0.05, SOUTH - 15 * METRE], [WEST + 0.05, SOUTH - 15.001 * METRE],
  [WEST + 0.05, SOUTH + 15 * METRE], [WEST + 0.05, SOUTH + 15.001 * METRE], [WEST + 0.05, SOUTH + 14 * METRE],
  [WEST - east(14.9), SOUTH + 0.05], [WEST - east(16), SOUTH + 0.05], [WEST + SIDE, SOUTH + SIDE], [WEST + 0.05, SOUTH + 200 * METRE],
  [WEST + 0.05, SOUTH + 200.001 * METRE], [WEST + 0.3, SOUTH], [113.9, 37.2],
].map(([lon, lat]) => ({ lon: lon!, lat: lat! })); // prettier-ignore

export const SPANS = [
  [{ from: '22:00', to: '06:00' }], [{ from: '06:00', to: '22:00' }], [{ from: '08:00', to: '08:00' }], [{ from: '00:00', to: '24:00' }],
  [{ from: '06:00', to: '12:00' }, { from: '18:00', to: '24:00' }], [{ from: '24:00', to: '12:00' }], [{ from: '12:00', to: '00:00' }], [],
]; // prettier-ignore
export const SEASONS = [
  [{ from: '10-15', to: '03-31' }], [{ from: '10-02', to: '09-30' }], [{ from: '01-01', to: '12-31' }], [{ from: '10-01', to: '10-01' }],
  [{ from: '11-20', to: '11-20' }, { from: '12-31', to: '01-01' }], [],
]; // prettier-ignore

/** Without the member where there is nothing. */
export function opt<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, V>);
}

/** An instant as registries write it: a bare date where it can be one, hour 24, or a date-time. */
export function written(ms: number, edge: 'start' | 'end', random: Random): string {
  const civil = (at: number) => new Date(at + CIVIL).toISOString();
  const midnight = (ms + CIVIL) % DAY === 0;
  if (midnight && random.chance(0.5)) return civil(edge === 'end' ? ms - DAY : ms).slice(0, 10);
  if (midnight && random.chance(0.3)) return `${civil(ms - DAY).slice(0, 10)}T24:00:00+08:00`;
  return random.chance(0.5) ? `${civil(ms).slice(0, -1)}+08:00` : new Date(ms).toISOString();
}
