import { z } from 'zod';
import { instant } from '../../../devices/contract/messages.ts';
import { responseRow } from './registry.ts';

/** `GET /responses`: the emergency responses as people read them. `POST /responses/preview`: what a row would do, before it is published. */

const level = z.enum(['yellow', 'orange', 'red']);
const code = z.string();

/** A stretch [from, to) in which one response is the highest in force in a county; without `to` no end is known. */
export const responseStretch = z.object({ id: z.string(), level, from: instant, to: instant.optional(), reference: z.string() });

export const responseRowShown = z.object({
  version: z.string(),
  level,
  counties: z.array(code),
  start: instant,
  begins: instant.describe('from when it counts: the later of its start and its publication'),
  ends: instant.optional(),
  issuedBy: z.string(),
  reference: z.string(),
  recordedAt: instant,
  deeds: z
    .array(z.enum(['declared', 'raised', 'lowered', 'extended', 'shortened', 'lifted', 'area', 'restated']))
    .describe('what it changed of the row before it'),
});

export const responseShown = z.object({
  id: z.string(),
  state: z.enum(['announced', 'running', 'over', 'taken-back']),
  current: responseRowShown.describe('the row that counts, else the next to begin, else the last'),
  rows: z.array(responseRowShown).describe('in the order in which they were published'),
});

export const responseBook = z.object({
  asOf: instant,
  items: z.array(responseShown).describe('those that run first, then those to come, then the past ones, the latest first'),
  ahead: z
    .array(z.object({ county: code, stretches: z.array(responseStretch) }))
    .describe('per county what is in force now and to come, as far as it is published'),
});

/** The fields of a row of `responses` as far as they are filled in. With the id of a response that exists it follows that one. */
export const responseDraft = responseRow
  .pick({ level: true, counties: true, start: true, end: true })
  .extend({ id: z.string().min(1).max(64).optional() });

const note = z.object({
  path: z.enum(['level', 'counties', 'start', 'end']),
  code: z.enum([
    'ends-first', 'over-already', 'unknown-county', 'below-running', 'as-running', 'from-publication', 'drops-announced', 'no-effect',
  ]),
  severity: z.enum(['error', 'warning', 'info']).describe('an error keeps the console from publishing it'),
  message: z.string().describe('in the language asked for'),
}); // prettier-ignore

const measure = z.object({
  level: level.describe('whose measure it is'),
  zh: z.string(),
  en: z.string(),
  bulkUnitsOnly: z.boolean(),
  enterprises: z.int().describe('how many are put under it'),
  registered: z.int().nullable().describe('registered vehicles in use that it stops; null: still being counted'),
  seen: z.int().describe('of the vehicles seen at the gates of these enterprises, those that it stops'),
});

const enterprise = z.object({
  id: z.string(),
  nameZh: z.string(),
  nameEn: z.string().optional(),
  county: code,
  dailyTruckPasses: z.number(),
  cleanTransport: z.enum(['met', 'not-met']).optional(),
  bulk: z.boolean(),
  level: level
    .nullable()
    .describe('whose measures it would be under: red under orange where clean transport is not met; null: none'),
  was: level.nullable().describe('whose measures it is under without the row'),
  seen: z.int().nullable().describe('vehicles seen at its gates; null beyond the reader’s counties'),
  hit: z.int().nullable().describe('of these, the ones its measures stop'),
});

const site = z.object({
  id: z.string(),
  nameZh: z.string(),
  county: code,
  minStage: z.int().optional(),
  declared: z.int().describe('machines declared for it'),
  banned: z.int().describe('of these, the ones that may not work'),
});

export const responsePreview = z.object({
  asOf: instant,
  at: instant.describe('the first moment at which the row changes what is in force; where it changes nothing, its own beginning'),
  policy: z.string(),
  notes: z.array(note),
  levels: z.array(z.object({ county: code, before: level.nullable(), after: level.nullable() })).describe('at `at`'),
  ahead: z.array(z.object({ counties: z.array(code), before: z.array(responseStretch), after: z.array(responseStretch) })),
  measures: z.array(measure).describe('those of the level, and those of red for units that are put under them'),
  enterprises: z.object({
    all: z.int().describe('in the counties concerned'),
    bulk: z.int(),
    touched: z.int().describe('under a measure afterwards'),
    tightened: z.int().describe('of these, put under the measures of red because clean transport is not met'),
    freed: z.int().describe('under a measure before and no longer'),
    items: z.array(enterprise).max(500).describe('those touched first, by how many vehicles are stopped'),
  }),
  registered: z
    .object({ asOf: instant, all: z.int(), hit: z.int() })
    .nullable()
    .describe('vehicles in use; null: still being counted'),
  seen: z.object({
    from: instant.describe('later than seven days ago where more vehicles were seen than are looked up'),
    to: instant,
    all: z.int().describe('registered vehicles seen at gates of these enterprises, each once'),
    hit: z.int(),
    hiddenCounties: z.array(code).describe('beyond the reader’s scope: nothing of their gates is counted'),
  }),
  machinery: z.object({
    stageMax: z.int(),
    sites: z.int(),
    declared: z.int(),
    banned: z.int(),
    items: z.array(site).max(200),
  }),
});

export type ResponseStretch = z.infer<typeof responseStretch>;
export type ResponseRowShown = z.infer<typeof responseRowShown>;
export type ResponseShown = z.infer<typeof responseShown>;
export type ResponseBook = z.infer<typeof responseBook>;
export type ResponseDraft = z.infer<typeof responseDraft>;
export type ResponsePreview = z.infer<typeof responsePreview>;
export type ResponseNote = z.infer<typeof note>;
