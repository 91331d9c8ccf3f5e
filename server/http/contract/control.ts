import { z } from 'zod';
import { STAGES } from '../../../devices/contract/answers.ts';
import { instant } from '../../../devices/contract/messages.ts';
import { basisShown } from './records.ts';
import { declarationRow } from './registry.ts';
import { responseStretch } from './responses.ts';

/** `GET /control`: what an enterprise's gates and sites must heed now, by the policy and the orders in force; and what is to come. */
export const controlQuery = z.strictObject({
  enterprise: z.string().min(1).max(64).optional().describe('absent: the caller’s own'),
});

const level = z.enum(['yellow', 'orange', 'red']);
const proposal = z.enum(['none', 'review', 'refuse']).describe('what the gate is answered of such a vehicle');

const measure = z.strictObject({
  zh: z.string(),
  en: z.string(),
  bulkUnitsOnly: z.boolean(),
  binds: z.boolean().describe('whether it is laid on this enterprise'),
});

/** Measures under one response. */
const underLevel = z.strictObject({
  id: z.string(),
  level,
  from: instant,
  to: instant.optional(),
  reference: z.string(),
  heeds: level.describe('whose measures: red under orange where clean transport is not met'),
  proposal,
  measures: z.array(measure),
});

const requirement = z.strictObject({
  rule: z.enum(['emission-standard', 'planning-area', 'phase-out']),
  stage: z.int().describe('goods vehicles below are not let in; of phase-out the highest stage that is listed'),
  from: instant.optional().describe('where it is still to come'),
  proposal,
  zh: z.string(),
  en: z.string(),
  basis: z.array(basisShown),
});

export const controlNotice = z.strictObject({
  asOf: instant,
  enterprise: z.strictObject({
    id: z.string(),
    nameZh: z.string(),
    nameEn: z.string().optional(),
    county: z.string(),
    industry: z.string(),
    annualFreightTonnes: z.number(),
    dailyTruckPasses: z.number(),
    cleanTransport: z.enum(['met', 'not-met']).nullable(),
    railSpurInUse: z.boolean(),
    bulk: z.boolean().describe('a unit of bulk transport by the policy'),
  }),
  policyVersion: z.string(),
  now: underLevel.nullable().describe('the response in force in its county'),
  ahead: z.array(underLevel).describe('published and still to begin'),
  basis: z.array(basisShown).describe('of the measures'),
  exempt: z
    .strictObject({
      uses: z.array(z.string()).describe('use natures, GA 24.3'),
      types: z.array(z.string()).describe('first letters, GA 24.4'),
    })
    .describe('whom the measures leave alone, beside new-energy'),
  requirements: z.array(requirement).describe('of every day, those in force first'),
  machinery: z.strictObject({
    levels: z.array(level).describe('of these responses machines up to `stageMax` may not work'),
    stageMax: z.int(),
    sites: z.array(
      z.strictObject({
        id: z.string(),
        nameZh: z.string(),
        county: z.string(),
        minStage: z.int().optional(),
        ahead: z.array(responseStretch).describe('responses at the site, now and to come'),
        declared: z.int().describe('machines declared for now'),
        banned: z.int().describe('of these, the ones that may not work now'),
      }),
    ),
  }),
});
export type ControlNotice = z.infer<typeof controlNotice>;

/** `POST /declarations/check`: what the machinery gate would answer, before anything is declared. Changes nothing. */
export const declarationCheck = z.strictObject({
  rows: z
    .array(declarationRow.pick({ siteId: true, registrationCode: true, from: true, to: true }))
    .min(1)
    .max(200),
});
export type DeclarationCheck = z.infer<typeof declarationCheck>;

export const declarationChecked = z.strictObject({
  asOf: instant,
  items: z.array(
    z.strictObject({
      registered: z.boolean(),
      machineryKind: z.string().optional(),
      stage: z.enum([...STAGES, 'unknown']).optional(),
      answer: z.enum(['admit', 'review', 'refuse']).describe('the strictest within the time declared, as far as orders are published'),
      notes: z.array(
        z.strictObject({
          code: z.string().describe('of the rule `nonroad-registration`, or of the declaration itself'),
          severity: z.enum(['error', 'refuse', 'review', 'info']).describe('error: it would not be taken'),
          from: instant.optional().describe('where it holds for a part of the time only'),
          to: instant.optional(),
          message: z.string().describe('in the language asked for'),
        }),
      ),
    }),
  ),
}); // prettier-ignore
export type DeclarationChecked = z.infer<typeof declarationChecked>;
