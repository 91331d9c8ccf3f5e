import { HOUR } from '../../devices/contract/instant.ts';
import { groupBy } from '../registry/lookup.ts';
import { ledgerRows, type LedgerPassage } from '../rules/gate-ledger.ts';
import { widest } from '../policy/in-force.ts';
import type { Policy } from '../policy/types.ts';
import { TIME_LINE, type ObservationStore } from '../store/observations.ts';
import type { ObservationDoc } from '../store/types.ts';
import { pairRows, type Pairing } from './pairing.ts';

/** The policy versions that ledgers and accounts read by. */
export interface Policies {
  at(at: number, knownBy: number): Policy;
  version(name: string): Policy;
  known(): Policy[];
  load(names: Iterable<string>): Promise<void>;
}

export interface CountedDeps {
  observations: Pick<ObservationStore, 'collection'>;
  policies: Policies;
}

type Slim = Pick<
  ObservationDoc,
  '_id' | 'kind' | 'deviceId' | 'id' | 'at' | 'receivedAt' | 'vehicle' | 'direction' | 'facts' | 'enterprise'
>;
const SLIM = {
  kind: 1, deviceId: 1, id: 1, at: 1, receivedAt: 1, vehicle: 1, direction: 1, enterprise: 1, 'facts.policy': 1,
} as const; // prettier-ignore

/** So many rows before an exit tell whether the one before it counts. */
const BEFORE = 8;
/** Questions to the store at the same time: live gates use the same connections. */
const AT_ONCE = 20;

/**
 * Of stored passages that are rows, which count, and what each is paired with (null at gates without an enterprise), with every message
 * recorded by `asOf`. Their neighbours are read in one query per enterprise, whatever the number of passages: from as many hours before
 * the first to as many after the last as an exit may take. A plate read at one gate for all that time without a pause of two minutes is
 * beyond it.
 */
export async function countedRows(
  docs: readonly ObservationDoc[],
  asOf: number,
  { observations, policies }: CountedDeps,
): Promise<Map<string, Pairing | null>> {
  const rows = docs.filter((doc) => doc.row);
  if (rows.length === 0) return new Map();
  const reach = widest(policies, (policy) => policy.rules['gate-ledger'].exitHours) * HOUR;
  const { collection } = observations;
  const recorded = { $lte: new Date(asOf) };

  const neighbours = await Promise.all(
    [...groupBy(rows, placeOf).values()].map((own): Promise<Slim[]> => {
      const times = own.map((doc) => doc.at.getTime());
      return collection
        .find(
          {
            ...placeFilter(own[0]!),
            row: true,
            vehicle: { $in: [...new Set(own.map((doc) => doc.vehicle!))] },
            at: { $gte: new Date(Math.min(...times) - reach), $lte: new Date(Math.max(...times) + reach) },
            receivedAt: recorded,
          },
          { projection: SLIM, hint: TIME_LINE.rows },
        )
        .toArray();
    }),
  );
  const known = new Map<string, Slim>([...rows, ...neighbours.flat()].map((doc) => [doc._id, doc]));

  const first = new Map<string, number>();
  for (const doc of known.values()) {
    const key = identityOf(doc);
    first.set(key, Math.min(first.get(key) ?? Infinity, doc.at.getTime()));
  }
  // Exits whose entry lies further back.
  const alone = rows.filter(
    (doc) => doc.direction === 'out' && doc.enterprise !== undefined && doc.at.getTime() === first.get(identityOf(doc)),
  );
  const before = (doc: ObservationDoc): Promise<Slim[]> =>
    collection
      .find(
        { ...placeFilter(doc), row: true, vehicle: doc.vehicle!, at: { $lt: doc.at }, receivedAt: recorded },
        { projection: SLIM, hint: TIME_LINE.rows },
      )
      .sort({ at: -1 })
      .limit(BEFORE)
      .toArray();
  for (let i = 0; i < alone.length; i += AT_ONCE) {
    const earlier = await Promise.all(alone.slice(i, i + AT_ONCE).map(before));
    for (const doc of earlier.flat()) known.set(doc._id, doc);
  }

  await policies.load([...known.values()].map((doc) => doc.facts.policy));
  const wanted = new Set(rows.map((doc) => doc._id));
  const found = new Map<string, Pairing | null>();
  for (const own of groupBy([...known.values()], identityOf).values()) {
    const counted = ledgerRows(own.map((doc) => passageOf(doc, policies)));
    const pairs = own[0]!.enterprise === undefined ? undefined : pairRows(counted, asOf);
    for (const { ref } of counted) if (wanted.has(ref)) found.set(ref, pairs?.get(ref) ?? null);
  }
  return found;
}

function passageOf(doc: Slim, policies: Policies): LedgerPassage {
  return {
    ref: doc._id,
    kind: doc.kind,
    deviceId: doc.deviceId,
    id: doc.id,
    at: doc.at.getTime(),
    receivedAt: doc.receivedAt.getTime(),
    identity: doc.vehicle!,
    direction: doc.direction!,
    policy: policies.version(doc.facts.policy),
  };
}

/** An enterprise, or a gate without. */
function placeOf({ enterprise, deviceId }: Slim): string {
  return JSON.stringify(enterprise === undefined ? [null, deviceId] : [enterprise]);
}

function placeFilter({ enterprise, deviceId }: Slim) {
  return enterprise === undefined ? { enterprise: null!, deviceId } : { enterprise };
}

function identityOf(doc: Slim): string {
  return `${placeOf(doc)} ${doc.vehicle}`;
}
