import { widest } from '../../policy/in-force.ts';
import { compareOrder } from '../../rules/order.ts';
import type { Reach } from '../../rules/gate-ledger.ts';
import { TIME_LINE } from '../../store/observations.ts';
import type { ObservationDoc } from '../../store/types.ts';
import type { HistoryDeps } from './deps.ts';

const FIRST_LOOK = 8;

/** Rows of one identity at one enterprise (or at one gate without) that messages fell on; their neighbours are judged with them. */
export interface LedgerSpan {
  vehicle: string;
  enterprise: string | null;
  /** Of a gate without an enterprise. */
  gate: string | null;
  from: number;
  to: number;
}

/**
 * The passages of a span with as many neighbours as can change with it: back to the last pause longer than that in which two are one,
 * with at least one passage before the span, and on to the first after such a pause. In order.
 */
export async function rowsAround(span: LedgerSpan, deps: HistoryDeps): Promise<Reach & { docs: ObservationDoc[] }> {
  const { vehicle, enterprise, gate, from, to } = span;
  const sameMs = widest(deps.policies, (policy) => policy.rules['gate-ledger'].sameSeconds) * 1000;
  const own = { vehicle, row: true as const, ...(enterprise === null ? { enterprise: null!, deviceId: gate! } : { enterprise }) };
  const { collection } = deps.observations;

  async function before(limit: number): Promise<{ docs: ObservationDoc[]; complete: boolean }> {
    const found = await collection
      .find({ ...own, at: { $lt: new Date(from) } }, { hint: TIME_LINE.rows })
      .sort({ at: -1 })
      .limit(limit)
      .toArray();
    const docs = found.reverse();
    const begin = docs.findLastIndex((doc, i) => i > 0 && pause(docs[i - 1]!, doc));
    if (begin > 0) return { docs: docs.slice(begin), complete: false };
    return found.length < limit ? { docs, complete: true } : before(limit * 4);
  }
  async function later(limit: number): Promise<{ docs: ObservationDoc[]; complete: boolean }> {
    const docs = await collection
      .find({ ...own, at: { $gt: new Date(to) } }, { hint: TIME_LINE.rows })
      .sort({ at: 1 })
      .limit(limit)
      .toArray();
    const end = docs.findIndex((doc, i) => doc.at.getTime() - (docs[i - 1]?.at.getTime() ?? to) > sameMs);
    // Of several at one moment the first must be told by the whole order.
    const last = end < 0 ? -1 : docs.findLastIndex((doc) => doc.at.getTime() === docs[end]!.at.getTime());
    if (last >= 0 && last < docs.length - 1) return { docs: docs.slice(0, last + 1), complete: false };
    return docs.length < limit ? { docs, complete: true } : later(limit * 4);
  }
  const pause = (a: ObservationDoc, b: ObservationDoc) => b.at.getTime() - a.at.getTime() > sameMs;

  const [earlier, within, after] = await Promise.all([
    before(FIRST_LOOK),
    collection.find({ ...own, at: { $gte: new Date(from), $lte: new Date(to) } }, { hint: TIME_LINE.rows }).toArray(),
    later(FIRST_LOOK),
  ]);
  const docs = [...earlier.docs, ...within, ...after.docs].sort((a, b) =>
    compareOrder({ ...a, at: a.at.getTime() }, { ...b, at: b.at.getTime() }),
  );
  return { docs, fromBeginning: earlier.complete, toEnd: after.complete };
}
