import type { Db } from 'mongodb';
import { decodeMessage } from '../../devices/contract/decode.ts';
import { DAY, formatInstant, HOUR } from '../../devices/contract/instant.ts';
import type { Fill, Telemetry } from '../../devices/contract/messages.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { UreaStory, UreaVehicle } from '../http/contract/figures.ts';
import type { PolicyBook } from '../intake/policy-book.ts';
import { bytesOf } from '../intake/restore.ts';
import { normalisePlate } from '../recognition/normalise.ts';
import type { Registry } from '../registry/index.ts';
import { mergeSamples, samplesOf } from '../rules/urea-samples.ts';
import { FINDING_FIGURES } from '../store/findings.ts';
import type { HourSumsStore } from '../store/hour-sums.ts';
import { SIGHTED, TIME_LINE, type ObservationStore } from '../store/observations.ts';
import type { FindingDoc } from '../store/types.ts';
import { boundedStretch } from './remote-sensing-figures.ts';
import { scopeFilter } from './scope.ts';
import { hourPoints, hourRises, samplePoints } from './urea-points.ts';

export interface UreaFigureDeps {
  db: Db;
  clock: Clock;
  registry: Pick<Registry, 'page'>;
  policies: Pick<PolicyBook, 'at'>;
  hours: Pick<HourSumsStore, 'ofVehicles'>;
  observations: Pick<ObservationStore, 'find' | 'collection'>;
}

/** Up to so long a stretch is drawn from the samples themselves, in steps of so many minutes; a longer one by clock hours. */
const FINE_MS = 2 * DAY;
const FINE_STEP = 5;
/** A message's samples reach back at most so far. */
const REACH_MS = DAY;
/** What gates say of a vehicle with a warning: it comes of the others, and says nothing new of its urea. */
const AT_GATE = 'urea-warning';
const MOST_VEHICLES = 2_000;

/** How vehicles use urea: those with findings, and one vehicle over time. */
export function createUreaFigures({ db, clock, registry, policies, hours, observations }: UreaFigureDeps) {
  const findings = db.collection<FindingDoc>('findings');

  /** The VINs that the plate ever had, the present one first. @throws AppError 404 `unknown-vehicle` */
  async function registered(number: string, color: string) {
    const key = `${normalisePlate(number)},${color}`;
    const [now, ever] = await Promise.all([
      registry.page('vehicles', { key, limit: 1 }),
      registry.page('vehicles', { key, history: true, order: 'desc', limit: 100 }),
    ]);
    const row = now.items[0] ?? ever.items[0];
    if (!row) throw unknown();
    return row as Record<string, unknown> & { vin: string };
  }

  /** Who looks after some counties only sees terminals of vehicles that were seen there. */
  async function checkScope(vin: string, actor: Actor) {
    if (actor.counties === undefined) return;
    const scope = await scopeFilter(db, actor, 'observations');
    const seen = await observations.collection.findOne({ ...SIGHTED, vehicle: vin, ...scope }, { hint: TIME_LINE.sighted, projection: { _id: 1 } }); // prettier-ignore
    if (!seen) throw unknown();
  }

  async function pointsOf(vin: string, start: number, end: number) {
    const policy = policies.at(end, Infinity);
    const own = (await hours.ofVehicles([{ vin, from: start - HOUR + 1, to: end - 1 }])).sort((a, b) => a.hour - b.hour);
    const rises = hourRises(own, policy).filter(({ at }) => at >= start && at < end);
    if (end - start > FINE_MS) return { stepMinutes: 60, points: hourPoints(own), rises };
    const docs = await observations.find(
      { kind: 'on-board', vehicle: vin, at: { $gte: new Date(start - HOUR), $lt: new Date(end + REACH_MS) } },
      { deviceId: 1, id: 1, at: 1, raw: 1 },
      TIME_LINE.all,
    );
    const messages = docs.map((doc) => {
      const body = JSON.parse(Buffer.from(bytesOf(doc)).toString('utf8')) as Telemetry;
      return { deviceId: doc.deviceId, id: doc.id, at: doc.at.getTime(), samples: samplesOf(body, () => true) };
    });
    const samples = mergeSamples(messages).filter(({ at }) => at < end);
    return { stepMinutes: FINE_STEP, points: samplePoints(samples, start, FINE_STEP, policy), rises };
  }

  async function fillsOf(vin: string, start: number, end: number) {
    const docs = await observations.find(
      {
        ...SIGHTED,
        kind: 'urea-pump',
        vehicle: vin,
        'recognition.outcome': 'matched',
        at: { $gte: new Date(start), $lt: new Date(end) },
      },
      { at: 1, kind: 1, message: 1, raw: 1, facts: 1, deviceId: 1 },
      TIME_LINE.sighted,
    );
    return docs.flatMap((doc) => {
      const decoded = decodeMessage(doc.kind, doc.message, bytesOf(doc), doc.facts.dialect);
      if (!decoded.ok) return [];
      const { volume, concentration } = decoded.value as Fill;
      return {
        at: formatInstant(doc.at.getTime()),
        kind: 'recorded' as const,
        litres: volume,
        ...(concentration !== undefined && { concentration }),
        station: doc.deviceId,
      };
    });
  }

  async function findingsOf(vin: string, start: number, end: number) {
    const docs = await findings
      .find({
        vin,
        rule: 'urea-use',
        code: { $ne: AT_GATE },
        at: { $gte: new Date(start), $lte: new Date(end + DAY) },
        status: { $ne: 'withdrawn' },
      })
      .sort({ at: 1 })
      .toArray();
    const time = (value: unknown) => (typeof value === 'string' ? value : undefined);
    return docs
      .map(({ _id, code, severity, status, at, facts, zh, en }) => {
        const [from, to] = [time(facts.from), time(facts.to)];
        return { id: _id, code, severity, status, at: formatInstant(at.getTime()), ...(from !== undefined && { from }), ...(to !== undefined && { to }), zh, en }; // prettier-ignore
      })
      .filter((one) => Date.parse(one.from ?? one.at) < end);
  }

  return {
    /**
     * Vehicles with findings of urea use in a period, the latest first.
     * @throws AppError 422 `too-long`, `no-period`
     */
    async vehicles(
      query: { from?: number | undefined; to?: number | undefined; search?: string | undefined; code?: string | undefined },
      actor: Actor,
    ): Promise<{ items: UreaVehicle[]; asOf: number }> {
      const asOf = clock.now();
      const { start, end } = boundedStretch(query.from, query.to, asOf, 31);
      const scope = await scopeFilter(db, actor, 'findings');
      const rows = await findings
        .aggregate<Omit<UreaVehicle, 'lastAt' | 'stage' | 'plate'> & { _id: string; lastAt: Date; plate?: string | null; stage?: string | null }>([
          { $match: { rule: 'urea-use', at: { $gte: new Date(start), $lt: new Date(end) }, status: { $in: ['pending', 'confirmed'] }, vin: { $exists: true }, code: query.code ?? { $ne: AT_GATE }, ...scope } },
          { $sort: { at: 1 } },
          { $group: {
            _id: '$vin',
            findings: { $sum: 1 },
            warnings: { $sum: { $cond: [{ $ne: ['$severity', 'info'] }, 1, 0] } },
            codes: { $addToSet: '$code' },
            plate: { $last: '$plate' },
            stage: { $last: '$vehicle.stage' },
            lastAt: { $last: '$at' },
            last: { $last: { id: '$_id', code: '$code', zh: '$zh', en: '$en' } },
          } },
          { $sort: { lastAt: -1, _id: 1 } },
          { $limit: MOST_VEHICLES },
        ], { hint: FINDING_FIGURES })
        .toArray(); // prettier-ignore
      const wanted = query.search === undefined ? undefined : normalisePlate(query.search).toUpperCase();
      const items = rows.map(({ _id, plate, stage, lastAt, codes, findings: n, warnings, last }) => ({
        vin: _id,
        ...(plate && { plate }),
        ...(stage && { stage }),
        findings: n,
        warnings,
        codes: [...codes].sort(),
        lastAt: formatInstant(lastAt.getTime()),
        last,
      }));
      return {
        items: wanted === undefined ? items : items.filter((v) => v.vin.includes(wanted) || v.plate?.includes(wanted)),
        asOf,
      };
    },

    /**
     * One vehicle's level, fuel and NOx over time, with fills and what was found of it.
     * @throws AppError 404 `unknown-vehicle`, 422 `too-long`, `no-period`
     */
    async story(
      number: string,
      color: string,
      query: { from?: number | undefined; to?: number | undefined },
      actor: Actor,
    ): Promise<UreaStory> {
      const { start, end } = boundedStretch(query.from, query.to, clock.now());
      const row = await registered(number, color);
      await checkScope(row.vin, actor);
      const [{ stepMinutes, points, rises }, fills, found] = await Promise.all([
        pointsOf(row.vin, start, end),
        fillsOf(row.vin, start, end),
        findingsOf(row.vin, start, end),
      ]);
      const limits = policies.at(end, Infinity).rules['urea-use'];
      const tank = row.reagentTank;
      return {
        plate: { number: normalisePlate(number), color },
        vin: row.vin,
        stage: typeof row.stage === 'string' ? row.stage : 'unknown',
        ...(typeof tank === 'number' && { tankL: tank }),
        from: formatInstant(start),
        to: formatInstant(end),
        stepMinutes,
        points: points.map(({ at, ...rest }) => ({ at: formatInstant(at), ...rest })),
        fills: [...fills, ...rises.map(({ at, points: by }) => ({ at: formatInstant(at), kind: 'rise' as const, points: Math.round(by * 10) / 10 }))].sort((a, b) => (a.at < b.at ? -1 : 1)),
        findings: found,
        limits: { emptyPercent: limits.reagentEmpty.belowPercent, lowPercent: limits.reagentLow.belowPercent, ratio: limits.scrIneffective.ratio },
      }; // prettier-ignore
    },
  };
}
export type UreaFigureReader = ReturnType<typeof createUreaFigures>;

function unknown() {
  return new AppError(404, 'unknown-vehicle', {
    zh: '没有这辆车的记录，或不在您的范围内',
    en: 'nothing of this vehicle is in your scope',
  });
}
