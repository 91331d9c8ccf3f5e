import type { GatePolicy } from '../../../devices/contract/answers.ts';
import { parseInstant } from '../../../devices/contract/instant.ts';
import type { DecisionWord } from '../../../devices/contract/messages.ts';
import { decideOffline } from '../../../devices/contract/offline.ts';
import { judgeForcedRelease } from '../../rules/forced-release.ts';
import type { AnswerGiven } from '../../rules/types.ts';
import type { DecisionDoc, ObservationDoc } from '../../store/types.ts';
import { restoreWorks } from '../restore.ts';
import { findingDoc, ruleOfKey, subjectOf } from '../finding-docs.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';

/**
 * `forced-release`: a passage against the answer its gate had. Judged when the decisions are stored; a passage that came before its
 * arrival is judged again when the arrival's decision is.
 */
export async function settleReleases(works: Work[], deps: HistoryDeps): Promise<Change[]> {
  const arrivals = works.filter((w) => w.doc.kind === 'gate' && w.doc.message === 'arrival').map((w) => w.doc._id);
  const waiting: ObservationDoc[] = arrivals.length === 0 ? [] : await deps.observations.find({ arrival: { $in: arrivals } });
  const own = works.filter(isPassage);
  const known = new Set(own.map((w) => w.doc._id));
  const others = await restoreWorks(
    waiting.filter((doc) => !known.has(doc._id)),
    deps.registry,
    deps.policies,
  );
  const passages = [...own, ...others];
  return passages.length === 0 ? [] : settleSpans(passages, (open) => judgeReleases(open, deps), deps.findings);
}

function isPassage(work: Work): boolean {
  return work.doc.kind === 'gate' && work.doc.message === 'passage';
}

async function judgeReleases(passages: Work[], deps: HistoryDeps): Promise<SpanJudgement[]> {
  const ids = passages.flatMap(({ doc }) => (doc.arrival === undefined ? [doc._id] : [doc._id, doc.arrival]));
  const refs = passages.map((w) => w.doc._id);
  const [decisions, existing, payloads] = await Promise.all([
    deps.decisions.byIds(ids),
    deps.findings.find({ observations: { $in: refs }, rule: 'forced-release' }),
    deps.payloads.byIds(passages.flatMap((work) => payloadIdOf(work) ?? [])),
  ]);
  const byId = new Map(decisions.map((d) => [d._id, d]));
  return passages.map((work) => {
    const { doc, observation } = work;
    const arrival = doc.arrival === undefined ? undefined : byId.get(doc.arrival);
    const own = byId.get(doc._id);
    const basisSize = [arrival, own, own?.rejudged].filter(Boolean).length;
    const drafts =
      observation.kind === 'gate' && observation.message === 'passage' && own
        ? judgeForcedRelease(observation, {
            policy: work.policy,
            ...(work.recognition && { recognition: work.recognition }),
            ...(arrival?.published && { published: answerOf(arrival) }),
            own: answerOf(own, true),
            payload: payloadAnswer(work, payloads),
          })
        : [];
    return {
      expected: drafts.map((draft) => findingDoc(draft, subjectOf(work), { recordedAt: deps.clock.now(), basisSize })),
      existing: existing.filter((f) => f.observations.includes(doc._id)),
      basisSize,
      withdrawnReason: 'the decision the gate had says otherwise',
    };
  });
}

/** The payload by which a gate says it decided alone, as it is stored. */
function payloadIdOf({ observation }: Work): string | undefined {
  if (observation.kind !== 'gate' || observation.message !== 'passage') return undefined;
  const { decided } = observation.body;
  return decided?.source === 'policy' && decided.payloadId !== undefined
    ? `${observation.deviceId}/${decided.payloadId}`
    : undefined;
}

/** What that payload gives for the vehicle at that moment; undefined when it is not known. */
function payloadAnswer(work: Work, payloads: Map<string, GatePolicy>): DecisionWord | undefined {
  const id = payloadIdOf(work);
  const payload = id === undefined ? undefined : payloads.get(id);
  const { observation, recognition } = work;
  if (!payload || !recognition || observation.kind !== 'gate' || observation.message !== 'passage') return undefined;
  const { plate, direction, decided } = observation.body;
  return decideOffline(payload, { number: plate.number, color: plate.color, direction }, parseInstant(decided!.at)).decision;
}

/** The answer a decision was; where a passage is compared with its own, a later judgement of it counts. */
function answerOf({ decision, rules, rejudged, published }: DecisionDoc, later = false): AnswerGiven {
  if (!later || !rejudged) return { decision: decision.decision, rules, published };
  return { decision: rejudged.decision as AnswerGiven['decision'], rules: rejudged.findings.map(ruleOfKey), published };
}
