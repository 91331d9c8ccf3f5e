import { civilDate, civilDayStart, DAY } from '../../../devices/contract/instant.ts';
import { compareOrder } from '../../rules/order.ts';
import { judgeRouteDay, ROUTE_CODES, routeSubject, type OffRouteMoment, type RouteCode } from '../../rules/route.ts';
import { TIME_LINE } from '../../store/observations.ts';
import type { ObservationDoc } from '../../store/types.ts';
import { restoreWorks } from '../restore.ts';
import { findingDoc, findingKey, subjectOf } from '../finding-docs.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';
import { worksAt } from './moments.ts';

interface VehicleDay {
  vin: string;
  day: string;
}

/** `route`: the vehicle-days in which these messages were off their route, judged again from all that is stored of them. */
export function settleRoute(works: Work[], deps: HistoryDeps): Promise<Change[]> {
  const days = new Map<string, VehicleDay>();
  for (const { doc } of works)
    for (const { at } of doc.offRoute ?? []) {
      const day = civilDate(at);
      days.set(`${doc.vehicle!}:${day}`, { vin: doc.vehicle!, day });
    }
  return settleSpans([...days.values()], (open) => judgeDays(open, deps), deps.findings);
}

async function judgeDays(days: VehicleDay[], deps: HistoryDeps): Promise<SpanJudgement[]> {
  const { observations, findings, registry, policies, clock } = deps;
  const keysOf = ({ vin, day }: VehicleDay) =>
    ROUTE_CODES.map((code) => findingKey({ rule: 'route', code, subject: routeSubject(vin, day) }));
  const [docs, existing] = await Promise.all([
    observations.find(
      {
        $or: days.map(({ vin, day }) => {
          const start = civilDayStart(day);
          // A telemetry message holds samples of up to 24 h before it.
          return { vehicle: vin, at: { $gte: new Date(start), $lt: new Date(start + 2 * DAY) } };
        }),
        'offRoute.code': { $exists: true },
      },
      { offRoute: 1, at: 1, kind: 1, deviceId: 1, id: 1, vehicle: 1 },
      TIME_LINE.offRoute,
    ),
    findings.byIds(days.flatMap(keysOf)),
  ]);
  const spans = days.map((span) => {
    const own = docs.filter((doc) => doc.vehicle === span.vin && momentsOf(doc).some((m) => civilDate(m.at) === span.day));
    const moments = own.flatMap(momentsOf).filter((m) => civilDate(m.at) === span.day);
    return { span, basisSize: own.length, moments };
  });
  const firsts = spans.flatMap(({ span, basisSize, moments }) =>
    ROUTE_CODES.flatMap((code) => {
      const first = firstOf(moments, code);
      return first ? [{ span, basisSize, code, moments, first }] : [];
    }),
  );
  const restored = await restoreWorks(await observations.byIds([...new Set(firsts.map((f) => f.first.ref))]), registry, policies);
  const byRef = new Map(restored.map((work) => [work.doc._id, work]));
  const works = await worksAt(
    firsts.map(({ first }) => ({ work: byRef.get(first.ref)!, at: first.at })),
    deps,
  );
  const found = firsts.flatMap(({ span, basisSize, code, moments }, i) => {
    const work = works[i]!;
    const draft = judgeRouteDay({ ...span, code, moments: moments.filter((m) => m.code === code) }, work.policy);
    if (!draft) return [];
    const start = civilDayStart(span.day);
    return findingDoc(draft, subjectOf(work), {
      recordedAt: clock.now(),
      basisSize,
      span: { vehicle: span.vin, from: new Date(start), to: new Date(start + DAY) },
    });
  });
  return spans.map(({ span, basisSize }) => {
    const keys = keysOf(span);
    return {
      expected: found.filter((f) => keys.includes(f._id)),
      existing: existing.filter((f) => keys.includes(f._id)),
      basisSize,
      withdrawnReason: 'no observation of the day is off the route',
    };
  });
}

type Moment = OffRouteMoment & { code: RouteCode };

function momentsOf({ _id: ref, kind, deviceId, id, offRoute }: ObservationDoc): Moment[] {
  return (offRoute ?? []).map(({ code, at, permits, metres, hours }) => ({
    ref,
    kind,
    deviceId,
    id,
    code,
    at,
    permits,
    ...(metres !== undefined && { metres }),
    ...(hours !== undefined && { hours }),
  }));
}

function firstOf(moments: readonly Moment[], code: RouteCode): Moment | undefined {
  return moments.filter((m) => m.code === code).sort(compareOrder)[0];
}
