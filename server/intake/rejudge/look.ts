import { decodeMessage } from '../../../devices/contract/decode.ts';
import { inForce } from '../../registry/in-force.ts';
import { DERIVED, type Derived, type RejudgeChangeDoc } from '../../store/rejudge-changes.ts';
import type { ObservationDoc } from '../../store/types.ts';
import type { Admitted } from '../admit.ts';
import { gatherFacts } from '../facts.ts';
import type { HistoryDeps } from '../histories/deps.ts';
import { bytesOf, knownByOf, restoreWorks } from '../restore.ts';
import { ownDifferences } from './own.ts';

/**
 * Looks up the facts of stored messages once more, as known by `knownBy`, and judges each by itself. Writes nothing.
 * @returns the messages of which something else is known now, or that say something else now; with both
 */
export async function lookAgain(
  docs: ObservationDoc[],
  job: { id: string; knownBy: number },
  deps: HistoryDeps,
): Promise<RejudgeChangeDoc[]> {
  const earlier = docs.filter((doc) => knownByOf(doc) < job.knownBy);
  if (earlier.length === 0) return [];
  const { registry, policies } = deps;
  const admitted = await admittedAgain(earlier, job.knownBy, deps);
  const works = await gatherFacts(admitted, '', registry, policies);
  const vins = new Set(earlier.filter((doc) => doc.kind === 'on-board').map((doc) => doc.deviceId));
  const [byVin, zones] = await Promise.all([registry.vehiclesByVin(vins), registry.zones()]);
  const changes = new Map<string, RejudgeChangeDoc>();
  const same: ObservationDoc[] = [];
  earlier.forEach((doc, i) => {
    const before = derivedOf(doc);
    const after = derivedOf(works[i]!.doc);
    if (doc.facts.dialect !== undefined) after.facts = { ...after.facts, dialect: doc.facts.dialect };
    else delete after.facts.dialect;
    const since = (list: readonly { recordedAt: number }[]) =>
      list.some((v) => v.recordedAt > knownByOf(doc) && v.recordedAt <= job.knownBy);
    const more =
      // Its samples are judged each by its own moment, and a zone's day by the zone's whole shape.
      (doc.kind === 'on-board' && since(byVin.get(doc.deviceId) ?? [])) || (before.inside !== undefined && since(zones));
    if (more || canonical(before) !== canonical(after)) changes.set(doc._id, changeOf(job.id, doc, before, after));
    else same.push(doc);
  });
  const others = await ownDifferences(await restoreWorks(same, registry, policies), deps);
  const refs = new Set(others.map(({ stored, again }) => (again ?? stored)!.subject));
  for (const doc of same) if (refs.has(doc._id)) changes.set(doc._id, changeOf(job.id, doc, derivedOf(doc), derivedOf(doc)));
  return [...changes.values()];
}

/** The message as at its first coming in, by the record of its device as it is known now. */
async function admittedAgain(docs: ObservationDoc[], knownBy: number, { registry }: HistoryDeps): Promise<Admitted[]> {
  const [versions, stored] = await Promise.all([
    registry.devices(new Set(docs.map((doc) => `${doc.kind}/${doc.deviceId}`))),
    registry.versions('devices', new Set(docs.map((doc) => doc.facts.device))),
  ]);
  return docs.map((doc): Admitted => {
    const bytes = bytesOf(doc);
    const decoded = decodeMessage(doc.kind, doc.message, bytes, doc.facts.dialect);
    if (!decoded.ok) throw new Error(`stored observation no longer decodes: ${decoded.code}`);
    const at = doc.at.getTime();
    const receivedAt = doc.receivedAt.getTime();
    const own = versions.get(`${doc.kind}/${doc.deviceId}`) ?? [];
    const device = inForce(own, at, knownBy) ?? inForce(own, receivedAt, Infinity) ?? stored.get(doc.facts.device);
    return {
      kind: doc.kind,
      body: decoded.value,
      at,
      knownBy,
      device: device!.facts,
      incoming: {
        topic: '',
        kind: doc.kind,
        deviceId: doc.deviceId,
        message: doc.message,
        bytes,
        retained: false,
        receivedAt,
        via: 'http',
        settle: () => undefined,
      },
    };
  });
}

function changeOf(job: string, doc: ObservationDoc, before: Derived, after: Derived): RejudgeChangeDoc {
  return { _id: `${job}|${doc._id}`, job, at: doc.at, observation: doc._id, before, after };
}

export function derivedOf(doc: ObservationDoc): Derived {
  return Object.fromEntries(
    DERIVED.filter((name) => doc[name] !== undefined).map((name) => [name, doc[name]]),
  ) as unknown as Derived;
}

/** One text for equal contents: keys in order, absent ones left out. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v === null || typeof v !== 'object' || Array.isArray(v)
      ? v
      : Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}
