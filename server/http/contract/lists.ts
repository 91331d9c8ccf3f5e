import { z } from 'zod';
import { KINDS } from '../../../devices/contract/kinds.ts';
import { decisionWord } from '../../../devices/contract/messages.ts';
import type { Collection } from '../../registry/types.ts';
import { READING_REASONS } from '../../rules/reading-validity.ts';
import { device, moment, paging, plate, stretch, word } from './query.ts';

/** Queries of lists (HTTP contract v1, "Manners"). */

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
  disputed: z
    .enum(['true', 'answered', 'any'])
    .optional()
    .describe('true: contested and not answered; answered: contested and answered; any: contested'),
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
  device: device.describe('`gate/<id>`'),
  lacks: z
    .enum(['photo', 'upload', 'cargo', 'any'])
    .optional()
    .describe(
      'only rows that name not all required pictures, on which `photo-not-uploaded` stands, without name or weight of the cargo, or on which any finding of `gate-ledger` stands',
    ),
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
export const jobQuery = z.strictObject({ ...stretch, ...paging });

const ofRegistry = {
  ...paging,
  id: word.describe('the natural key: `<version>` up to its `#`'),
  from: stretch.from.describe('only what was in force at some time of [from, to)'),
  to: stretch.to,
  at: moment('start').optional().describe('what is in force at another moment than now'),
  history: z.enum(['true', 'false']).optional().describe('all versions'),
};
const search = z.string().min(1).max(80).optional();
const named = { search: search.describe('a part of the key or of a name') };
const vin = word;

/** The query of `GET /registry/<collection>`: each collection takes what it knows. */
export const registryQueries = {
  vehicles: z.strictObject({
    ...ofRegistry,
    plate,
    vin,
    search: search.describe('the beginning of a plate number'),
    listed: z.enum(['phase-out']).optional().describe('those the policy in force lists for phase-out'),
  }),
  enterprises: z.strictObject({ ...ofRegistry, ...named }),
  devices: z.strictObject({ ...ofRegistry, ...named, device, kind: z.enum(KINDS).optional() }),
  zones: z.strictObject({ ...ofRegistry, ...named }),
  permits: z.strictObject({ ...ofRegistry, ...named, plate }),
  inspections: z.strictObject({ ...ofRegistry, vin, search: search.describe('the beginning of a VIN') }),
  responses: z.strictObject({ ...ofRegistry, ...named }),
  machinery: z.strictObject({ ...ofRegistry, ...named }),
  declarations: z.strictObject({
    ...ofRegistry,
    ...named,
    site: word.describe('of this machinery gate'),
  }),
  deliveries: z.strictObject({ ...ofRegistry, ...named }),
} as const satisfies Record<Collection, z.ZodObject>;

/** Small lists in order of their key: users, tokens. */
export const smallListQuery = z.strictObject(paging);

export const importQuery = z.strictObject({
  dryRun: z.enum(['true', 'false']).optional().describe('true: says what an import would do and changes nothing'),
});
