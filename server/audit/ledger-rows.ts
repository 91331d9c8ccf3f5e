import { decodeMessage } from '../../devices/contract/decode.ts';
import { formatInstant } from '../../devices/contract/instant.ts';
import type { MachineryPassage, Passage } from '../../devices/contract/messages.ts';
import type { MachineryRow, TransportRow } from '../http/contract/ledgers.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { VehicleFacts } from '../rules/types.ts';
import { isNewEnergy } from '../rules/words.ts';
import type { DecisionDoc, FindingDoc, ObservationDoc } from '../store/types.ts';
import { countedRows, type CountedDeps } from './counted.ts';
import type { Pairing } from './pairing.ts';
import { observationKey } from './shown.ts';

export interface LedgerDeps extends CountedDeps {
  registry: Pick<RegistryReader, 'versions'>;
  findings: { byIds(ids: string[]): Promise<FindingDoc[]> };
  decisions: { byIds(ids: string[]): Promise<DecisionDoc[]> };
  /** Of pictures, as `<sha256>/<kind>/<deviceId>`, those that this device uploaded, with when. */
  uploaded(keys: string[]): Promise<Map<string, Date>>;
}

const LEDGER_CODES = ['no-arrival', 'exit-without-entry', 'no-exit', 'photo-missing', 'photo-not-uploaded'];
const AGAINST = 'released-against-decision';
const MACHINE_CODES = ['unregistered-machine', 'undeclared', 'stage-banned', 'stage-unknown'];

const time = (date: Date) => formatInstant(date.getTime());

/** What a stored message says. */
export function bodyOf<T>(doc: ObservationDoc): T {
  const bytes = Buffer.isBuffer(doc.raw) ? doc.raw : Buffer.from(doc.raw.buffer).subarray(0, doc.raw.position);
  // Without a dialect the record is the message itself, checked when it came in.
  if (doc.facts.dialect === undefined) return JSON.parse(bytes.toString('utf8')) as T;
  const decoded = decodeMessage(doc.kind, doc.message, bytes, doc.facts.dialect);
  if (!decoded.ok) throw new Error(`stored observation no longer decodes: ${decoded.code}`);
  return decoded.value as T;
}

/** Codes of the findings that stand on messages by `asOf`, by message. */
async function standing(refs: string[], rules: [rule: string, codes: string[]][], asOf: number, deps: LedgerDeps) {
  const ids = refs.flatMap((ref) => rules.flatMap(([rule, codes]) => codes.map((code) => `${rule}|${code}|${ref}`)));
  const found = new Map<string, string[]>();
  for (const { status, code, subject, recordedAt } of await deps.findings.byIds(ids)) {
    if (status !== 'confirmed' || recordedAt.getTime() > asOf) continue;
    found.set(subject, [...(found.get(subject) ?? []), code].sort());
  }
  return found;
}

/** A passage at a gate as accounts look at it; `row` where it is a counted row of the ledger. */
export interface SeenPassage {
  doc: ObservationDoc;
  outcome: Passage['outcome'];
  release?: Passage['release'];
  againstDecision: boolean;
  row?: TransportRow;
}

/** Passages at gates with everything their ledger shows of them, as of a moment; a fixed number of queries, in the order given. */
export async function seePassages(docs: ObservationDoc[], asOf: number, deps: LedgerDeps): Promise<SeenPassage[]> {
  if (docs.length === 0) return [];
  const refs = docs.map((doc) => doc._id);
  const bodies = docs.map((doc) => bodyOf<Passage>(doc));
  const keys = docs.flatMap((doc, i) => bodies[i]!.images?.map(({ sha256 }) => `${sha256}/gate/${doc.deviceId}`) ?? []);
  const [counted, codes, vehicles, devices, decisions, uploads] = await Promise.all([
    countedRows(docs, asOf, deps),
    standing(refs, [['gate-ledger', LEDGER_CODES], ['forced-release', [AGAINST]]], asOf, deps), // prettier-ignore
    deps.registry.versions('vehicles', docs.flatMap((doc) => doc.facts.vehicle ?? [])), // prettier-ignore
    deps.registry.versions('devices', docs.map((doc) => doc.facts.device)), // prettier-ignore
    deps.decisions.byIds([...refs, ...docs.flatMap((doc) => doc.arrival ?? [])]),
    deps.uploaded([...new Set(keys)]),
  ]);
  const answers = new Map(decisions.map((d) => [d._id, d]));
  return docs.map((doc, i): SeenPassage => {
    const body = bodies[i]!;
    const found = codes.get(doc._id) ?? [];
    const seen: SeenPassage = {
      doc,
      outcome: body.outcome,
      ...(body.release && { release: body.release }),
      againstDecision: found.includes(AGAINST),
    };
    const pairing = counted.get(doc._id);
    if (pairing === undefined) return seen;
    const device = devices.get(doc.facts.device)?.facts;
    const asked = doc.arrival === undefined ? undefined : answers.get(doc.arrival);
    const answer = asked ?? answers.get(doc._id);
    const vehicle = doc.facts.vehicle === undefined ? undefined : vehicles.get(doc.facts.vehicle)?.facts;
    const uploaded = (sha256: string) => (uploads.get(`${sha256}/gate/${doc.deviceId}`)?.getTime() ?? Infinity) <= asOf;
    const images = (body.images ?? []).map(({ role, sha256 }) => ({ role, sha256, uploaded: uploaded(sha256) }));
    const required = [...new Set(device?.requiredPhotos)].sort();
    const present = [...new Set(images.map(({ role }) => role))].sort();
    return {
      ...seen,
      row: {
        id: doc._id,
        observation: observationKey(doc._id) as TransportRow['observation'],
        at: time(doc.at),
        recordedAt: time(doc.receivedAt),
        ...(doc.enterprise !== undefined && { enterprise: doc.enterprise }),
        ...(doc.county !== undefined && { county: doc.county }),
        gate: doc.deviceId,
        gateName: device?.nameZh ?? doc.deviceId,
        direction: doc.direction!,
        ...shownVehicle(doc, vehicle),
        carriedBy: carriedBy(doc, vehicle),
        cargo: named(body.cargo),
        photos: {
          required,
          present,
          missing: required.filter((role) => !present.includes(role as (typeof present)[number])),
          images,
          uploaded: images.filter((image) => image.uploaded).length,
        },
        ...(answer && {
          decision: { ref: answer.ref, decision: answer.decision.decision, of: asked ? 'arrival' : 'passage' },
        }),
        ...(body.release && { release: named(body.release) }),
        forced: body.release?.mode === 'forced',
        againstDecision: seen.againstDecision,
        findings: found.filter((code) => code !== AGAINST),
        pairing: pairing && shownPairing(pairing),
      },
    };
  });
}

/** What the contract names of an object a device sent. */
function named<T extends object>(sent: T | undefined): T {
  const { name, tonnes, mode, operator, reason } = (sent ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({ name, tonnes, mode, operator, reason }).filter(([, v]) => v !== undefined),
  ) as unknown as T;
}

function shownVehicle({ recognition }: ObservationDoc, vehicle: VehicleFacts | undefined) {
  const { outcome, number, color, read } = recognition!;
  return {
    plate: { number, color },
    recognition: outcome as TransportRow['recognition'],
    ...(outcome === 'corrected' && { read }),
    ...(vehicle && { vin: vehicle.vin, vehicleType: vehicle.vehicleType, fuel: vehicle.fuel }),
    stage: vehicle?.stage ?? 'unknown',
    newEnergy: vehicle !== undefined && isNewEnergy(vehicle),
  };
}

/** Corrected and unregistered vehicles are neither clean nor of stage 6. */
function carriedBy({ recognition }: ObservationDoc, vehicle: VehicleFacts | undefined): TransportRow['carriedBy'] {
  if (recognition?.outcome !== 'matched' || !vehicle) return 'other';
  if (isNewEnergy(vehicle)) return 'new-energy';
  return vehicle.stage === '6' ? 'stage-6' : 'other';
}

function shownPairing({ state, other, minutes }: Pairing): TransportRow['pairing'] {
  return {
    state,
    ...(other && {
      other: {
        observation: observationKey(other.ref) as TransportRow['observation'],
        at: formatInstant(other.at),
      },
    }),
    ...(minutes !== undefined && { minutes }),
  };
}

/** Passages of machinery with what was registered and declared of them then, and what was found by `asOf`. */
export async function seeMachinery(docs: ObservationDoc[], asOf: number, deps: LedgerDeps): Promise<MachineryRow[]> {
  if (docs.length === 0) return [];
  const [codes, machines, declarations, devices] = await Promise.all([
    standing(docs.map((doc) => doc._id), [['nonroad-registration', MACHINE_CODES]], asOf, deps), // prettier-ignore
    deps.registry.versions('machinery', docs.flatMap((doc) => doc.facts.machine ?? [])), // prettier-ignore
    deps.registry.versions('declarations', docs.flatMap((doc) => doc.facts.declaration ?? [])), // prettier-ignore
    deps.registry.versions('devices', docs.map((doc) => doc.facts.device)), // prettier-ignore
  ]);
  return docs.map((doc): MachineryRow => {
    const body = bodyOf<MachineryPassage>(doc);
    const machine = doc.facts.machine === undefined ? undefined : machines.get(doc.facts.machine)?.facts;
    const declared = doc.facts.declaration === undefined ? undefined : declarations.get(doc.facts.declaration)?.facts;
    const device = devices.get(doc.facts.device)?.facts;
    return {
      id: doc._id,
      observation: observationKey(doc._id) as MachineryRow['observation'],
      at: time(doc.at),
      recordedAt: time(doc.receivedAt),
      site: doc.deviceId,
      siteName: device?.nameZh ?? doc.deviceId,
      ...(doc.enterprise !== undefined && { enterprise: doc.enterprise }),
      ...(doc.county !== undefined && { county: doc.county }),
      direction: body.direction,
      registrationCode: body.registrationCode,
      registered: machine !== undefined,
      ...(machine && { machineryKind: machine.machineryKind, owner: machine.owner }),
      stage: machine?.stage ?? 'unknown',
      ...(device?.minStage !== undefined && { minStage: device.minStage }),
      declared: declared !== undefined,
      ...(declared && {
        declaration: {
          from: formatInstant(declared.from),
          ...(declared.to !== undefined && { to: formatInstant(declared.to) }),
        },
      }),
      findings: codes.get(doc._id) ?? [],
      images: (body.images ?? []).map(({ role, sha256 }) => ({ role, sha256 })),
    };
  });
}
