import { z } from 'zod';
import { parseRegistryTime } from '../../../devices/contract/instant.ts';
import { KINDS } from '../../../devices/contract/kinds.ts';
import { decisionWord } from '../../../devices/contract/messages.ts';
import { READING_REASONS } from '../../rules/reading-validity.ts';

/** Queries of lists (HTTP contract v1, "Manners"). A query is text: numbers and times are read here. */

const moment = (edge: 'start' | 'end') =>
  z
    .string()
    .refine((s) => !Number.isNaN(parseRegistryTime(s, edge)), {
      error: 'not a civil date or an ISO 8601 date-time with an offset',
    })
    .transform((s) => parseRegistryTime(s, edge));

/** `from` belongs to the stretch, `to` does not; a bare date as `to` means the whole day. */
const stretch = { from: moment('start').optional(), to: moment('end').optional() };

/** Paging and export of every list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  cursor: z.string().max(1024).optional(),
  order: z.enum(['asc', 'desc']).optional(),
  format: z.enum(['csv', 'ndjson', 'xlsx']).optional(),
  header: z.enum(['field', 'zh', 'en']).optional(),
};

const device = z
  .string()
  .regex(new RegExp(`^(${KINDS.join('|')})/[A-Za-z0-9_-]{1,64}$`))
  .optional()
  .describe('<kind>/<id>');
const plate = z.string().min(1).max(80).optional().describe('a number or `number,colour`');
const word = z.string().max(256).optional();

export const observationQuery = z.strictObject({
  ...stretch,
  ...paging,
  kind: z.enum(KINDS).optional(),
  device,
  plate,
  invalid: z
    .enum(['none', 'any', ...READING_REASONS])
    .optional()
    .describe('readings: that count, that do not, that do not for this reason first'),
});

export const findingQuery = z.strictObject({
  ...stretch,
  ...paging,
  rule: word,
  code: word,
  plate,
  vin: word,
  enterprise: word,
  device,
  status: z.enum(['pending', 'confirmed', 'withdrawn']).optional(),
  severity: z.enum(['info', 'warning', 'critical']).optional(),
  disputed: z.enum(['true']).optional().describe('contested and not answered'),
});

export const decisionQuery = z.strictObject({
  ...stretch,
  ...paging,
  device,
  plate,
  enterprise: word,
  decision: decisionWord.optional(),
  message: z.enum(['arrival', 'passage']).optional(),
  rule: word.describe('the rule of its first reason'),
});

/** The three ledgers. */
export const transportLedgerQuery = z.strictObject({
  ...stretch,
  ...paging,
  enterprise: word,
  plate,
  direction: z.enum(['in', 'out']).optional(),
  pairing: z.enum(['paired', 'open', 'no-exit', 'exit-without-entry']).optional(),
  forced: z.enum(['true']).optional().describe('only what was released by force'),
});
export const inPlantLedgerQuery = z.strictObject({
  ...stretch,
  ...paging,
  enterprise: word,
  plate,
  state: z.enum(['paired', 'open', 'no-exit', 'exit-without-entry']).optional(),
  at: moment('start').optional().describe('only who was inside at this moment'),
  inside: z.enum(['true']).optional().describe('only who is inside now'),
});
export const machineryLedgerQuery = z.strictObject({
  ...stretch,
  ...paging,
  enterprise: word,
  device,
  code: word.describe('the registration code'),
  direction: z.enum(['in', 'out']).optional(),
  finding: z
    .enum(['any', 'unregistered-machine', 'undeclared', 'stage-banned', 'stage-unknown'])
    .optional()
    .describe('only passages on which this finding of `nonroad-registration`, or any, stands'),
});

export const deadLetterQuery = z.strictObject({ ...stretch, ...paging, device, code: word });
export const auditLogQuery = z.strictObject({ ...stretch, ...paging, by: word, action: word });

export const registryQuery = z.strictObject({
  ...paging,
  at: moment('start').optional().describe('another moment than now'),
  history: z.enum(['true', 'false']).optional().describe('all versions'),
  id: word,
  device,
  kind: z.enum(KINDS).optional(),
  plate,
  vin: word,
  search: z
    .string()
    .min(1)
    .max(80)
    .optional()
    .describe('vehicles: the beginning of a plate number; inspections: of a VIN; else a part of the key or a name'),
  site: word.describe('declarations only: of this machinery gate'),
  from: stretch.from.describe('declarations only: in force at some time of [from, to)'),
  to: stretch.to,
  listed: z.enum(['phase-out']).optional().describe('vehicles only: those the policy in force lists for phase-out'),
});

/** Small lists in order of their key: users, tokens. */
export const smallListQuery = z.strictObject(paging);

export const importQuery = z.strictObject({ dryRun: z.enum(['true', 'false']).optional() });
