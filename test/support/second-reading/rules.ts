import { numbersAt } from './policy.ts';
import { contradicts, recognised, type Read } from './recognition.ts';
import { c, levelIn } from './registry.ts';
import { diversions, onRoads, routes } from './roads.ts';
import { clean, deviceOf, diesel, goods, heavy, listed, refOf, size, stage, type Found, type Told } from './words.ts';
import type { World } from './world.ts';

/** What a second reader of rules.md finds in messages: identification, the rules of gates and sites, the sale ban, and what is found on roads. */

const INDUSTRIAL =
  'power coking steel coal coal-washing mining cement building-materials chemical nonferrous casting glass'.split(' ');

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
    ...onRoads(world, messages, reads),
    ...diversions(world, messages, reads),
    ...routes(world, messages, reads),
    ...sales(world, now),
  ];
}

/** A message's proposals; the answer at a gate is made of them. */
function ofMessage(world: World, told: Told, read: Read | undefined): Found[] {
  const found: Found[] = [];
  const { kind, at, knownBy, body } = told;
  const n = numbersAt(world.later, at, knownBy);
  const planned = at >= c('2021-05-27');
  const say = (rule: string, code: string, severity: string, proposal: string, valid = true) =>
    found.push({
      ...{ rule, code, severity, at, first: refOf(told) },
      proposal: proposal === 'refuse' && !valid ? 'review' : proposal,
      ...(read?.vehicle && { vin: read.vehicle.vin }),
      ...(read && read.number !== '' && { plate: `${read.number},${read.color}` }),
    });
  const device = deviceOf(world, told);
  if (kind === 'machinery-gate') {
    const machine = world.machinery.one(body.registrationCode, at, knownBy)?.fields;
    const declared = world.declarations
      .all(at, knownBy)
      .some(({ fields }) => fields.site === told.deviceId && fields.code === body.registrationCode);
    const based = planned && at < n.machineryUntil;
    const level = levelIn(world.responses, device.county, at, knownBy);
    if (!machine) say('nonroad-registration', 'unregistered-machine', 'warning', 'refuse', based);
    if (!declared) say('nonroad-registration', 'undeclared', 'warning', 'refuse', based);
    if (machine?.stage === 'unknown' && (device.minStage !== undefined || level))
      say('nonroad-registration', 'stage-unknown', 'info', 'review');
    const known = machine && machine.stage !== 'unknown' && machine.stage !== 'D' ? Number(machine.stage) : NaN;
    if (known < (device.minStage ?? -1) || (known <= n.bannedMax && level !== undefined && n.bannedUnder.includes(level)))
      say('nonroad-registration', 'stage-banned', 'warning', 'refuse', based);
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
  for (const [code, severity, proposal] of listed(v, at, n))
    say('phase-out', code, severity, proposal, code === 'past-scrap' || planned);
  const firm = device.enterprise === undefined ? undefined : world.enterprises.one(device.enterprise, at, knownBy)?.fields;
  if (!firm || clean(v)) return found;
  const large = INDUSTRIAL.includes(firm.industry) && firm.freight >= n.freight;
  const required = at >= c('2022-01-01') ? 6 : at >= c('2021-01-01') ? 5 : NaN;
  const spur = firm.spurSince !== undefined && firm.spurSince <= at;
  if (goods(v) && large && !(spur && n.spurExempts) && stage(v) < required)
    say('emission-standard', 'below-stage', 'warning', 'refuse', planned);
  const asked = (large || (n.smaller && INDUSTRIAL.includes(firm.industry))) && !(spur && n.planningSpurExempts);
  const inArea = ['power', 'coking'].includes(firm.industry) && firm.planningArea;
  if (goods(v) && asked && inArea && at >= c('2021-10-01') && stage(v) < 6)
    say('planning-area', 'not-clean-road', 'warning', 'refuse', planned);
  const level = levelIn(world.responses, firm.county, at, knownBy);
  const exempt = n.exempt.includes(v.use) || v.type[0] === 'Z';
  const asRed = level === 'red' || (level === 'orange' && firm.clean === 'not-met' && n.notMetTightens);
  const hit = asRed ? ['1', '2'].includes(size(v) ?? '') : level === 'orange' && heavy(v) && stage(v) <= 4;
  if (level && !exempt && n.bulk(firm.passes) && hit)
    say('peak-shift', 'measure-hit', level === 'red' ? 'critical' : 'warning', 'refuse', planned);
  return found;
}

function sales(world: World, now: number): Found[] {
  const rows = world.vehicles
    .standing(now)
    .filter(({ fields: v }) => heavy(v) && diesel(v) && stage(v) < 6)
    .filter(({ fields: v, recordedAt }) => {
      const { soldSince } = numbersAt(world.later, recordedAt, recordedAt);
      return (v.certificate ?? -Infinity) >= soldSince || (v.invoiced ?? -Infinity) >= soldSince;
    });
  return [...new Set(rows.map((r) => r.fields.vin))].map((vin) => ({
    ...{ rule: 'sale-ban', code: 'sold-below-stage', severity: 'warning', proposal: 'none', vin },
    at: Math.min(...rows.filter((r) => r.fields.vin === vin).map((r) => r.recordedAt)),
  }));
}
