import type { Db } from 'mongodb';
import { DAY, formatInstant, MINUTE } from '../../devices/contract/instant.ts';
import type { Arrival, Passage } from '../../devices/contract/messages.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import type { ReviewRow, Reviews } from '../http/contract/reviews.ts';
import { allInForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { REVIEWS } from '../store/decisions.ts';
import { PLATE_LINE, type ObservationStore } from '../store/observations.ts';
import type { DecisionDoc, ObservationDoc } from '../store/types.ts';
import type { Policies } from './counted.ts';
import { bodyOf } from './ledger-rows.ts';
import { scopeFilter } from './scope.ts';
import { shownDecision } from './shown.ts';

export interface ReviewsDeps {
  db: Db;
  clock: Clock;
  policies: Pick<Policies, 'at'>;
  registry: Pick<RegistryReader, 'sync' | 'gates'>;
  observations: Pick<ObservationStore, 'collection' | 'byIds'>;
}

const MOST = 200;

/** What gates were told to review in the last day, and what became of it. */
export function createReviews({ db, clock, policies, registry, observations }: ReviewsDeps) {
  const decisions = db.collection<DecisionDoc>('decisions');

  /** The passage of each arrival: the one that names it, else the first of its plate at its gate within the minutes. */
  async function passagesOf(arrivals: DecisionDoc[], minutes: number): Promise<Map<string, ObservationDoc>> {
    if (arrivals.length === 0) return new Map();
    const naming = await observations.collection
      .find({ arrival: { $in: arrivals.map(({ _id }) => _id) } }, { hint: 'arrival_1' })
      .toArray();
    const found = new Map(naming.map((doc) => [doc.arrival!, doc]));
    const unnamed = arrivals.filter(({ _id, plate }) => !found.has(_id) && plate !== undefined);
    if (unnamed.length === 0) return found;
    const passed = await observations.collection
      .find(
        {
          message: 'passage',
          kind: 'gate',
          arrival: { $exists: false },
          $or: unnamed.map(({ plate, device, at }) => ({
            plate: plate!,
            source: device,
            at: { $gte: at, $lte: new Date(at.getTime() + minutes * MINUTE) },
          })),
        },
        { hint: PLATE_LINE },
      )
      .sort({ at: 1 })
      .toArray();
    for (const { _id, plate, device, at } of unnamed) {
      const first = passed.find((p) => p.plate === plate && p.source === device && p.at >= at);
      if (first) found.set(_id, first);
    }
    return found;
  }

  return {
    async list(actor: Actor, enterprise: string | undefined): Promise<Reviews> {
      await registry.sync();
      const now = clock.now();
      const since = now - DAY;
      const { arrivalMinutes } = policies.at(now, now).rules['gate-ledger'];
      const scope = await scopeFilter(db, actor, 'decisions');
      const asked = await decisions
        .find(
          {
            $and: [
              { 'decision.decision': 'review', at: { $gte: new Date(since), $lte: new Date(now) } },
              { message: 'arrival' },
              scope,
              enterprise === undefined ? {} : { enterprise },
            ],
          },
          { hint: REVIEWS },
        )
        .sort({ at: -1, _id: -1 })
        .limit(MOST)
        .toArray();
      const [seen, passages, gates] = await Promise.all([
        observations.byIds(asked.map(({ _id }) => _id)),
        passagesOf(asked, arrivalMinutes),
        registry.gates(),
      ]);
      const arrivals = new Map(seen.map((doc) => [doc._id, bodyOf<Arrival>(doc)]));
      const names = new Map(allInForce(gates, now, now).map(({ key, facts }) => [key, facts.nameZh]));
      const items = asked.map((doc): ReviewRow => {
        const passage = passages.get(doc._id);
        const { lane, direction = 'in' } = arrivals.get(doc._id) ?? {};
        const { ref, at, vehicle, reasons, enterprise: owner, observationAt, findings } = shownDecision(doc) as unknown as ReviewRow;
        return {
          ref, at, vehicle, reasons, observationAt, findings,
          ...(owner !== undefined && { enterprise: owner }),
          gate: doc.device.slice('gate/'.length),
          gateName: names.get(doc.device) ?? doc.device,
          ...(lane !== undefined && { lane }),
          direction,
          waiting: passage === undefined && now - doc.at.getTime() <= arrivalMinutes * MINUTE,
          ...(passage && { passage: passageShown(passage) }),
        };
      }); // prettier-ignore
      return { asOf: formatInstant(now), since: formatInstant(since), waitMinutes: arrivalMinutes, items };
    },
  };
}
export type ReviewReader = ReturnType<typeof createReviews>;

function passageShown(doc: ObservationDoc): NonNullable<ReviewRow['passage']> {
  const { outcome, release } = bodyOf<Passage>(doc);
  return {
    at: formatInstant(doc.at.getTime()),
    outcome,
    ...(release && { release: release.mode }),
    ...(release?.operator !== undefined && { operator: release.operator }),
    ...(release?.reason !== undefined && { reason: release.reason }),
  };
}
