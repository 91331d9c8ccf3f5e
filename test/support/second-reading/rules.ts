import { inHours, inSeasons, inside, millimetres, type Place } from './places.ts';
import { contradicts, classOf, recognised, type Read } from './recognition.ts';
import { c, civilDay, HOUR, levelIn, type Permit, type Vehicle, type World, type Zone } from './registry.ts';

/** What a second reader of rules.md finds in messages: identification, the rules of gates, sites and roads. */

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

const INDUSTRIAL =
  'power coking steel coal coal-washing mining cement building-materials chemical nonferrous casting glass'.split(' ');
const goods = (v: Vehicle) => 'HQ'.includes(v.type[0]!);
const size = (v: Vehicle) => (goods(v) ? v.type[1] : undefined);
const heavy = (v: Vehicle) => size(v) === '1';
const clean = (v: Vehicle) => ['C', 'P', 'X'].includes(v.fuel) || v.stage === 'D';
const diesel = (v: Vehicle) => v.fuel.includes('B') && !clean(v);
/** NaN for an unknown stage and for new-energy: every comparison is false. */
const stage = (v: Vehicle) => (v.stage === undefined || clean(v) ? NaN : Number(v.stage));
const refOf = (m: Told) => `${m.kind}/${m.deviceId}/${m.id}`;

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

/** @param now what was recorded by then stands for `sale-ban` */
export function findingsOf(world: World, messages: readonly Told[], now: number): Found[] {
  const reads = new Map<Told, Read>();
  for (const told of messages) {
    if (told.body.plate === undefined) continue;
    const registered = world.vehicles.all(told.at, told.knownBy).map((v) => v.fields);
    const seen = told.kind === 'remote-sensing' ? undefined : told.body.seen?.vehicleType;
    reads.set(told, recognised(told.body.plate, seen, registered));
  }
  return [
    ...messages.flatMap((told) => ofMessage(world, told, reads.get(told))),
    ...onRoads(messages, reads),
    ...diversions(world, messages, reads),
    ...routes(world, messages, reads),
    ...sales(world, now),
  ];
}

/** A message's proposals; the answer at a gate is made of them. */
function ofMessage(world: World, told: Told, read: Read | undefined): Found[] {
  const found: Found[] = [];
  const { kind, at, knownBy, body } = told;
  const say = (rule: string, code: string, severity: string, proposal: string, valid = '2000-01-01') =>
    found.push({
      ...{ rule, code, severity, at, first: refOf(told) },
      proposal: proposal === 'refuse' && at < c(valid) ? 'review' : proposal,
      ...(read?.vehicle && { vin: read.vehicle.vin }),
      ...(read && read.number !== '' && { plate: `${read.number},${read.color}` }),
    });
  const PLAN = '2021-05-27';
  const device = deviceOf(world, told);
  if (kind === 'machinery-gate') {
    const machine = world.machinery.one(body.registrationCode, at, knownBy)?.fields;
    const declared = world.declarations
      .all(at, knownBy)
      .some(({ fields }) => fields.site === told.deviceId && fields.code === body.registrationCode);
    const level = levelIn(world.responses, device.county, at, knownBy);
    if (!machine) say('nonroad-registration', 'unregistered-machine', 'warning', 'refuse', PLAN);
    if (!declared) say('nonroad-registration', 'undeclared', 'warning', 'refuse', PLAN);
    if (machine?.stage === 'unknown' && (device.minStage !== undefined || level))
      say('nonroad-registration', 'stage-unknown', 'info', 'review');
    const known = machine && machine.stage !== 'unknown' && machine.stage !== 'D' ? Number(machine.stage) : NaN;
    if (known < (device.minStage ?? -1) || (known <= 2 && (level === 'orange' || level === 'red')))
      say('nonroad-registration', 'stage-banned', 'warning', 'refuse', PLAN);
    return found;
  }
  if (!read || kind === 'urea-pump') return found;
  const gate = kind === 'gate';
  const v = read.vehicle;
  if (read.outcome === 'unplated') say('identification', 'unplated-vehicle', 'warning', 'review');
  if (gate) {
    if (read.outcome === 'trailer') say('identification', 'trailer-plate', 'info', 'review');
    if (read.outcome === 'corrected') say('identification', 'plate-corrected', 'info', 'review');
    if (read.outcome === 'invalid') say('identification', 'invalid-plate', 'info', 'review');
    if (read.outcome === 'unregistered') say('identification', 'unregistered-vehicle', 'info', 'review');
    if (v && goods(v) && v.stage === undefined && !clean(v)) say('identification', 'stage-unknown', 'info', 'review');
  }
  const seen = kind === 'remote-sensing' ? undefined : body.seen?.vehicleType;
  if (v && contradicts(v.type, seen)) say('attribute-mismatch', 'class-differs', 'info', 'review');
  if (read.outcome === 'unregistered' && read.elsewhere && body.plate.color !== 'other')
    say('attribute-mismatch', 'color-differs', 'info', 'review');
  if (v && ['green', 'yellow-green'].includes(body.plate.color) && ['A', 'B'].includes(v.fuel) && v.stage !== 'D')
    say('attribute-mismatch', 'fuel-differs', 'info', 'review');
  if (!gate || !v) return found;
  for (const [code, severity, proposal] of listed(v, at)) say('phase-out', code, severity, proposal);
  const firm = device.enterprise === undefined ? undefined : world.enterprises.one(device.enterprise, at, knownBy)?.fields;
  if (!firm || clean(v)) return found;
  const large = INDUSTRIAL.includes(firm.industry) && firm.freight >= 1_500_000;
  const required = at >= c('2022-01-01') ? 6 : at >= c('2021-01-01') ? 5 : NaN;
  const spur = firm.spurSince !== undefined && firm.spurSince <= at;
  if (goods(v) && large && !spur && stage(v) < required) say('emission-standard', 'below-stage', 'warning', 'refuse', PLAN);
  if (
    goods(v) &&
    large &&
    ['power', 'coking'].includes(firm.industry) &&
    firm.planningArea &&
    at >= c('2021-10-01') &&
    stage(v) < 6
  )
    say('planning-area', 'not-clean-road', 'warning', 'refuse', PLAN);
  const level = levelIn(world.responses, firm.county, at, knownBy);
  const exempt = 'HIJKR'.includes(v.use) || v.type[0] === 'Z';
  const asRed = level === 'red' || (level === 'orange' && firm.clean === 'not-met');
  const hit = asRed ? ['1', '2'].includes(size(v) ?? '') : level === 'orange' && heavy(v) && stage(v) <= 4;
  if (level && !exempt && firm.passes > 10 && hit)
    say('peak-shift', 'measure-hit', level === 'red' ? 'critical' : 'warning', 'refuse', PLAN);
  return found;
}

function listed(v: Vehicle, at: number): [code: string, severity: string, proposal: string][] {
  const found: [string, string, string][] = [];
  if (v.status !== 'in-use' || (v.scrapDue !== undefined && v.scrapDue <= at)) found.push(['past-scrap', 'critical', 'refuse']);
  if (['F', 'R'].includes(v.use) && diesel(v) && goods(v) && stage(v) <= 3) found.push(['phase-out-listed', 'warning', 'review']);
  return found;
}

/** The device at the message's moment; before its first version begins it is as it is now. */
function deviceOf(world: World, { kind, deviceId, at, receivedAt, knownBy }: Told) {
  const key = `${kind}/${deviceId}`;
  return (world.devices.one(key, at, knownBy) ?? world.devices.one(key, receivedAt, Math.max(receivedAt, knownBy)))!.fields;
}

function placeOf(world: World, told: Told): Place | undefined {
  const { lon, lat } = deviceOf(world, told);
  return lon === undefined || lat === undefined ? undefined : { lon, lat };
}

/** The registration of a VIN: the greatest beginning, then the smallest number and colour. */
function ofVin(world: World, vin: string, at: number, knownBy: number): Vehicle | undefined {
  const text = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0);
  return world.vehicles
    .all(at, knownBy)
    .filter((v) => v.fields.vin === vin)
    .sort((a, b) => b.from - a.from || text(a.fields.number, b.fields.number) || text(a.fields.color, b.fields.color))[0]?.fields;
}

/** Findings whose subject is a vehicle's day (in a zone): one per group. */
function byDay(parts: Omit<Found, 'at'>, moments: Moment[], ids: (m: Moment) => { vin: string; zone?: string }): Found[] {
  const groups = new Map<string, Moment[]>();
  for (const m of moments) {
    const key = JSON.stringify([ids(m), civilDay(m.at)]);
    groups.set(key, [...(groups.get(key) ?? []), m]);
  }
  return [...groups.values()].map((group) => {
    group.sort(order);
    const first = group[0]!;
    return {
      ...parts,
      ...ids(first),
      plate: plateOf(first.vehicle),
      at: first.at,
      first: refOf(first.told),
      count: new Set(group.map((m) => refOf(m.told))).size,
      last: refOf(group.at(-1)!.told),
    };
  });
}

function onRoads(messages: readonly Told[], reads: Map<Told, Read>): Found[] {
  const moments = messages.flatMap((told): Moment[] => {
    const read = reads.get(told);
    const road = told.kind === 'checkpoint' || told.kind === 'remote-sensing';
    return road && read?.outcome === 'matched' ? [{ told, at: told.at, vehicle: read.vehicle! }] : [];
  });
  return (['past-scrap', 'phase-out-listed'] as const).flatMap((code) => {
    const hit = moments.filter((m) => listed(m.vehicle, m.at).some(([c_]) => c_ === code));
    const [severity, proposal] = code === 'past-scrap' ? ['critical', 'refuse'] : ['warning', 'review'];
    return byDay({ rule: 'phase-out', code, severity: severity, proposal: proposal }, hit, (m) => ({ vin: m.vehicle.vin }));
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

function diversions(world: World, messages: readonly Told[], reads: Map<Told, Read>): Found[] {
  const back = messages.filter((m) => m.message === 'passage' && m.kind === 'gate' && m.body.outcome === 'turned-back');
  const refused = new Set(back.map((m) => `gate/${m.deviceId}/${m.body.arrivalId}`));
  const visits = messages.flatMap((told) => {
    const read = reads.get(told);
    if (told.kind !== 'gate' || !read?.vehicle || back.includes(told) || refused.has(refOf(told))) return [];
    return [{ at: told.at, vin: read.vehicle.vin, place: placeOf(world, told) }];
  });
  const hits = momentsOf(world, messages, reads, ['checkpoint', 'remote-sensing']).flatMap((m) => {
    const zones = world.zones.all(m.at, m.told.knownBy).map((z) => z.fields);
    return zones
      .filter((zone) => {
        if (zone.kind !== 'diversion' || !m.place || !inside(m.place, zone) || 'HIJKR'.includes(m.vehicle.use)) return false;
        if (!inSeasons(m.at, zone.seasons) || !inHours(m.at, zone.clock) || !concerns(m.vehicle, zone)) return false;
        if (permitsOf(world, m).some((p) => p.zone === zone.id && inHours(m.at, p.hours))) return false;
        return !visits.some(
          (v) => v.vin === m.vehicle.vin && Math.abs(v.at - m.at) <= 6 * HOUR && v.place && inside(v.place, zone),
        );
      })
      .map((zone) => ({ ...m, zone: zone.id }));
  });
  const parts = { rule: 'diversion', code: 'through-traffic', severity: 'warning', proposal: 'none' };
  return byDay(parts, hits, (m) => ({ vin: m.vehicle.vin, zone: (m as (typeof hits)[number]).zone }));
}

function routes(world: World, messages: readonly Told[], reads: Map<Told, Read>): Found[] {
  const found: Record<string, Moment[]> = { 'outside-hours': [], 'off-corridor': [], 'no-permit': [] };
  for (const m of momentsOf(world, messages, reads, ['gate', 'checkpoint', 'remote-sensing'])) {
    const { vehicle: v, place } = m;
    if (!v.muck && !(v.type[0] === 'H' && '7BCDEFG'.includes(v.type[2] ?? '?'))) continue;
    const permits = permitsOf(world, m).filter((p) => p.zone === undefined && (p.corridor !== undefined || p.hours?.length));
    if (permits.length === 0) {
      if (v.muck) found['no-permit']!.push(m);
      continue;
    }
    const open = permits.filter((p) => inHours(m.at, p.hours));
    if (open.length === 0) found['outside-hours']!.push(m);
    const considered = open.length > 0 ? open : permits;
    const far = ({ corridor }: Permit) =>
      corridor !== undefined && corridor.slice(1).every((b, i) => millimetres(place!, corridor[i]!, b) > 200_000);
    if (place && considered.every(far)) found['off-corridor']!.push(m);
  }
  return Object.entries(found).flatMap(([code, moments]) =>
    byDay({ rule: 'route', code, severity: 'warning', proposal: 'none' }, moments, (m) => ({ vin: m.vehicle.vin })),
  );
}

function sales(world: World, now: number): Found[] {
  const since = c('2021-07-01');
  const rows = world.vehicles
    .standing(now)
    .filter(({ fields: v }) => heavy(v) && diesel(v) && stage(v) < 6)
    .filter(({ fields: v }) => (v.certificate ?? -Infinity) >= since || (v.invoiced ?? -Infinity) >= since);
  return [...new Set(rows.map((r) => r.fields.vin))].map((vin) => ({
    ...{ rule: 'sale-ban', code: 'sold-below-stage', severity: 'warning', proposal: 'none', vin },
    at: Math.min(...rows.filter((r) => r.fields.vin === vin).map((r) => r.recordedAt)),
  }));
}

const plateOf = ({ number, color }: Vehicle) => `${number},${color}`;
