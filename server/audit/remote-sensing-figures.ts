import type { Db } from 'mongodb';
import { DAY, formatInstant } from '../../devices/contract/instant.ts';
import { seesPlace } from '../alerts/scope.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { RemoteSensingFigures } from '../http/contract/figures.ts';
import type { PolicyBook } from '../intake/policy-book.ts';
import { allInForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { READING_REASONS } from '../rules/reading-validity.ts';
import { FINDING_FIGURES } from '../store/findings.ts';
import { READINGS, SOURCE_LINE } from '../store/observations.ts';
import type { FindingDoc, ObservationDoc } from '../store/types.ts';
import { createFigureCache, scopeKey } from './figure-cache.ts';
import { scopeFilter } from './scope.ts';

export interface RemoteSensingFigureDeps {
  db: Db;
  clock: Clock;
  registry: Pick<RegistryReader, 'sync' | 'allDevices'>;
  policies: Pick<PolicyBook, 'at'>;
  restMs?: number;
}

/** So many days at most, and by default. */
export const MOST_DAYS = 31;
const DEFAULT_DAYS = 7;
const FAILED_SHOWN = 100;
/** Width of a bar, and how many there are; the last one holds all above. */
const OPACITY = { step: 5, bins: 20 };
const NO = { step: 100, bins: 30 };

/** The stretch asked for, or the latest days. @throws AppError 422 `too-long`, `no-period` */
export function boundedStretch(from: number | undefined, to: number | undefined, now: number, days = DEFAULT_DAYS) {
  const end = to ?? (from === undefined ? now : Math.min(now, from + MOST_DAYS * DAY));
  const start = from ?? end - days * DAY;
  if (start >= end)
    throw new AppError(422, 'no-period', { zh: '起始时间须早于结束时间', en: 'the period must begin before it ends' });
  if (end - start > MOST_DAYS * DAY) {
    throw new AppError(422, 'too-long', {
      zh: `时段最长${MOST_DAYS}天`,
      en: `a period is at most ${MOST_DAYS} days long`,
    });
  }
  return { start, end };
}

/** Readings of remote sensing over a period: how many count and why others do not, what they measured, which vehicles failed. */
export function createRemoteSensingFigures({ db, clock, registry, policies, restMs = 15_000 }: RemoteSensingFigureDeps) {
  const observations = db.collection<ObservationDoc>('observations');
  const findings = db.collection<FindingDoc>('findings');
  const cached = createFigureCache<RemoteSensingFigures>({ restMs });

  interface Cell {
    _id: { station: string; invalid?: string[]; over?: boolean; opacity: number | null; no: number | null; opacityOver: boolean; noOver: boolean };
    n: number;
  } // prettier-ignore

  async function make(start: number, end: number, station: string | undefined, actor: Actor): Promise<RemoteSensingFigures> {
    const now = clock.now();
    const within = { at: { $gte: new Date(start), $lt: new Date(end) } };
    await registry.sync();
    const [ofReadings, ofFindings, devices] = await Promise.all([
      scopeFilter(db, actor, 'observations'),
      scopeFilter(db, actor, 'findings'),
      registry.allDevices(),
    ]);
    const limits = policies.at(end, Infinity).rules['remote-sensing'];
    const bin = (field: string, { step, bins }: typeof NO) => ({
      $cond: [{ $isNumber: field }, { $min: [{ $trunc: { $divide: [{ $max: [field, 0] }, step] } }, bins - 1] }, null],
    });
    const source = station === undefined ? {} : { source: `remote-sensing/${station}` };
    const failed = {
      rule: 'remote-sensing',
      code: 'failed',
      status: { $in: ['pending' as const, 'confirmed' as const] },
      ...within,
      ...ofFindings,
    };
    const ofStation = station === undefined ? failed : { ...failed, device: `remote-sensing/${station}` };
    const [cells, latest, failedCount] = await Promise.all([
      observations
        .aggregate<Cell>(
          [
            { $match: { kind: 'remote-sensing', ...within, ...source, ...ofReadings } },
            {
              $group: {
                _id: {
                  station: '$deviceId',
                  invalid: '$invalid',
                  over: '$over',
                  opacity: bin('$smoke.opacity', OPACITY),
                  no: bin('$no', NO),
                  opacityOver: { $and: [{ $isNumber: '$smoke.opacity' }, { $gt: ['$smoke.opacity', limits.opacityPercent] }] },
                  noOver: { $and: [{ $isNumber: '$no' }, { $gt: ['$no', limits.noPpm] }] },
                },
                n: { $sum: 1 },
              },
            },
          ],
          { hint: station === undefined ? READINGS : SOURCE_LINE },
        )
        .toArray(),
      findings.find(ofStation, { hint: FINDING_FIGURES }).sort({ at: -1 }).limit(FAILED_SHOWN).toArray(),
      findings.countDocuments(ofStation, { hint: FINDING_FIGURES }),
    ]);
    const known = allInForce(devices, now, now)
      .map((v) => v.facts)
      .filter(
        (d) =>
          d.kind === 'remote-sensing' &&
          (station === undefined || d.id === station) &&
          seesPlace(actor, d.county, d.enterpriseId),
      );
    const names = new Map(known.map((d) => [d.id, d]));
    const ids = [...new Set([...known.map((d) => d.id), ...cells.map((c) => c._id.station)])].sort();
    const sum = (rows: Cell[]) => rows.reduce((n, c) => n + c.n, 0);
    const spread = (
      pick: (id: Cell['_id']) => number | null,
      isOver: (id: Cell['_id']) => boolean,
      { step, bins }: typeof NO,
      unit: string,
      limit: number,
    ) => {
      const counts = Array.from({ length: bins }, () => 0);
      const measured = cells.filter((c) => pick(c._id) !== null);
      for (const { _id, n } of measured) counts[pick(_id)!]! += n;
      return { unit, step, limit, bins: counts, over: sum(cells.filter((c) => isOver(c._id))), measured: sum(measured) };
    };
    return {
      from: formatInstant(start),
      to: formatInstant(end),
      asOf: formatInstant(now),
      stations: ids.map((id) => {
        const own = cells.filter((c) => c._id.station === id);
        const device = names.get(id);
        return {
          id,
          nameZh: device?.nameZh ?? id,
          ...(device?.county !== undefined && { county: device.county }),
          total: sum(own),
          valid: sum(own.filter((c) => !c._id.invalid?.length)),
          over: sum(own.filter((c) => c._id.over === true)),
          reasons: READING_REASONS.map((reason) => ({
            reason,
            first: sum(own.filter((c) => c._id.invalid?.[0] === reason)),
            any: sum(own.filter((c) => c._id.invalid?.includes(reason))),
          })).filter(({ any }) => any > 0),
        };
      }),
      opacity: spread((id) => id.opacity, (id) => id.opacityOver, OPACITY, '%', limits.opacityPercent),
      no: spread((id) => id.no, (id) => id.noOver, NO, '1e-6', limits.noPpm),
      failed: latest.map(({ _id, at, plate, device, status, zh, en }) => ({
        id: _id,
        at: formatInstant(at.getTime()),
        ...(plate !== undefined && { plate }),
        ...(device !== undefined && { station: device.split('/')[1]! }),
        status,
        zh,
        en,
      })),
      failedCount,
    }; // prettier-ignore
  }

  return {
    /** @throws AppError 422 `too-long`, `no-period` */
    async over(query: { from?: number | undefined; to?: number | undefined; station?: string | undefined }, actor: Actor) {
      const { start, end } = boundedStretch(query.from, query.to, clock.now());
      // A period that ends now moves with the clock; within a rest it is the same.
      const key = [query.from, query.to, query.station, scopeKey(actor)].join(' ');
      return cached(key, () => make(start, end, query.station, actor));
    },
  };
}
export type RemoteSensingReader = ReturnType<typeof createRemoteSensingFigures>;
