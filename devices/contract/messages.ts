import { z } from 'zod';
import { parseInstant, DAY } from './instant.ts';
import { MESSAGE_ID, type Kind } from './kinds.ts';

/**
 * Every message a device can send, as zod schemas (wire contract v1). Unknown fields are ignored here and kept in the raw record.
 * Numbers are finite and have no bounds but those written: a speed of 300 is stored and judged invalid, not refused.
 */

/** A string of at most `max` characters, counted in code points as JSON Schema does. */
export function text(max = 64) {
  return z
    .string()
    .refine((s) => s.length <= max || [...s].length <= max, {
      error: `at most ${max} characters`,
      params: { zh: `最多 ${max} 个字符` },
    })
    .meta({ maxLength: max });
}

/** ISO 8601 with an offset; hour 24 is not accepted. The pattern is for readers of the JSON Schema: `parseInstant` decides. */
export const instant = z
  .string()
  .refine((s) => !Number.isNaN(parseInstant(s)), {
    error: 'not an ISO 8601 date-time with an offset',
    params: { zh: '应为带时区的 ISO 8601 时间' },
  })
  .meta({
    description: 'ISO 8601 date-time with an offset, cut to milliseconds; hour 24 is not accepted',
    pattern:
      '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)$',
  });

export const PLATE_COLORS = ['blue', 'yellow', 'white', 'black', 'green', 'yellow-green', 'other'] as const;
export type PlateColor = (typeof PLATE_COLORS)[number];
export const plateColor = z.enum(PLATE_COLORS);

export const plate = z.object({
  number: text().describe('as read: "晋H12345"; "" or "无牌" when none is seen'),
  color: plateColor,
  type: z
    .string()
    .regex(/^\d{2}$/)
    .optional()
    .describe('GA 24.7 plate type'),
  confidence: z.number().min(0).max(1).optional(),
  raw: text().optional(),
  source: z.enum(['camera', 'manual']).optional(),
});

export const seen = z.object({
  vehicleType: text()
    .optional()
    .describe('GA 24.4 code, or goods|passenger|special|trailer|three-wheel|motorcycle|tractor|machinery'),
  bodyColor: text().optional(),
  brand: text().optional(),
});

export const cargo = z.object({ name: text().optional(), tonnes: z.number().min(0).max(999.9).optional() });

export const image = z.object({
  role: z.enum(['vehicle', 'head', 'plate', 'cargo']),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  contentType: text().describe('image/jpeg or image/png; what the platform takes at PUT /images is judged by content'),
});
const images = z.array(image).max(8).optional();

/** In every message but `status`. */
export const envelope = {
  id: z.string().regex(MESSAGE_ID).describe('unique per device over all its messages for ever; <bootId>-<counter> is a good one'),
  at: instant,
  backfill: z.boolean().optional().describe('sent late: stored and judged, no live decision; default false'),
  clock: z.enum(['synced', 'unsynced']).optional().describe('default synced'),
  n: z
    .number()
    .refine(Number.isInteger, { error: 'not an integer' })
    .meta({ type: 'integer', description: '+ 1 per outbox message' })
    .optional(),
};

export const direction = z.enum(['in', 'out']);
export const decisionWord = z.enum(['admit', 'refuse', 'review']);
export type DecisionWord = z.infer<typeof decisionWord>;

export const arrival = z.object({
  ...envelope,
  direction,
  lane: text().optional(),
  plate,
  seen: seen.optional(),
  cargo: cargo.optional(),
  images,
});

export const passage = arrival.extend({
  arrivalId: z.string().regex(MESSAGE_ID).optional(),
  outcome: z.enum(['passed', 'turned-back']),
  release: z
    .object({ mode: z.enum(['automatic', 'manual', 'forced']), operator: text().optional(), reason: text().optional() })
    .optional(),
  decided: z
    .object({
      source: z.enum(['platform', 'policy', 'operator']),
      decision: decisionWord,
      payloadId: text().optional(),
      at: instant,
    })
    .optional(),
});

export const reading = z.object({
  ...envelope,
  lane: text().optional(),
  plate,
  speed: z.number().describe('km/h'),
  acceleration: z.number().describe('m/s²'),
  slope: z.number().optional().describe('degrees, uphill positive'),
  weather: z
    .object({
      temperature: z.number().optional().describe('°C'),
      humidity: z.number().optional().describe('%'),
      pressure: z.number().optional().describe('kPa'),
      windSpeed: z.number().optional().describe('m/s'),
      precipitation: z
        .union([z.boolean(), z.number()])
        .optional()
        .describe('whether it rains or snows; a number counts when > 0'),
    })
    .optional(),
  measured: z.object({
    co: z.number().optional().describe('%'),
    co2: z.number().optional().describe('%'),
    hc: z.number().optional().describe('1e-6'),
    no: z.number().optional().describe('1e-6'),
    opacity: z.number().optional().describe('%'),
    ringelmann: z.number().min(0).max(5).optional(),
  }),
  deviceValid: z.boolean().optional(),
  images,
});

export const sighting = z.object({
  ...envelope,
  lane: text().optional(),
  heading: z.number().min(0).lt(360).optional().describe('degrees'),
  plate,
  seen: seen.optional(),
  images,
});

export const sample = z.object({
  at: instant,
  speed: z.number().optional().describe('km/h'),
  odometer: z.number().optional().describe('km'),
  engineSpeed: z.number().optional().describe('rpm'),
  fuelFlow: z.number().optional().describe('L/h'),
  engineTorque: z.number().optional().describe('%'),
  scrInlet: z.number().optional().describe('°C'),
  scrOutlet: z.number().optional().describe('°C'),
  noxIn: z.number().optional().describe('ppm'),
  noxOut: z.number().optional().describe('ppm'),
  reagent: z.number().optional().describe('%'),
  fuelTank: z.number().optional().describe('%'),
  coolant: z.number().optional().describe('°C'),
  dpfPressure: z.number().optional().describe('kPa'),
  airFlow: z.number().optional().describe('kg/h'),
  lon: z.number().optional().describe('WGS-84'),
  lat: z.number().optional().describe('WGS-84'),
});

export const telemetry = z
  .object({
    ...envelope,
    samples: z.array(sample).min(1).max(60).describe("each `at` ≤ the message's and not more than 24 h before it"),
  })
  .superRefine((message, ctx) => {
    const at = parseInstant(message.at);
    message.samples.forEach((s, i) => {
      const sampleAt = parseInstant(s.at);
      if (sampleAt > at || sampleAt < at - DAY) {
        ctx.addIssue({ code: 'custom', path: ['samples', i, 'at'], message: 'after the message, or more than 24 h before it' });
      }
    });
  });

export const fill = z.object({
  ...envelope,
  plate,
  volume: z.number().describe('L'),
  concentration: z.number().optional().describe('% by mass'),
});

export const machineryPassage = z.object({
  ...envelope,
  direction,
  registrationCode: text(32).describe('环保登记号码, opaque'),
  images,
});

export const status = z.object({
  online: z.boolean(),
  at: instant.optional(),
  firmware: text().optional(),
  queued: z.number().optional().describe('messages in the outbox'),
  dropped: z.number().optional().describe('messages the full outbox had to drop, since it was made'),
});

/** The schema of every outbox message by kind and message. */
export const SCHEMAS = {
  gate: { arrival, passage },
  'remote-sensing': { reading },
  checkpoint: { sighting },
  'on-board': { telemetry },
  'urea-pump': { fill },
  'machinery-gate': { passage: machineryPassage },
} as const satisfies Record<Kind, Record<string, z.ZodType>>;

export type Plate = z.infer<typeof plate>;
export type Seen = z.infer<typeof seen>;
export type Image = z.infer<typeof image>;
export type Arrival = z.infer<typeof arrival>;
export type Passage = z.infer<typeof passage>;
export type Reading = z.infer<typeof reading>;
export type Sighting = z.infer<typeof sighting>;
export type Sample = z.infer<typeof sample>;
export type Telemetry = z.infer<typeof telemetry>;
export type Fill = z.infer<typeof fill>;
export type MachineryPassage = z.infer<typeof machineryPassage>;
export type Status = z.infer<typeof status>;
export type OutboxMessage = Arrival | Passage | Reading | Sighting | Telemetry | Fill | MachineryPassage;
