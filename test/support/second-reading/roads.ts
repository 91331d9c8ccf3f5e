import { inHours, inSeasons, inside, millimetres, type Place } from './places.ts';
import { numbersAt } from './policy.ts';
import { classOf, type Read } from './recognition.ts';
import { c, civilDay, HOUR, type Permit, type Vehicle, type Zone } from './registry.ts';
import { clean, listed, ofVin, placeOf, plateOf, refOf, size, stage, type Found, type Told } from './words.ts';
import type { World } from './world.ts';

/** Phase-out on the road, diversion and route as a second reader of rules.md §5 finds them. */

function order(a: Moment, b: Moment): number {
  const text = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0);
  return a.at - b.at || text(a.told.kind, b.told.kind) || text(a.told.deviceId, b.told.deviceId) || text(a.told.id, b.told.id);
}

/** A vehicle at a moment: a message, or a sample of one. */
interface Moment {
  told: Told;
  at: number;
  vehicle: Vehicle;
  place?: Place;
}

/** Findings whose subject is a vehicle's day (in a zone): one per group. */
function byDay(
  rule: Pick<Found, 'rule' | 'code'>,
  moments: Moment[],
  ids: (m: Moment) => { vin: string; zone?: string },
  parts: (first: Moment) => Pick<Found, 'severity' | 'proposal'> = () => ({ severity: 'warning', proposal: 'none' }),
): Found[] {
  const groups = new Map<string, Moment[]>();
  for (const m of moments) {
    const key = JSON.stringify([ids(m), civilDay(m.at)]);
    groups.set(key, [...(groups.get(key) ?? []), m]);
  }
  return [...groups.values()].map((group) => {
    group.sort(order);
    const first = group[0]!;
    return {
      ...rule,
      ...parts(first),
      ...ids(first),
      plate: plateOf(first.vehicle),
      at: first.at,
      first: refOf(first.told),
      count: new Set(group.map((m) => refOf(m.told))).size,
      last: refOf(group.at(-1)!.told),
    };
  });
}

export function onRoads(world: World, messages: readonly Told[], reads: Map<Told, Read>): Found[] {
  const moments = messages.flatMap((told): Moment[] => {
    const read = reads.get(told);
    const road = told.kind === 'checkpoint' || told.kind === 'remote-sensing';
    return road && read?.outcome === 'matched' ? [{ told, at: told.at, vehicle: read.vehicle! }] : [];
  });
  return (['past-scrap', 'phase-out-listed'] as const).flatMap((code) => {
    const asListed = (m: Moment) => {
      const found = listed(m.vehicle, m.at, numbersAt(world.later, m.at, m.told.knownBy));
      return found.find(([name]) => name === code);
    };
    const parts = (m: Moment) => {
      const [, severity, proposal] = asListed(m)!;
      const based = code === 'past-scrap' || m.at >= c('2021-05-27');
      return { severity, proposal: proposal === 'refuse' && !based ? 'review' : proposal };
    };
    const hit = moments.filter((m) => asListed(m) !== undefined);
    return byDay({ rule: 'phase-out', code }, hit, (m) => ({ vin: m.vehicle.vin }), parts);
  });
}

/** Sightings of the kinds asked for and positions, of exactly matched vehicles with a right clock. */
function momentsOf(world: World, messages: readonly Told[], reads: Map<Told, Read>, kinds: string[]): Moment[] {
  return messages.flatMap((told): Moment[] => {
    if (told.body.clock === 'unsynced') return [];
    if (told.kind === 'on-board')
      return (told.body.samples as { at: string; lon?: number; lat?: number }[]).flatMap(({ at: text, lon, lat }): Moment[] => {
        const at = Math.floor(Date.parse(text));
        const vehicle = ofVin(world, told.deviceId, at, told.knownBy);
        return lon === undefined || lat === undefined || !vehicle ? [] : [{ told, at, vehicle, place: { lon, lat } }];
      });
    const read = reads.get(told);
    if (!kinds.includes(told.kind) || read?.outcome !== 'matched') return [];
    const place = placeOf(world, told);
    return [{ told, at: told.at, vehicle: read.vehicle!, ...(place && { place }) }];
  });
}

function permitsOf(world: World, { vehicle, at, told }: Moment): Permit[] {
  return world.permits
    .all(at, told.knownBy)
    .map((p) => p.fields)
    .filter((p) => p.number === vehicle.number && p.color === vehicle.color);
}

function concerns(v: Vehicle, zone: Zone): boolean {
  const p = zone.predicate ?? { classes: ['goods'], sizes: ['heavy'], fuels: ['B'] };
  const asked = (list: unknown[] | undefined) => list !== undefined && list.length > 0;
  const name = { 1: 'heavy', 2: 'medium', 3: 'light' }[size(v) ?? ''];
  if (asked(p.classes) && !p.classes!.includes(classOf(v.type) ?? '')) return false;
  if (asked(p.sizes) && !p.sizes!.includes(name ?? '')) return false;
  if (asked(p.fuels) && (clean(v) || !p.fuels!.some((letter) => v.fuel.includes(letter)))) return false;
  if (p.stageMax !== undefined && !(stage(v) <= p.stageMax)) return false;
  return !asked(p.types) || p.types!.some((t) => (t.endsWith('*') ? v.type.startsWith(t.slice(0, -1)) : v.type === t));
}

export function diversions(world: World, messages: readonly Told[], reads: Map<Told, Read>): Found[] {
  const back = messages.filter((m) => m.message === 'passage' && m.kind === 'gate' && m.body.outcome === 'turned-back');
  const refused = new Set(back.map((m) => `gate/${m.deviceId}/${m.body.arrivalId}`));
  const visits = messages.flatMap((told) => {
    const read = reads.get(told);
    if (told.kind !== 'gate' || !read?.vehicle || back.includes(told) || refused.has(refOf(told))) return [];
    return [{ at: told.at, vin: read.vehicle.vin, place: placeOf(world, told) }];
  });
  const hits = momentsOf(world, messages, reads, ['checkpoint', 'remote-sensing']).flatMap((m) => {
    const zones = world.zones.all(m.at, m.told.knownBy).map((z) => z.fields);
    const n = numbersAt(world.later, m.at, m.told.knownBy);
    return zones
      .filter((zone) => {
        if (zone.kind !== 'diversion' || !m.place || !inside(m.place, zone, n.toleranceM) || n.exempt.includes(m.vehicle.use))
          return false;
        if (
          !inSeasons(m.at, zone.seasons?.length ? zone.seasons : [n.season]) ||
          !inHours(m.at, zone.clock) ||
          !concerns(m.vehicle, zone)
        )
          return false;
        if (permitsOf(world, m).some((p) => p.zone === zone.id && inHours(m.at, p.hours))) return false;
        return !visits.some(
          (v) =>
            v.vin === m.vehicle.vin &&
            Math.abs(v.at - m.at) <= n.businessHours * HOUR &&
            v.place &&
            inside(v.place, zone, n.toleranceM),
        );
      })
      .map((zone) => ({ ...m, zone: zone.id }));
  });
  return byDay({ rule: 'diversion', code: 'through-traffic' }, hits, (m) => ({
    vin: m.vehicle.vin,
    zone: (m as (typeof hits)[number]).zone,
  }));
}

export function routes(world: World, messages: readonly Told[], reads: Map<Told, Read>): Found[] {
  const found: Record<string, Moment[]> = { 'outside-hours': [], 'off-corridor': [], 'no-permit': [] };
  for (const m of momentsOf(world, messages, reads, ['gate', 'checkpoint', 'remote-sensing'])) {
    const { vehicle: v, place } = m;
    const n = numbersAt(world.later, m.at, m.told.knownBy);
    if (!v.muck && !(v.type[0] === 'H' && n.third.includes(v.type[2] ?? '?'))) continue;
    const permits = permitsOf(world, m).filter((p) => p.zone === undefined && (p.corridor !== undefined || p.hours?.length));
    if (permits.length === 0) {
      if (v.muck) found['no-permit']!.push(m);
      continue;
    }
    const open = permits.filter((p) => inHours(m.at, p.hours));
    if (open.length === 0) found['outside-hours']!.push(m);
    const considered = open.length > 0 ? open : permits;
    const far = ({ corridor }: Permit) =>
      corridor !== undefined && corridor.slice(1).every((b, i) => millimetres(place!, corridor[i]!, b) > n.corridorM * 1000);
    if (place && considered.every(far)) found['off-corridor']!.push(m);
  }
  return Object.entries(found).flatMap(([code, moments]) =>
    byDay({ rule: 'route', code }, moments, (m) => ({ vin: m.vehicle.vin })),
  );
}
