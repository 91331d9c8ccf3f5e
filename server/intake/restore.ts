import { decodeMessage } from '../../devices/contract/decode.ts';
import { factsOfResponse } from '../policy/responses.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { Observation } from '../rules/types.ts';
import type { ObservationDoc } from '../store/types.ts';
import type { PolicyBook } from './policy-book.ts';
import type { Work } from './types.ts';

type Registry = Pick<RegistryReader, 'versions'>;

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
    machinery: new Set<string>(),
    declarations: new Set<string>(),
  };
  for (const { facts } of docs) {
    wanted.devices.add(facts.device);
    if (facts.vehicle !== undefined) wanted.vehicles.add(facts.vehicle);
    if (facts.enterprise !== undefined) wanted.enterprises.add(facts.enterprise);
    if (facts.response !== undefined) wanted.responses.add(facts.response);
    if (facts.machine !== undefined) wanted.machinery.add(facts.machine);
    if (facts.declaration !== undefined) wanted.declarations.add(facts.declaration);
  }
  const [vehicles, devices, enterprises, responses, machinery, declarations] = await Promise.all([
    registry.versions('vehicles', wanted.vehicles),
    registry.versions('devices', wanted.devices),
    registry.versions('enterprises', wanted.enterprises),
    registry.versions('responses', wanted.responses),
    registry.versions('machinery', wanted.machinery),
    registry.versions('declarations', wanted.declarations),
    policies.load(docs.map((doc) => doc.facts.policy)),
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
    const row = doc.facts.response === undefined ? undefined : responses.get(doc.facts.response)?.facts;
    const response = row && factsOfResponse(row);
    const work: Work = {
      observation,
      doc,
      device: devices.get(doc.facts.device)!.facts,
      policy: policies.version(doc.facts.policy),
      knownBy: knownByOf(doc),
    };
    if (doc.recognition) {
      const { outcome, number, color, read, otherColors } = doc.recognition;
      work.recognition = { outcome, number, color, read, ...(vehicle && { vehicle }), ...(otherColors && { otherColors }) };
    }
    if (vehicle) work.vehicle = vehicle;
    if (enterprise) work.enterprise = enterprise;
    if (response) work.response = response;
    const machine = doc.facts.machine === undefined ? undefined : machinery.get(doc.facts.machine)?.facts;
    if (machine) work.machine = machine;
    const declaration = doc.facts.declaration === undefined ? undefined : declarations.get(doc.facts.declaration)?.facts;
    if (declaration) work.declaration = declaration;
    return work;
  });
}

/** The bytes of a stored message. */
export function bytesOf(doc: Pick<ObservationDoc, 'raw'>): Uint8Array {
  return doc.raw.buffer.subarray(0, doc.raw.position);
}

/** When the facts a stored message is judged with were known: its coming in, or a later re-judgement of its period. */
export function knownByOf(doc: Pick<ObservationDoc, 'receivedAt' | 'knownBy'>): number {
  return (doc.knownBy ?? doc.receivedAt).getTime();
}
