import type { DeliveryFacts } from '../rules/types.ts';
import { allInForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { AccountStore } from '../store/accounts.ts';
import { DEVICE_LINE, type DecisionStore } from '../store/decisions.ts';
import { PASSAGES } from '../store/observations.ts';
import type { DecisionDoc, ObservationDoc } from '../store/types.ts';
import { seePassages, type LedgerDeps, type SeenPassage } from './ledger-rows.ts';
import { inChunks } from './chunks.ts';
import { stretchOf } from './months.ts';

export interface MonthDeps extends LedgerDeps {
  accounts: Pick<AccountStore, 'deliveryKeys'>;
  registry: Pick<RegistryReader, 'versions' | 'allEnterprises' | 'devicesOfEnterprise' | 'deliveries'>;
  decisions: LedgerDeps['decisions'] & Pick<DecisionStore, 'collection'>;
}

const CHUNK = 500;

/** The passages at an enterprise's gates of a month, as recorded by a moment, some hundred at a time. */
export async function* passagesOf(
  enterprise: string,
  month: string,
  asOf: number,
  deps: MonthDeps,
  { newestFirst = false, after }: { newestFirst?: boolean; after?: { at: number; id: string } } = {},
): AsyncGenerator<SeenPassage[]> {
  const { from, to } = stretchOf(month);
  const order = newestFirst ? -1 : 1;
  const beyond = newestFirst ? '$lt' : '$gt';
  const cursor = deps.observations.collection
    .find(
      {
        enterprise,
        kind: 'gate',
        message: 'passage',
        receivedAt: { $lte: new Date(asOf) },
        $and: [
          { at: { $gte: new Date(from), $lt: new Date(to) } },
          ...(after
            ? [{ at: { [`${beyond}e`]: new Date(after.at) } }, { $or: [{ at: { [beyond]: new Date(after.at) } }, { _id: { [beyond]: after.id } }] }] // prettier-ignore
            : []),
        ],
      },
      { hint: PASSAGES.ofEnterprise },
    )
    .sort({ at: order, _id: order })
    .batchSize(CHUNK);
  try {
    for await (const docs of inChunks(cursor as AsyncIterable<ObservationDoc>, CHUNK)) yield await seePassages(docs, asOf, deps);
  } finally {
    await cursor.close();
  }
}

/** The declared deliveries of an enterprise and month, as recorded by a moment, in order of their id. */
export async function deliveriesOf(enterprise: string, month: string, asOf: number, deps: MonthDeps): Promise<DeliveryFacts[]> {
  const versions = await deps.registry.deliveries(await deps.accounts.deliveryKeys(enterprise, month));
  return allInForce(versions, asOf, asOf)
    .map((version) => version.facts)
    .filter((d) => d.enterpriseId === enterprise && d.month === month)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Arrivals in of a month that were refused, as recorded by a moment. */
export async function refusedArrivals(enterprise: string, month: string, asOf: number, deps: MonthDeps): Promise<DecisionDoc[]> {
  const { from, to } = stretchOf(month);
  const versions = (await deps.registry.devicesOfEnterprise([enterprise])).get(enterprise) ?? [];
  const gates = [...new Set(versions.filter(({ facts }) => facts.kind === 'gate').map(({ key }) => key))];
  if (gates.length === 0) return [];
  return deps.decisions.collection
    .find(
      {
        device: { $in: gates },
        enterprise,
        message: 'arrival',
        'decision.decision': 'refuse',
        at: { $gte: new Date(from), $lt: new Date(to) },
        recordedAt: { $lte: new Date(asOf) },
      },
      { projection: { ref: 1, at: 1, device: 1, plate: 1, reasons: { $slice: 1 } }, hint: DEVICE_LINE },
    )
    .sort({ at: -1, _id: -1 })
    .toArray();
}
