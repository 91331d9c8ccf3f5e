import { civilDate, civilDayStart, DAY, parseInstant } from '../../../devices/contract/instant.ts';
import { compareOrder } from '../../rules/order.ts';
import { judgeRouteDay, ROUTE_CODES, routeSubject, type OffRouteMoment, type RouteCode } from '../../rules/route.ts';
import { TIME_LINE } from '../../store/observations.ts';
import type { ObservationDoc } from '../../store/types.ts';
import { restoreWorks } from '../restore.ts';
import { findingDoc, findingKey, subjectOf, type FindingSubject } from '../finding-docs.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';

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
  const firsts = spans.flatMap(({ moments }) => ROUTE_CODES.flatMap((code) => firstOf(moments, code)?.ref ?? []));
  const works = new Map(
    (await restoreWorks(await observations.byIds([...new Set(firsts)]), registry, policies)).map((w) => [w.doc._id, w]),
  );
  return spans.map(({ span, basisSize, moments }) => {
    const start = civilDayStart(span.day);
    const expected = ROUTE_CODES.flatMap((code) => {
      const first = firstOf(moments, code);
      const work = first && works.get(first.ref);
      if (!first || !work) return [];
      const policy = policies.at(first.at, work.knownBy);
      const draft = judgeRouteDay({ ...span, code, moments: moments.filter((m) => m.code === code) }, policy);
      if (!draft) return [];
      return findingDoc(
        draft,
        { ...seenAt(subjectOf(work), work, draft.at), vin: span.vin, policy },
        {
          recordedAt: clock.now(),
          basisSize,
          span: { vehicle: span.vin, from: new Date(start), to: new Date(start + DAY) },
        },
      );
    });
    return {
      expected,
      existing: existing.filter((f) => keysOf(span).includes(f._id)),
      basisSize,
      withdrawnReason: 'no observation of the day is off the route',
    };
  });
}

type Moment = OffRouteMoment & { code: RouteCode };

function momentsOf({ _id: ref, kind, deviceId, id, offRoute }: ObservationDoc): Moment[] {
  return (offRoute ?? []).map(({ code, at, permits, metres }) => ({
    ref,
    kind,
    deviceId,
    id,
    code,
    at,
    permits,
    ...(metres !== undefined && { metres }),
  }));
}

function firstOf(moments: readonly Moment[], code: RouteCode): Moment | undefined {
  return moments.filter((m) => m.code === code).sort(compareOrder)[0];
}

/** A terminal's finding lies where its sample was taken. */
function seenAt(subject: FindingSubject, { observation }: Work, at: number): FindingSubject {
  if (observation.kind !== 'on-board' || !subject.place) return subject;
  const sample = observation.body.samples.find((s) => parseInstant(s.at) === at && s.lon !== undefined && s.lat !== undefined);
  return sample ? { ...subject, place: { ...subject.place, lon: sample.lon!, lat: sample.lat! } } : subject;
}
