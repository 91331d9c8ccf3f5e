import { foldDecision } from '../../rules/decision.ts';
import { judgeAll } from '../../rules/index.ts';
import type { GateObservation } from '../../rules/types.ts';
import { findingKey } from '../finding-docs.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';
import { contextOf, isFromHistory, joiningFindings, NO_PAST } from './gate-answers.ts';

const MAX_ROUNDS = 12;

/**
 * Records beside the decisions that were given what the same messages would be answered now: their own findings, which never change, and
 * those from history as they stand. Compares state with state, so that it may be called again after any crash, and reads once more
 * after each write, so that the last of several processes has the last word. A decision that is not stored yet is left to the one who
 * is about to store it.
 */
export async function recordRejudged(gateWorks: Work[], deps: HistoryDeps): Promise<void> {
  let open = gateWorks;
  for (let round = 0; open.length > 0; round++) {
    if (round === MAX_ROUNDS) throw new Error('a decision did not come to rest');
    const refs = open.map((w) => w.observation.ref);
    const [given, standing] = await Promise.all([deps.decisions.byIds(refs), joiningFindings(refs, deps)]);
    const stored = new Map(given.map((d) => [d._id, d]));
    const changes = open.flatMap((work) => {
      const { ref } = work.observation;
      const decision = stored.get(ref);
      if (!decision) return [];
      const own = judgeAll(contextOf(work, NO_PAST)).filter((draft) => !isFromHistory(draft));
      const past = standing.filter((f) => f.status !== 'withdrawn' && f.observations.at(-1) === ref);
      const findings = [...own.map(findingKey), ...past.map((f) => f._id)].sort();
      const said = decision.rejudged ?? decision;
      if (said.findings.length === findings.length && [...said.findings].sort().every((key, i) => key === findings[i])) return [];
      const { direction } = (work.observation as GateObservation).body;
      return [{ work, id: ref, at: new Date(deps.clock.now()), decision: foldDecision([...own, ...past], direction), findings }];
    });
    await deps.decisions.rejudged(changes);
    open = changes.map(({ work }) => work);
  }
}
