import { Binary } from 'mongodb';
import { DAY } from '../../devices/contract/instant.ts';
import type { Plate } from '../../devices/contract/messages.ts';
import type { Policy } from '../policy/types.ts';
import { responseInForce } from '../policy/responses.ts';
import { normalisePlate } from '../recognition/normalise.ts';
import { recognise } from '../recognition/recognise.ts';
import { skeletonOf } from '../recognition/skeleton.ts';
import { allInForce, inForce, registrationOfVin } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { Versioned } from '../registry/types.ts';
import type { Observation, VehicleFacts } from '../rules/types.ts';
import { isScr } from '../rules/urea-use.ts';
import type { ObservationDoc } from '../store/types.ts';
import type { Admitted } from './admit.ts';
import { MARKS } from './marks/index.ts';
import type { PolicyBook } from './policy-book.ts';
import type { Work } from './types.ts';

type Registry = Pick<
  RegistryReader,
  'vehiclesBySkeleton' | 'vehiclesByVin' | 'enterprises' | 'permits' | 'zones' | 'responses' | 'machinery' | 'declarations'
>;

/**
 * Steps 2 and 3a: recognises the plates of a batch and gathers what registry, permits, zones and responses said of each message at its
 * own `at`, as known when it came in. A fixed number of look-ups per batch, most of them answered by caches.
 */
export async function gatherFacts(
  messages: Admitted[],
  batch: string,
  registry: Registry,
  policies: PolicyBook,
): Promise<Work[]> {
  const skeletons = new Set<string>();
  const vins = new Set<string>();
  const enterpriseIds = new Set<string>();
  const machineCodes = new Set<string>();
  const sites = new Set<string>();
  for (const { kind, body, incoming, device } of messages) {
    if (kind === 'on-board') vins.add(incoming.deviceId);
    else if ('registrationCode' in body) {
      machineCodes.add(body.registrationCode);
      sites.add(incoming.deviceId);
    } else if ('plate' in body) skeletons.add(skeletonOf(normalisePlate(body.plate.number)));
    if (device.enterpriseId !== undefined) enterpriseIds.add(device.enterpriseId);
  }
  const [bySkeleton, byVin, enterprises, zones, responses, machines, declarations] = await Promise.all([
    registry.vehiclesBySkeleton(skeletons),
    registry.vehiclesByVin(vins),
    registry.enterprises(enterpriseIds),
    registry.zones(),
    registry.responses(),
    registry.machinery(machineCodes),
    registry.declarations(sites),
  ]);

  const works = messages.map((message): Work => {
    const { incoming, at, body } = message;
    const knownBy = message.knownBy ?? incoming.receivedAt;
    const observation = observationOf(message);
    const policy = policies.at(at, knownBy);
    const { device } = message;
    const recognition =
      'plate' in body ? recognisePlate(body.plate, 'seen' in body ? body.seen : undefined, bySkeleton, at, knownBy) : undefined;
    const vehicle =
      observation.kind === 'on-board'
        ? registrationOfVin(byVin.get(incoming.deviceId) ?? [], incoming.deviceId, at, knownBy)
        : recognition?.vehicle;
    const enterprise =
      device.enterpriseId === undefined ? undefined : inForce(enterprises.get(device.enterpriseId) ?? [], at, knownBy)?.facts;
    // A site's machinery is judged where it works; its enterprise may have its seat elsewhere.
    const county =
      observation.kind === 'machinery-gate' ? (device.county ?? enterprise?.county) : (enterprise?.county ?? device.county);
    const response = county === undefined ? undefined : responseInForce(responses, county, at, knownBy);
    const code = 'registrationCode' in body ? body.registrationCode : undefined;
    const machine = code === undefined ? undefined : inForce(machines.get(code) ?? [], at, knownBy)?.facts;
    const declaration =
      code === undefined
        ? undefined
        : allInForce(declarations.get(incoming.deviceId) ?? [], at, knownBy).find((d) => d.facts.registrationCode === code)
            ?.facts;
    const doc = documentOf(message, observation, batch);
    doc.facts = {
      policy: policy.version,
      device: device.version,
      ...(device.dialect !== undefined && { dialect: device.dialect }),
      ...(vehicle && { vehicle: vehicle.version }),
      ...(enterprise && { enterprise: enterprise.version }),
      ...(response && { response: response.version }),
      ...(machine && { machine: machine.version }),
      ...(declaration && { declaration: declaration.version }),
      ...(recognition?.others && { others: recognition.others }),
    };
    if (enterprise) doc.enterprise = enterprise.id;
    if (county !== undefined) doc.county = county;
    if (device.lon !== undefined && device.lat !== undefined) doc.position = { lon: device.lon, lat: device.lat };
    if (recognition) {
      const { outcome, number, color, read, otherColors } = recognition;
      doc.recognition = {
        outcome,
        number,
        color,
        read,
        ...(vehicle && { vin: vehicle.vin }),
        ...(otherColors && { otherColors }),
      };
      if (number !== '') doc.plate = `${number},${color}`;
    }
    if (observation.kind === 'on-board') doc.vehicle = incoming.deviceId;
    else if (vehicle) doc.vehicle = vehicle.vin;
    else if (doc.plate !== undefined) doc.vehicle = doc.plate;
    const work: Work = { observation, doc, device, policy, incoming, knownBy };
    if (recognition) work.recognition = recognition;
    if (vehicle) work.vehicle = vehicle;
    if (enterprise) work.enterprise = enterprise;
    if (response) work.response = response;
    if (machine) work.machine = machine;
    if (declaration) work.declaration = declaration;
    if (observation.kind === 'on-board') {
      // Its samples may be of a day before it, and each counts or not by the policy of its own moment.
      const scrBy = (by: Policy) => (byVin.get(incoming.deviceId) ?? []).some((v) => isScr(v.facts, by));
      if (!scrBy(policy) && !policies.between(at - DAY, at, knownBy).some((s) => scrBy(s.policy))) work.noScr = true;
    }
    return work;
  });
  for (const mark of MARKS) await mark(works, { byVin, zones, registry, policies });
  return works;
}

function recognisePlate(
  plate: Plate,
  seen: { vehicleType?: string | undefined } | undefined,
  bySkeleton: Map<string, Versioned<VehicleFacts>[]>,
  at: number,
  knownBy: number,
) {
  const versions = bySkeleton.get(skeletonOf(normalisePlate(plate.number))) ?? [];
  return recognise(plate, seen, versions.length === 0 ? [] : allInForce(versions, at, knownBy).map((v) => v.facts));
}

function observationOf({ kind, body, incoming, at }: Admitted): Observation {
  return {
    ref: `${kind}/${incoming.deviceId}/${body.id}`,
    kind,
    message: incoming.message,
    deviceId: incoming.deviceId,
    id: body.id,
    at,
    receivedAt: incoming.receivedAt,
    backfill: body.backfill ?? false,
    unsynced: body.clock === 'unsynced',
    body,
  } as Observation;
}

function documentOf({ kind, body, incoming, at }: Admitted, { ref }: Observation, batch: string): ObservationDoc {
  const doc: ObservationDoc = {
    _id: ref,
    kind,
    deviceId: incoming.deviceId,
    id: body.id,
    message: incoming.message,
    at: new Date(at),
    receivedAt: new Date(incoming.receivedAt),
    batch,
    raw: new Binary(incoming.bytes),
    facts: { policy: '', device: '' },
  };
  if (kind !== 'on-board') doc.source = `${kind}/${incoming.deviceId}`;
  if (body.backfill) doc.backfill = true;
  if (body.clock === 'unsynced') doc.unsynced = true;
  if (body.n !== undefined) doc.n = body.n;
  return doc;
}
