import { civilDate, civilDayStart, DAY } from '../../../devices/contract/instant.ts';
import { judgeRoadDay } from '../../rules/phase-out.ts';
import { SIGHTED, TIME_LINE } from '../../store/observations.ts';
import { restoreWorks } from '../restore.ts';
import { findingDoc, findingKey, subjectOf } from '../finding-docs.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';

interface RoadDay {
  vin: string;
  day: string;
}

/** `phase-out` on the road: the vehicle-days of these sightings, judged again from all their stored sightings. */
export function settleRoadDays(works: Work[], deps: HistoryDeps): Promise<Change[]> {
  const days = new Map<string, RoadDay>();
  for (const { doc, vehicle } of works) {
    if (!doc.listed || !vehicle) continue;
    const day = civilDate(doc.at.getTime());
    days.set(`${vehicle.vin}|${day}`, { vin: vehicle.vin, day });
  }
  return settleSpans([...days.values()], (open) => judgeRoadDays(open, deps), deps.findings);
}

async function judgeRoadDays(days: RoadDay[], deps: HistoryDeps): Promise<SpanJudgement[]> {
  const keysOf = ({ vin, day }: RoadDay) =>
    (['past-scrap', 'phase-out-listed'] as const).map((code) =>
      findingKey({ rule: 'phase-out', code, subject: `${vin}|${day}` }),
    );
  const [docs, existing] = await Promise.all([
    deps.observations.find(
      { $or: days.map(({ vin, day }) => ({ ...SIGHTED, vehicle: vin, at: range(day), listed: { $exists: true } })) },
      null,
      TIME_LINE.sighted,
    ),
    deps.findings.byIds(days.flatMap(keysOf)),
  ]);
  const works = await restoreWorks(docs, deps.registry, deps.policies);
  return days.map((span) => {
    const own = works.filter((w) => w.doc.vehicle === span.vin && civilDate(w.observation.at) === span.day);
    const drafts = judgeRoadDay(
      own.flatMap(({ observation, vehicle, policy }) => (vehicle ? [{ observation, vehicle, policy }] : [])),
    );
    const { $gte: from, $lt: to } = range(span.day);
    return {
      expected: drafts.map((draft) =>
        findingDoc(draft, subjectOf(own.find((w) => w.doc._id === draft.observations[0])!), {
          recordedAt: deps.clock.now(),
          basisSize: own.length,
          span: { vehicle: span.vin, from, to },
        }),
      ),
      existing: existing.filter((f) => keysOf(span).includes(f._id)),
      basisSize: own.length,
      withdrawnReason: 'no sighting of the day is listed',
    };
  });
}

function range(day: string) {
  const start = civilDayStart(day);
  return { $gte: new Date(start), $lt: new Date(start + DAY) };
}
