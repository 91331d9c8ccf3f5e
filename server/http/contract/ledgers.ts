import { z } from 'zod';
import { instant, plateColor } from '../../../devices/contract/messages.ts';
import { observationKey } from './records.ts';

/**
 * The three ledgers a gate system keeps (运输车辆、厂内车辆、非道路移动机械台账), as HTTP shows them. Rows are made of what is stored when they are
 * asked for, as of the moment of the list: a message that comes late changes the rows it concerns.
 */

export const LEDGERS = ['transport', 'in-plant', 'machinery'] as const;
export type LedgerName = (typeof LEDGERS)[number];

/** `open`: came in less than 48 h before and has not left; `no-exit`, `exit-without-entry` as `gate-ledger` judges them. */
export const PAIRINGS = ['paired', 'open', 'no-exit', 'exit-without-entry'] as const;
export type PairingState = (typeof PAIRINGS)[number];

/** How a row counts in the clean-transport account. */
export const CARRIED_BY = ['new-energy', 'stage-6', 'other'] as const;

const plate = z.strictObject({ number: z.string(), color: plateColor });

/** The vehicle as registered when it passed; of one that is not registered the plate only. */
const vehicle = {
  plate,
  recognition: z.enum(['matched', 'corrected', 'invalid', 'unregistered']),
  read: z.string().optional().describe('the number as it was read, of a corrected plate'),
  vin: z.string().optional(),
  vehicleType: z.string().optional().describe('GA 24.4'),
  fuel: z.string().optional().describe('GA 24.9'),
  stage: z.string().describe('0–6, D or unknown'),
  newEnergy: z.boolean(),
};

export const pairingShown = z.strictObject({
  state: z.enum(PAIRINGS),
  other: z
    .strictObject({ observation: observationKey, at: instant })
    .optional()
    .describe('the exit of an entry, the entry of an exit'),
  minutes: z.int().optional().describe('inside, whole minutes'),
});

const photos = z.strictObject({
  required: z.array(z.string()).describe('roles the gate is required to take'),
  present: z.array(z.string()).describe('roles named by the message'),
  missing: z.array(z.string()).describe('required, not named'),
  images: z.array(z.strictObject({ role: z.string(), sha256: z.string(), uploaded: z.boolean().nullable() })),
  uploaded: z.int().nullable().describe('how many of the named pictures this gate has uploaded; null where that is not recorded'),
});

export const transportRow = z.strictObject({
  id: z.string().describe('`<kind>/<deviceId>/<id>` of the passage'),
  observation: observationKey,
  at: instant,
  recordedAt: instant,
  enterprise: z.string().optional(),
  county: z.string().optional(),
  gate: z.string(),
  gateName: z.string(),
  direction: z.enum(['in', 'out']),
  ...vehicle,
  carriedBy: z.enum(CARRIED_BY).describe('exactly matched vehicles only are new-energy or stage-6'),
  cargo: z.strictObject({ name: z.string().optional(), tonnes: z.number().optional() }),
  photos,
  decision: z
    .strictObject({ ref: z.string(), decision: z.enum(['admit', 'refuse', 'review']), of: z.enum(['arrival', 'passage']) })
    .optional()
    .describe('the answer the gate had: of the arrival it names, else its own'),
  release: z
    .strictObject({
      mode: z.enum(['automatic', 'manual', 'forced']),
      operator: z.string().optional(),
      reason: z.string().optional(),
    })
    .optional(),
  forced: z.boolean().describe('released by force'),
  againstDecision: z.boolean().describe('a finding `released-against-decision` stands'),
  findings: z.array(z.string()).describe('codes of `gate-ledger` that stand on it'),
  pairing: pairingShown.nullable().describe('null at gates without an enterprise'),
});
export type TransportRow = z.infer<typeof transportRow>;

const stop = z.strictObject({ observation: observationKey, at: instant, gate: z.string(), gateName: z.string() });

/** One stay: from an entry to its exit; of an exit without entry the exit only. */
export const inPlantRow = z.strictObject({
  id: z.string().describe('of the entry, or of the exit without one'),
  at: instant.describe('of the same: what lists are ordered by'),
  enterprise: z.string(),
  county: z.string().optional(),
  ...vehicle,
  entry: stop.nullable(),
  exit: z.strictObject({ observation: observationKey, at: instant }).nullable(),
  minutes: z.int().nullable().describe('inside, whole minutes: until the exit, or until the moment of the list'),
  state: z.enum(PAIRINGS),
  inside: z.boolean().describe('at `at`, or at the moment of the list'),
  cargo: z.strictObject({ name: z.string().optional(), tonnes: z.number().optional() }),
});
export type InPlantRow = z.infer<typeof inPlantRow>;

export const machineryRow = z.strictObject({
  id: z.string().describe('`<kind>/<deviceId>/<id>` of the passage'),
  observation: observationKey,
  at: instant,
  recordedAt: instant,
  site: z.string(),
  siteName: z.string(),
  enterprise: z.string().optional(),
  county: z.string().optional(),
  direction: z.enum(['in', 'out']),
  registrationCode: z.string(),
  registered: z.boolean(),
  machineryKind: z.string().optional(),
  stage: z.string().describe('0–6, D or unknown'),
  owner: z.string().optional(),
  minStage: z.int().optional().describe('what the site asks'),
  declared: z.boolean(),
  declaration: z.strictObject({ from: instant, to: instant.optional() }).optional(),
  findings: z.array(z.string()).describe('codes of `nonroad-registration` that stand on it'),
  images: z.array(z.strictObject({ role: z.string(), sha256: z.string() })),
});
export type MachineryRow = z.infer<typeof machineryRow>;
