import type { Db, Filter } from 'mongodb';
import type { Actor } from '../../alerts/types.ts';
import { AppError } from '../../errors.ts';
import { bytesOf } from '../../intake/restore.ts';
import { TIME_LINE } from '../../store/observations.ts';
import type { DecisionDoc, FindingDoc, ObservationDoc } from '../../store/types.ts';
import { scopeFilter } from '../scope.ts';
import { messagesOf } from './facts.ts';
import type { ManifestAbsent } from './format.ts';

/** What a package is made of, as it is stored now and as far as its taker may see it. */
export interface EvidenceRecords {
  of: { finding: string } | { decision: string };
  /** The finding it is about, or those that a decision was folded from. */
  findings: FindingDoc[];
  /** The decision it is about, or those given on a finding's messages. */
  decisions: DecisionDoc[];
  /** In order of time. */
  observations: ObservationDoc[];
  absent: ManifestAbsent[];
  /** Messages of the stretch that a finding was judged on, beyond those here. */
  leftOut: number;
}

/** Of a stretch of telemetry at most so many messages, and bytes. */
const MAX_STRETCH = 2_000;
const MAX_STRETCH_BYTES = 32 * 1024 * 1024;

export type RecordsOf = ReturnType<typeof createEvidenceRecords>;

/** Finds what belongs together: of a finding or a decision all that it stands on, within the scope of who asks. */
export function createEvidenceRecords(db: Db) {
  const findings = db.collection<FindingDoc>('findings');
  const decisions = db.collection<DecisionDoc>('decisions');
  const observations = db.collection<ObservationDoc>('observations');

  /** Documents by key within a scope, and what of them is missing. */
  async function within<D extends { _id: string }>(
    kind: 'observations' | 'findings' | 'decisions',
    refs: string[],
    actor: Actor,
  ): Promise<{ docs: D[]; absent: { name: string; reason: 'out-of-scope' | 'not-stored' }[] }> {
    if (refs.length === 0) return { docs: [], absent: [] };
    const scope = await scopeFilter(db, actor, kind);
    const collection = db.collection<D>(kind);
    const docs = (await collection.find({ $and: [{ _id: { $in: refs } }, scope] } as Filter<D>).toArray()) as D[];
    const missing = refs.filter((ref) => !docs.some((doc) => doc._id === ref));
    const there = new Set(
      (
        await collection
          .find({ _id: { $in: missing } } as Filter<D>)
          .project({ _id: 1 })
          .toArray()
      ).map((doc) => doc._id as string),
    );
    return {
      docs,
      absent: missing.map((ref) => ({ name: ref, reason: there.has(ref) ? 'out-of-scope' : 'not-stored' })),
    };
  }

  /** The telemetry and fills of a vehicle that a finding was judged on, from the beginning of its stretch. */
  async function stretchOf(finding: FindingDoc, actor: Actor): Promise<{ docs: ObservationDoc[]; leftOut: number }> {
    if (finding.rule !== 'urea-use' || !finding.span) return { docs: [], leftOut: 0 };
    const { vehicle, from, to } = finding.span;
    const stretch = { vehicle, at: { $gte: from, $lt: to }, kind: { $in: ['on-board', 'urea-pump'] as const } };
    const scope = await scopeFilter(db, actor, 'observations');
    const docs: ObservationDoc[] = [];
    let bytes = 0;
    const cursor = observations
      .find({ $and: [stretch, scope] } as Filter<ObservationDoc>, { hint: TIME_LINE.all })
      .sort({ at: 1 })
      .limit(MAX_STRETCH);
    for await (const doc of cursor) {
      bytes += bytesOf(doc).length;
      if (bytes > MAX_STRETCH_BYTES) break;
      docs.push(doc);
    }
    const all = await observations.countDocuments(stretch, { hint: TIME_LINE.all });
    return { docs, leftOut: all - docs.length };
  }

  return {
    /** @throws AppError 404 `unknown-finding`, also where it is beyond the scope */
    async ofFinding(id: string, actor: Actor): Promise<EvidenceRecords> {
      const finding = await findings.findOne({ $and: [{ _id: id }, await scopeFilter(db, actor, 'findings')] });
      if (!finding)
        throw new AppError(404, 'unknown-finding', {
          zh: '没有这条结果，或不在您的范围内',
          en: 'there is no such finding in your scope',
        });
      const named = await within<ObservationDoc>('observations', messagesOf(finding), actor);
      const stretch = await stretchOf(finding, actor);
      const docs = new Map([...named.docs, ...stretch.docs].map((doc) => [doc._id, doc]));
      const gates = named.docs.filter((doc) => doc.kind === 'gate').map((doc) => doc._id);
      const given = await within<DecisionDoc>('decisions', gates, actor);
      return {
        of: { finding: id },
        findings: [finding],
        decisions: given.docs,
        observations: inOrder([...docs.values()]),
        absent: named.absent.map((one) => ({ what: 'observation', ...one })),
        leftOut: stretch.leftOut,
      };
    },

    /** The decision with a printed reference, the latest of several. @throws AppError 404 `unknown-decision` */
    async ofDecision(ref: string, actor: Actor): Promise<EvidenceRecords> {
      const decision = await decisions
        .find({ $and: [{ ref }, await scopeFilter(db, actor, 'decisions')] })
        .sort({ at: -1 })
        .limit(1)
        .next();
      if (!decision)
        throw new AppError(404, 'unknown-decision', {
          zh: '没有这个凭条号，或不在您的范围内',
          en: 'there is no decision of this reference in your scope',
        });
      const folded = await within<FindingDoc>('findings', decision.findings, actor);
      const refs = [...new Set([decision._id, ...folded.docs.flatMap(messagesOf)])];
      const named = await within<ObservationDoc>('observations', refs, actor);
      return {
        of: { decision: ref },
        findings: folded.docs.sort((a, b) => (a._id < b._id ? -1 : 1)),
        decisions: [decision],
        observations: inOrder(named.docs),
        absent: [
          ...named.absent.map((one) => ({ what: 'observation' as const, ...one })),
          ...folded.absent.map((one) => ({ what: 'finding' as const, ...one })),
        ],
        leftOut: 0,
      };
    },
  };
}

function inOrder(docs: ObservationDoc[]): ObservationDoc[] {
  return docs.sort((a, b) => a.at.getTime() - b.at.getTime() || (a._id < b._id ? -1 : 1));
}
