import { formatInstant, HOUR } from '../../devices/contract/instant.ts';
import type { Passage } from '../../devices/contract/messages.ts';
import type { PhotoRow, PhotoState } from '../http/contract/photos.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { DeviceFacts } from '../rules/types.ts';
import { imageKey, type ImageStore } from '../store/images.ts';
import type { FindingDoc, ObservationDoc } from '../store/types.ts';
import type { CountedDeps } from './counted.ts';
import { bodyOf } from './ledger-rows.ts';
import { observationKey } from './shown.ts';

export interface PhotoRowDeps {
  policies: CountedDeps['policies'];
  registry: Pick<RegistryReader, 'versions'>;
  observations: { byIds(ids: string[]): Promise<ObservationDoc[]> };
  images: Pick<ImageStore, 'brought'>;
}

/** A passage with what a list read of it: its verdict, or nothing but itself. */
interface Asked {
  doc: ObservationDoc;
  finding?: FindingDoc;
}

/** Gates send their pictures by themselves, behind their messages: before that nothing is lacking. */
const PATIENCE = HOUR / 4;

const time = (date: Date) => formatInstant(date.getTime());

/** The rows of verdicts on pictures, by the verdicts' keys; a fixed number of queries. */
export async function rowsOfFindings(findings: FindingDoc[], asOf: number, deps: PhotoRowDeps): Promise<Map<string, PhotoRow>> {
  const docs = await deps.observations.byIds(findings.map(({ subject }) => subject));
  const passages = new Map(docs.map((doc) => [doc._id, doc]));
  const asked = findings.flatMap((finding) => {
    const doc = passages.get(finding.subject);
    return doc ? [{ doc, finding }] : [];
  });
  const rows = await rowsOf(asked, asOf, deps);
  return new Map(asked.map(({ finding }, i) => [finding._id, rows[i]!]));
}

/** The rows of passages that lack a named picture and have time left, by the passages' keys. */
export async function rowsOfPassages(docs: ObservationDoc[], asOf: number, deps: PhotoRowDeps): Promise<Map<string, PhotoRow>> {
  const asked = docs.filter((doc) => cameAt(doc) + PATIENCE <= asOf);
  const rows = await rowsOf(asked.map((doc) => ({ doc })), asOf, deps); // prettier-ignore
  return new Map(rows.filter((row) => isLacking(row) && row.due > formatInstant(asOf)).map((row) => [row.id, row]));
}

async function rowsOf(asked: Asked[], asOf: number, deps: PhotoRowDeps): Promise<PhotoRow[]> {
  const bodies = asked.map(({ doc }) => bodyOf<Passage>(doc));
  const keys = asked.flatMap(({ doc }, i) => (bodies[i]!.images ?? []).map(({ sha256 }) => keyOf(doc, sha256)));
  const [devices, brought] = await Promise.all([
    deps.registry.versions('devices', asked.map(({ doc }) => doc.facts.device)),
    deps.images.brought([...new Set(keys)]),
    deps.policies.load(asked.map(({ doc }) => doc.facts.policy)),
  ]); // prettier-ignore
  return asked.map(({ doc, finding }, i): PhotoRow => {
    const device = devices.get(doc.facts.device)?.facts;
    const body = bodies[i]!;
    const pictures = picturesOf(doc, body, device, brought, asOf);
    const named = new Set(pictures.map(({ role }) => role));
    const { uploadHours } = deps.policies.version(doc.facts.policy).rules['gate-ledger'];
    return {
      id: doc._id,
      observation: observationKey(doc._id) as PhotoRow['observation'],
      at: time(doc.at),
      receivedAt: time(doc.receivedAt),
      ...(doc.enterprise !== undefined && { enterprise: doc.enterprise }),
      gate: doc.deviceId,
      gateName: device?.nameZh ?? doc.deviceId,
      ...(body.lane !== undefined && { lane: body.lane }),
      direction: body.direction,
      ...plateOf(doc),
      state: stateOf(finding, pictures),
      due: formatInstant(cameAt(doc) + uploadHours * HOUR),
      ...(finding && { finding: finding._id }),
      ...(finding?.disputed && { disputed: true }),
      pictures,
      unnamed: (device?.requiredPhotos ?? []).filter((role) => !named.has(role)).sort(),
    };
  });
}

/** The named pictures of roles the gate had to take, with when they came and through whom. */
function picturesOf(
  doc: ObservationDoc,
  body: Passage,
  device: DeviceFacts | undefined,
  brought: Awaited<ReturnType<ImageStore['brought']>>,
  asOf: number,
): PhotoRow['pictures'] {
  const required = new Set<string>(device?.requiredPhotos);
  return (body.images ?? [])
    .filter(({ role }) => required.has(role))
    .map(({ role, sha256 }) => {
      const there = brought.get(keyOf(doc, sha256));
      if (!there || there.at.getTime() > asOf) return { role, sha256 };
      return { role, sha256, uploaded: { at: time(there.at), ...(there.by !== undefined && { by: there.by }) } };
    });
}

function stateOf(finding: FindingDoc | undefined, pictures: PhotoRow['pictures']): PhotoState {
  if (!finding) return 'waiting';
  if (finding.code === 'photo-missing') return 'unnamed';
  return isLacking({ pictures }) ? 'late' : 'added';
}

const isLacking = ({ pictures }: Pick<PhotoRow, 'pictures'>) => pictures.some(({ uploaded }) => !uploaded);

const keyOf = ({ deviceId }: ObservationDoc, sha256: string) => imageKey(sha256, `gate/${deviceId}`);

const cameAt = ({ at, receivedAt }: ObservationDoc) => Math.max(at.getTime(), receivedAt.getTime());

function plateOf({ recognition }: ObservationDoc): Pick<PhotoRow, 'plate'> {
  if (!recognition || recognition.number === '') return {};
  return { plate: { number: recognition.number, color: recognition.color } };
}
