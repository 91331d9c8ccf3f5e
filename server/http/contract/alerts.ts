import { z } from 'zod';
import { instant, plateColor } from '../../../devices/contract/messages.ts';
import { county, paging, plate, stretch, whole, word } from './query.ts';

/** Alerts as HTTP and the live socket show them (HTTP contract v1, "Alerts"). */

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export const ALERT_STATES = ['open', 'acknowledged', 'dispatched', 'handled', 'closed', 'withdrawn'] as const;
export const ALERT_STEPS = ['acknowledge', 'dispatch', 'handle', 'close', 'reopen', 'comment', 'hand-over'] as const;
/** `market` is the market regulator, `owner` whoever runs the device. */
export const AUDIENCES = ['police', 'bureau', 'market', 'enterprise', 'owner'] as const;
export const OUTCOMES = ['confirmed', 'unfounded', 'warned', 'penalised', 'other'] as const;
export const CLUE_RECEIVERS = ['traffic-police', 'transport', 'market', 'urban-management'] as const;

/** Why nothing of an alert can be handed over. */
export const BARS = ['withdrawn', 'disputed', 'retroactive', 'pending'] as const;

export const severity = z.enum(SEVERITIES);
export const alertState = z.enum(ALERT_STATES);
export const alertStep = z.enum(ALERT_STEPS);
export const audience = z.enum(AUDIENCES);

export const alert = z.strictObject({
  id: z.string().describe('short, URL-safe'),
  rev: z.int().min(1),
  seq: z.int().min(0).describe('number of its latest event in the live log; 0 until it is numbered'),
  rule: z.string(),
  code: z.string(),
  severity,
  state: alertState,
  provisional: z.boolean().describe('every finding that stands may still be taken back'),
  audiences: z.array(audience),
  vehicle: z.strictObject({ number: z.string(), color: plateColor, stage: z.string(), known: z.boolean() }).optional(),
  place: z
    .strictObject({
      device: z.string(),
      name: z.string(),
      lon: z.number().optional(),
      lat: z.number().optional(),
      county: z.string().optional(),
      heading: z.number().optional(),
    })
    .optional()
    .describe('absent where nothing was seen anywhere: a sale without a sighting'),
  enterprise: z.string().optional(),
  firstAt: instant,
  lastAt: instant,
  count: z.int().min(0).describe('findings that stand'),
  findings: z.array(z.string()).max(200).describe('the first ones in order of time'),
  images: z.array(z.strictObject({ role: z.string(), url: z.string() })),
  assignee: z.string().optional().describe('the user name of who was sent, or a name as it was given'),
  assigneeName: z.string().optional().describe('the name of the user who was sent, as it was then'),
  due: instant.optional(),
  clue: z
    .strictObject({ code: z.string(), to: z.enum(CLUE_RECEIVERS).optional(), at: instant.optional(), by: z.string().optional() })
    .optional()
    .describe('the offence a hand-over would name; with `to`, `at`, `by` once it was handed over'),
});

export const historyEntry = z.strictObject({
  step: z.string().describe('a step, or of the system: opened, reopened, withdrawn, findings-withdrawn, escalated'),
  at: instant,
  by: z.string().describe('a user name, or `system`'),
  byName: z.string().optional().describe('the name of the person who has the user name, as it was then'),
  note: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
});

export const alertWithHistory = alert.extend({
  outcome: z.enum(OUTCOMES).optional(),
  barred: z.enum(BARS).optional().describe('why nothing of it can be handed over; absent: something can'),
  history: z.array(historyEntry),
});

/** Somebody an alert can be dispatched to: who may see it and handle it. */
export const assignable = z.strictObject({
  username: z.string(),
  name: z.string(),
  role: z.enum(['police', 'bureau', 'market', 'owner']),
  counties: z.array(z.string()).optional(),
});
export const assignables = z.strictObject({ items: z.array(assignable), next: z.null() });

const note = z.string().trim().min(1).max(2000).optional();
const line = z.string().trim().min(1).max(64);

/** The body of each step. Unknown fields are an error. */
export const stepBodies = {
  acknowledge: z.strictObject({ note }),
  dispatch: z.strictObject({ assignee: line, due: instant, note }),
  handle: z.strictObject({ outcome: z.enum(OUTCOMES), note }),
  close: z.strictObject({ note }),
  reopen: z.strictObject({ note }),
  comment: z.strictObject({ text: z.string().trim().min(1).max(2000), note }),
  'hand-over': z.strictObject({
    to: z.enum(CLUE_RECEIVERS),
    code: z.string().regex(/^[0-9A-Za-z-]{1,16}$/),
    note,
  }),
} as const;

/** The query of `GET /alerts`. `plate` is a number or `number,colour`; `from` belongs to the stretch, `to` does not; a bare date as `to` is the whole day. */
export const alertQuery = z.strictObject({
  state: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(alertState).max(ALERT_STATES.length))
    .optional()
    .describe('one state, or several with commas between'),
  provisional: z.enum(['true', 'false']).optional().describe('only alerts that are provisional, or only those that are not'),
  rule: word,
  severity: severity.optional(),
  audience: audience.optional(),
  county,
  enterprise: word,
  plate,
  assignee: word.describe('dispatched to this user name'),
  ...stretch,
  after: whole(0, Number.MAX_SAFE_INTEGER).optional().describe('only alerts with an event later than this sequence number'),
  limit: paging.limit.unwrap().default(100),
  cursor: paging.cursor,
  order: z.enum(['asc', 'desc']).default('desc'),
});

/** The query of `GET /alerts` over HTTP: the list, or the whole range as a file. */
export const alertListQuery = alertQuery.extend({
  format: paging.format,
  header: paging.header.unwrap().default('field'),
});

export const alertPage = z.strictObject({ items: z.array(alert), next: z.string().nullable() });

export type Alert = z.infer<typeof alert>;
export type AlertWithHistory = z.infer<typeof alertWithHistory>;
export type AlertState = z.infer<typeof alertState>;
export type AlertStepName = z.infer<typeof alertStep>;
export type Audience = z.infer<typeof audience>;
export type Bar = (typeof BARS)[number];
export type Assignable = z.infer<typeof assignable>;
export type Outcome = (typeof OUTCOMES)[number];
export type ClueReceiver = (typeof CLUE_RECEIVERS)[number];
export type AlertQuery = z.infer<typeof alertQuery>;
export type StepBody<S extends AlertStepName> = z.infer<(typeof stepBodies)[S]>;
/** A step with its body, as read by `stepBodies`. */
export type StepCommand = { [S in AlertStepName]: { step: S; body: StepBody<S> } }[AlertStepName];
