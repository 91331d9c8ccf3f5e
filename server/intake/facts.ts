import { Binary } from 'mongodb';
import { decodeMessage } from '../../devices/contract/decode.ts';
import { MINUTE, parseInstant } from '../../devices/contract/instant.ts';
import type { Plate } from '../../devices/contract/messages.ts';
import { responseInForce } from '../policy/responses.ts';
import { normalisePlate } from '../recognition/normalise.ts';
import { recognise } from '../recognition/recognise.ts';
import { skeletonOf } from '../recognition/skeleton.ts';
import { allInForce, inForce, registrationOfVin } from '../registry/in-force.ts';
import type { RegisteredZone } from '../registry/facts.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { Versioned } from '../registry/types.ts';
import { zoneHits } from '../rules/diversion.ts';
import { listedOnRoad } from '../rules/phase-out.ts';
import { readingReasons } from '../rules/reading-validity.ts';
import { SMOKE } from '../rules/remote-sensing-history.ts';
import { exceedances } from '../rules/remote-sensing.ts';
import type { Observation, PermitFacts, VehicleFacts, ZoneFacts } from '../rules/types.ts';
import { isScr } from '../rules/urea-use.ts';
import { isDiesel } from '../rules/words.ts';
import type { ObservationDoc } from '../store/types.ts';
import type { Admitted } from './admit.ts';
import type { PolicyBook } from './policy-book.ts';
import type { Work } from './types.ts';

/** Telemetry that reaches back further is found by an index of its own. */
export const LONG_MS = 10 * MINUTE;

type Registry = Pick<
  RegistryReader,
  'vehiclesBySkeleton' | 'vehiclesByVin' | 'enterprises' | 'permits' | 'zones' | 'responses' | 'versions'
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
  for (const { kind, body, incoming, device } of messages) {
    if (kind === 'on-board') vins.add(incoming.deviceId);
    else if ('plate' in body) skeletons.add(skeletonOf(normalisePlate(body.plate.number)));
    if (device.enterpriseId !== undefined) enterpriseIds.add(device.enterpriseId);
  }
  const [bySkeleton, byVin, enterprises, zones, responses] = await Promise.all([
    registry.vehiclesBySkeleton(skeletons),
    registry.vehiclesByVin(vins),
    registry.enterprises(enterpriseIds),
    registry.zones(),
    registry.responses(),
  ]);

  const works = messages.map((message): Work => {
    const { incoming, at, body } = message;
    const knownBy = incoming.receivedAt;
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
    const county = enterprise?.county ?? device.county;
    const response = county === undefined ? undefined : responseInForce(responses, county, at, knownBy);
    const doc = documentOf(message, observation, batch);
    doc.facts = {
      policy: policy.version,
      device: device.version,
      ...(device.dialect !== undefined && { dialect: device.dialect }),
      ...(vehicle && { vehicle: vehicle.version }),
      ...(enterprise && { enterprise: enterprise.version }),
      ...(response && { response: response.version }),
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
    const work: Work = { observation, doc, device, policy, incoming };
    if (recognition) work.recognition = recognition;
    if (vehicle) work.vehicle = vehicle;
    if (enterprise) work.enterprise = enterprise;
    if (response) work.response = response;
    if (observation.kind === 'on-board' && !(byVin.get(incoming.deviceId) ?? []).some((v) => isScr(v.facts, policy)))
      work.noScr = true;
    markOwnFacts(work);
    return work;
  });
  await markInside(works, byVin, zones, registry, policies);
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

/** What a message says by itself once its facts are known: it is stored with it, so that neighbours can count on it. */
function markOwnFacts(work: Work): void {
  const { observation, doc, recognition, vehicle, device, policy } = work;
  if (observation.kind === 'remote-sensing') {
    doc.invalid = readingReasons(observation.body, {
      recognition: recognition!,
      device,
      unsynced: observation.unsynced,
      at: observation.at,
      policy,
    });
    if (doc.invalid.length === 0 && vehicle && isDiesel(vehicle)) {
      const { opacity, ringelmann } = observation.body.measured;
      const exceeded = exceedances(observation.body, policy);
      const over = SMOKE.filter((pollutant) => exceeded.includes(pollutant));
      doc.smoke = { ...(opacity !== undefined && { opacity }), ...(ringelmann !== undefined && { ringelmann }), over };
      if (over.length > 0) doc.over = true;
    }
  }
  if (
    (observation.kind === 'remote-sensing' || observation.kind === 'checkpoint') &&
    vehicle &&
    recognition?.outcome === 'matched'
  ) {
    const listed = listedOnRoad(vehicle, observation.at, policy);
    if (listed.length > 0) doc.listed = listed;
  }
  if (observation.kind === 'on-board') {
    const first = Math.min(...observation.body.samples.map((s) => parseInstant(s.at)));
    if (observation.at - first > LONG_MS) doc.long = true;
  }
  if (observation.kind === 'gate' && observation.message === 'passage') {
    const { arrivalId, outcome } = observation.body;
    if (arrivalId !== undefined) doc.arrival = `gate/${observation.deviceId}/${arrivalId}`;
    if (outcome === 'turned-back') doc.turnedBack = true;
  }
}

/** Whether a place may lie in one of the zones; most do not, and need no further look. */
export function nearZones(zones: Versioned<RegisteredZone>[], { lon, lat }: { lon: number; lat: number }): boolean {
  const box = boxAround(zones);
  return lon >= box.west && lon <= box.east && lat >= box.south && lat <= box.north;
}

/** The diversion zones in force at a moment. */
export function diversionZones(zones: Versioned<RegisteredZone>[], at: number, knownBy: number): RegisteredZone[] {
  return allInForce(zones, at, knownBy)
    .map((z) => z.facts)
    .filter((z) => z.zoneKind === 'diversion');
}

interface Point {
  work: Work;
  at: number;
  lon: number;
  lat: number;
  vehicle: VehicleFacts;
}

/** Where matched vehicles were inside a diversion zone that concerns them: sightings at their device's place, positions at each sample's. */
async function markInside(
  works: Work[],
  byVin: Map<string, Versioned<VehicleFacts>[]>,
  zones: Versioned<RegisteredZone>[],
  registry: Registry,
  policies: PolicyBook,
): Promise<void> {
  if (zones.length === 0) return;
  const hits: { point: Point; zones: ZoneFacts[] }[] = [];
  const noPermits: PermitFacts[] = [];
  const near = (lon: number, lat: number) => nearZones(zones, { lon, lat });
  const look = (point: Point) => {
    const knownBy = point.work.observation.receivedAt;
    const inForceThen = diversionZones(zones, point.at, knownBy);
    const ids = zoneHits(point, point.vehicle, inForceThen, noPermits, policies.at(point.at, knownBy));
    if (ids.length > 0) hits.push({ point, zones: inForceThen.filter((z) => ids.includes(z.id)) });
  };
  for (const work of works) {
    const { observation, vehicle, recognition, device } = work;
    if (observation.unsynced) continue;
    if (observation.kind === 'on-board') {
      const { samples } = observation.body;
      const versions = byVin.get(observation.deviceId) ?? [];
      if (versions.length === 0) continue;
      for (const sample of samples) {
        if (sample.lon === undefined || sample.lat === undefined || !near(sample.lon, sample.lat)) continue;
        const at = parseInstant(sample.at);
        const then = registrationOfVin(versions, observation.deviceId, at, observation.receivedAt);
        if (then) look({ work, at, lon: sample.lon, lat: sample.lat, vehicle: then });
      }
    } else if (observation.kind === 'checkpoint' || observation.kind === 'remote-sensing') {
      if (recognition?.outcome !== 'matched' || !vehicle || device.lon === undefined || device.lat === undefined) continue;
      if (!near(device.lon, device.lat)) continue;
      look({ work, at: observation.at, lon: device.lon, lat: device.lat, vehicle });
    }
  }
  if (hits.length === 0) return;
  const permits = await registry.permits([...new Set(hits.map(({ point }) => plateKey(point.vehicle)))]);
  for (const { point, zones: around } of hits) {
    const knownBy = point.work.observation.receivedAt;
    const held = allInForce(permits.get(plateKey(point.vehicle)) ?? [], point.at, knownBy).map((p) => p.facts);
    for (const zone of zoneHits(point, point.vehicle, around, held, policies.at(point.at, knownBy))) {
      const inside = (point.work.doc.inside ??= []);
      const entry = inside.find((i) => i.zone === zone);
      if (entry) entry.at.push(point.at);
      else inside.push({ zone, at: [point.at] });
    }
  }
}

/** One box around all zones, widened by some 200 m: most positions are outside it and need no further look. */
const boxes = new WeakMap<object, { west: number; south: number; east: number; north: number }>();
function boxAround(zones: Versioned<RegisteredZone>[]) {
  let box = boxes.get(zones);
  if (!box) {
    box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
    for (const { facts } of zones) {
      for (const [lon, lat] of facts.ring) {
        box.west = Math.min(box.west, lon - 0.003);
        box.east = Math.max(box.east, lon + 0.003);
        box.south = Math.min(box.south, lat - 0.002);
        box.north = Math.max(box.north, lat + 0.002);
      }
    }
    boxes.set(zones, box);
  }
  return box;
}

function plateKey(vehicle: VehicleFacts): string {
  return `${vehicle.plateNumber},${vehicle.plateColor}`;
}

/**
 * Makes the work of stored messages again, with the facts they were stored with: for repeats whose judging was cut off, for what a dead
 * process left, and for neighbours that are judged again.
 */
export async function restoreWorks(docs: ObservationDoc[], registry: Registry, policies: PolicyBook): Promise<Work[]> {
  if (docs.length === 0) return [];
  const wanted = {
    vehicles: new Set<string>(),
    devices: new Set<string>(),
    enterprises: new Set<string>(),
    responses: new Set<string>(),
  };
  for (const { facts } of docs) {
    wanted.devices.add(facts.device);
    if (facts.vehicle !== undefined) wanted.vehicles.add(facts.vehicle);
    if (facts.enterprise !== undefined) wanted.enterprises.add(facts.enterprise);
    if (facts.response !== undefined) wanted.responses.add(facts.response);
  }
  const [vehicles, devices, enterprises, responses] = await Promise.all([
    registry.versions('vehicles', wanted.vehicles),
    registry.versions('devices', wanted.devices),
    registry.versions('enterprises', wanted.enterprises),
    registry.versions('responses', wanted.responses),
  ]);
  return docs.map((doc) => {
    const bytes = bytesOf(doc);
    const decoded = decodeMessage(doc.kind, doc.message, bytes, doc.facts.dialect);
    if (!decoded.ok) throw new Error(`stored observation no longer decodes: ${decoded.code}`);
    const body = decoded.value;
    const vehicle = doc.facts.vehicle === undefined ? undefined : vehicles.get(doc.facts.vehicle)?.facts;
    const observation = {
      ref: doc._id,
      kind: doc.kind,
      message: doc.message,
      deviceId: doc.deviceId,
      id: doc.id,
      at: doc.at.getTime(),
      receivedAt: doc.receivedAt.getTime(),
      backfill: doc.backfill ?? false,
      unsynced: doc.unsynced ?? false,
      body,
    } as Observation;
    const enterprise = doc.facts.enterprise === undefined ? undefined : enterprises.get(doc.facts.enterprise)?.facts;
    const response = doc.facts.response === undefined ? undefined : responses.get(doc.facts.response)?.facts;
    const work: Work = {
      observation,
      doc,
      device: devices.get(doc.facts.device)!.facts,
      policy: policies.version(doc.facts.policy),
    };
    if (doc.recognition) {
      const { outcome, number, color, read, otherColors } = doc.recognition;
      work.recognition = { outcome, number, color, read, ...(vehicle && { vehicle }), ...(otherColors && { otherColors }) };
    }
    if (vehicle) work.vehicle = vehicle;
    if (enterprise) work.enterprise = enterprise;
    if (response) work.response = response;
    return work;
  });
}

/** The bytes of a stored message. */
export function bytesOf(doc: Pick<ObservationDoc, 'raw'>): Uint8Array {
  return doc.raw.buffer.subarray(0, doc.raw.position);
}
