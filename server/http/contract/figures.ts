import { z } from 'zod';
import { parseRegistryTime } from '../../../devices/contract/instant.ts';
import { KINDS } from '../../../devices/contract/kinds.ts';
import { instant } from '../../../devices/contract/messages.ts';
import { paging, stretch, word } from './query.ts';

/** The bureau's figures: a day, remote sensing over a period, the urea of a vehicle. Every figure is a count of rows a list shows. */

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((text) => !Number.isNaN(parseRegistryTime(text, 'start')), { error: '没有这一天 / there is no such day' });
const count = z.int().min(0);

export const dayFiguresQuery = z.strictObject({ date: day.optional().describe('a civil day; absent: today') });

/** A figure of the day so far, and of the day before until the same time of day. */
const pair = z.strictObject({ now: count, before: count });
export type Pair = z.infer<typeof pair>;

export const dayFigures = z.strictObject({
  date: z.string(),
  from: instant,
  to: instant.describe('the end of the day, or now'),
  beforeFrom: instant,
  beforeTo: instant.describe('the same time of day, the day before'),
  asOf: instant,
  arrivals: pair,
  passages: pair,
  refused: pair.describe('arrivals answered refuse'),
  review: pair.describe('arrivals answered review'),
  hours: z.array(z.strictObject({ hour: count, arrivals: count, passages: count, before: z.strictObject({ arrivals: count, passages: count }) })).describe('24 rows; of the day before all hours'),
  refusals: z.array(pair.extend({ rule: z.string() })).describe('refused arrivals by the rule of their first reason; they add up to `refused`'),
  refusedAt: z.array(pair.extend({ enterprise: z.string(), name: z.string() })).describe('the ten enterprises with most refused arrivals'),
  findings: z.array(pair.extend({ rule: z.string(), code: z.string() })).describe('without withdrawn ones, by rule and code'),
  exceedances: pair.describe('valid readings over a limit of smoke'),
  alerts: pair.describe('alerts by their first moment, without withdrawn ones'),
  work: z
    .strictObject({
      open: count,
      acknowledged: count,
      dispatched: count,
      overdue: count.describe('dispatched, and their time is over'),
      disputes: count.describe('findings contested and not answered'),
      pending: count.describe('findings that wait for their moment'),
    })
    .optional()
    .describe('as of now; absent for a past day'),
  devices: z
    .strictObject({ online: count, all: count, kinds: z.array(z.strictObject({ kind: z.enum(KINDS), online: count, all: count })) })
    .optional()
    .describe('enabled devices at fixed places, as of now; terminals on board are on only while they drive'),
  responses: z.array(z.strictObject({ id: z.string(), level: z.enum(['yellow', 'orange', 'red']), counties: z.array(z.string()), start: instant, end: instant.optional(), reference: z.string() })).describe('in force at the last moment of the stretch'),
}); // prettier-ignore
export type DayFigures = z.infer<typeof dayFigures>;

export const remoteSensingQuery = z.strictObject({
  ...stretch,
  station: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe('a station; absent: all'),
});

const histogram = z.strictObject({
  unit: z.string(),
  step: z.number(),
  limit: z.number(),
  bins: z.array(count).describe('valid readings by value, bin i from i·step on; the last one holds everything above'),
  over: count.describe('above the limit'),
  measured: count,
});
export const remoteSensingFigures = z.strictObject({
  from: instant,
  to: instant,
  asOf: instant,
  stations: z.array(z.strictObject({ id: z.string(), nameZh: z.string(), county: z.string().optional(), total: count, valid: count, over: count.describe('valid readings over a limit of smoke'), reasons: z.array(z.strictObject({ reason: z.string(), first: count.describe('readings whose first reason it is: they add up'), any: count.describe('readings with this reason, whatever the others') })) })),
  opacity: histogram,
  no: histogram,
  failed: z.array(z.strictObject({ id: z.string(), at: instant, plate: z.string().optional(), station: z.string().optional(), status: z.string(), zh: z.string(), en: z.string() })).describe('vehicles that failed in the period, the latest 100'),
  failedCount: count,
}); // prettier-ignore
export type RemoteSensingFigures = z.infer<typeof remoteSensingFigures>;

export const ureaVehiclesQuery = z.strictObject({
  ...stretch,
  ...paging,
  search: z.string().min(1).max(40).optional().describe('a part of a plate number or VIN'),
  code: word,
});
export const ureaVehicle = z.strictObject({
  vin: z.string(),
  plate: z.string().optional().describe('`number,colour` as registered'),
  stage: z.string().optional(),
  findings: count,
  warnings: count,
  codes: z.array(z.string()),
  lastAt: instant,
  last: z.strictObject({ id: z.string(), code: z.string(), zh: z.string(), en: z.string() }),
});
export type UreaVehicle = z.infer<typeof ureaVehicle>;

export const ureaStoryQuery = z.strictObject(stretch);
export const ureaStory = z.strictObject({
  plate: z.strictObject({ number: z.string(), color: z.string() }),
  vin: z.string(),
  stage: z.string(),
  tankL: z.number().optional(),
  from: instant,
  to: instant,
  stepMinutes: z.int().describe('60: sums of clock hours; else made of the samples themselves'),
  points: z.array(z.strictObject({
    at: instant.describe("the step's beginning"),
    level: z.number().optional().describe('%, the last in the step'),
    noxIn: z.number().optional().describe('ppm before the SCR, averaged over time; of hours: warm under load'),
    noxOut: z.number().optional().describe('ppm behind it'),
    fuelL: z.number(),
    km: z.number(),
  })),
  fills: z.array(z.strictObject({ at: instant, kind: z.enum(['recorded', 'rise']), litres: z.number().optional(), points: z.number().optional(), concentration: z.number().optional(), station: z.string().optional() })),
  findings: z.array(z.strictObject({ id: z.string(), code: z.string(), severity: z.string(), status: z.string(), at: instant, from: instant.optional(), to: instant.optional(), zh: z.string(), en: z.string() })),
  limits: z.strictObject({ emptyPercent: z.number(), lowPercent: z.number(), ratio: z.number() }),
}); // prettier-ignore
export type UreaStory = z.infer<typeof ureaStory>;
