import { z } from 'zod';
import { instant } from '../../../devices/contract/messages.ts';
import { county, paging, whole } from './query.ts';
import { transportRow } from './ledgers.ts';
import { basisShown } from './records.ts';
import { INDUSTRIES } from '../../policy/types.ts';

/** The clean-transport account of an enterprise and civil month (`rules.md` §8), as it is stored and served. */

export const month = z
  .string()
  .regex(/^(20\d\d|21\d\d)-(0[1-9]|1[0-2])$/, { error: '应为月份 YYYY-MM / is to be a month YYYY-MM' });
const enterpriseId = z.string().min(1).max(64);
const share = z.number().nullable().describe('%, two decimals; null for an empty denominator');
const tonnes = z.number().min(0).describe('t, whole kilograms');
const count = z.int().min(0);

export const MODES = ['rail', 'water', 'pipe', 'conveyor'] as const;
export const STAGES_SHOWN = ['0', '1', '2', '3', '4', '5', '6', 'D', 'unknown'] as const;

const amount = z.strictObject({ rows: count, tonnes });

/** Every figure of the month. Those that are sums or counts of rows are named in `FIGURES` and drill down to them. */
export const accountFigures = z.strictObject({
  tonnes: z.strictObject({
    rail: tonnes, water: tonnes, pipe: tonnes, conveyor: tonnes,
    newEnergy: tonnes.describe('weighed road by new-energy'),
    stage6: tonnes.describe('weighed road by stage 6'),
    otherRoad: tonnes.describe('weighed road by all others'),
    estimated: tonnes.describe('road rows nobody weighed, with the mean of their direction or the policy’s tonnes'),
    clean: tonnes, total: tonnes,
  }),
  stages: z.strictObject(Object.fromEntries(STAGES_SHOWN.map((s) => [s, amount])) as Record<(typeof STAGES_SHOWN)[number], typeof amount>)
    .describe('road rows by stage; those not matched exactly are unknown'),
  directions: z.strictObject({ in: amount, out: amount }).describe('road rows'),
  estimate: z
    .strictObject({ in: tonnes, out: tonnes })
    .describe('what a road row nobody weighed counts with: the mean of the weighed ones of its direction, else the policy’s tonnes'),
  auditShare: share.describe('clean ÷ total, %'),
  weighedShare: share.describe('the same without the rows that were not weighed, %'),
  stage6Share: share.describe('weighed road by stage 6 ÷ total, %: the alternative path'),
  rows: z.strictObject({ road: count, estimated: count, deliveries: count }),
  passages: z.strictObject({
    refused: count.describe('arrivals in that were answered refuse'),
    turnedBack: count,
    forced: count.describe('passages released by force'),
    againstDecision: count.describe('passages on which `released-against-decision` stands'),
  }),
  transmission: z.strictObject({ gates: count, heardMinutes: count, expectedMinutes: count, percent: share }),
  photos: z.strictObject({
    required: count.describe('pictures the rows had to name'),
    missing: count.describe('rows that do not name all of them'),
    notUploaded: count.describe('rows on which `photo-not-uploaded` stands'),
  }),
  pairing: z.strictObject({
    entries: count, exits: count,
    paired: count.describe('entries that left'), open: count, noExit: count, exitWithoutEntry: count,
    percent: share.describe('entries that left, of those no longer open, and exits that came in'),
  }),
  cargo: z.strictObject({
    named: count, weighed: count,
    incomplete: count.describe('rows without the name or the weight of the cargo'),
    percent: share.describe('rows with both, %'),
  }),
  quality: z.strictObject({
    rows: count,
    faulty: count.describe('rows on which a finding of `gate-ledger` stands'),
    percent: share.describe('rows without, %'), limit: z.number().describe('%'), met: z.boolean().nullable(),
  }),
  proposes: z.enum(['met', 'not-met']).nullable().describe('what the audit proposes; the bureau decides'),
}); // prettier-ignore
export type AccountFigures = z.infer<typeof accountFigures>;

export const accountState = z.enum(['provisional', 'final']);

export const account = z.strictObject({
  enterprise: z.string(),
  enterpriseName: z.string(),
  county: z.string(),
  industry: z.string(),
  month: z.string(),
  revision: z.int().min(1),
  state: accountState,
  asOf: instant.describe('it is made of what was recorded by then; of the first final one the moment of freezing'),
  policyVersion: z.string(),
  limits: z.strictObject({ minPercent: z.number(), defaultTonnes: z.number() }),
  figures: accountFigures,
  rank: z
    .strictObject({ place: z.int().min(1), of: z.int().min(1) })
    .nullable()
    .describe('by audit share, greatest first, equal ones share a place, among all accounts of the month with one, as of `asOf`'),
  monthOnMonth: z
    .strictObject({
      month: z.string(),
      revision: z.int(),
      auditShare: share,
      totalTonnes: tonnes,
      change: z.number().nullable().describe('percentage points of the audit share'),
    })
    .nullable()
    .describe('against the last revision of the month before'),
  differences: z
    .array(
      z.strictObject({
        figure: z.string(),
        before: z.union([z.number(), z.string(), z.boolean()]).nullable(),
        now: z.union([z.number(), z.string(), z.boolean()]).nullable(),
      }),
    )
    .describe('to the revision before, figure by figure'),
  digest: z.string().describe('SHA-256 of the canonical JSON (keys sorted, no white space) of all the rest'),
});
export type Account = z.infer<typeof account>;

export const revisionShown = z.strictObject({ revision: z.int(), state: accountState, asOf: instant, digest: z.string() });

/** One enterprise and month without `revision`: the last account, and which revisions there are. */
export const accountWithRevisions = account.extend({
  cleanTransport: z.enum(['met', 'not-met']).nullable().describe('what is in force now; the bureau decides'),
  basis: z.array(basisShown).describe('what the proposal rests on, by the policy of this account'),
  revisions: z.array(revisionShown).describe('newest first'),
});

/** A line of the month's list; `rank` and `monthOnMonth` are of now, among the last revisions. */
export const accountLine = account.omit({ differences: true }).extend({
  cleanTransport: z.enum(['met', 'not-met']).nullable(),
  revisions: z.int().describe('how many there are'),
});
export type AccountLine = z.infer<typeof accountLine>;

export const accountQuery = z
  .strictObject({
    ...paging,
    month,
    enterprise: enterpriseId.optional(),
    revision: whole(1, 1_000_000).optional(),
    county: county.describe('of the list: one county only'),
    industry: z.enum(INDUSTRIES).optional().describe('of the list: one industry only'),
    proposes: z.enum(['met', 'not-met']).optional().describe('of the list: only those of which the audit proposes this'),
  })
  .refine((q) => q.revision === undefined || q.enterprise !== undefined, {
    path: ['enterprise'],
    error: '修订版属于一家企业：请给出 enterprise / a revision is of one enterprise: name it',
  });

export const accountMonthsQuery = z.strictObject({
  enterprise: enterpriseId,
  month: month.describe('the last of them'),
  months: whole(1, 36).optional().describe('how many; 12 where absent'),
});

/** The last revisions of an enterprise’s months as they are stored, oldest first; a month without an account is left out. */
export const accountMonths = z.strictObject({
  items: z.array(
    z.strictObject({ month: z.string(), revision: z.int(), state: accountState, asOf: instant, figures: accountFigures }),
  ),
});
export type AccountMonths = z.infer<typeof accountMonths>;

export const gateQualityQuery = z.strictObject({ enterprise: enterpriseId, month });

const { photos, pairing, cargo, quality } = accountFigures.shape;
const minutes = { heardMinutes: count, expectedMinutes: count, percent: share };

/** One gate's part in the data quality of an account; what is told of rows adds up to the account's figures. */
export const gateQuality = z.strictObject({
  gate: z.string(),
  rows: count.describe('of the ledger'),
  transmission: z.strictObject(minutes),
  days: z.array(z.strictObject({ day: z.string(), ...minutes })).describe('civil days on which the platform listened, in order'),
  photos, pairing, cargo, quality,
}); // prettier-ignore
export type GateQuality = z.infer<typeof gateQuality>;

/** `GET /accounts/clean-transport/gates`: the last account of an enterprise and month, gate by gate. */
export const gateQualities = z.strictObject({
  month: z.string(),
  revision: z.int(),
  state: accountState,
  asOf: instant.describe('of what is told of rows'),
  limit: z.number().describe('%'),
  items: z.array(gateQuality),
});
export type GateQualities = z.infer<typeof gateQualities>;

/** Figures that name their rows. */
export const FIGURES = [
  'tonnes.rail', 'tonnes.water', 'tonnes.pipe', 'tonnes.conveyor', 'tonnes.newEnergy', 'tonnes.stage6', 'tonnes.otherRoad',
  'tonnes.estimated', 'tonnes.clean', 'tonnes.total', ...STAGES_SHOWN.map((s) => `stages.${s}` as const), 'directions.in', 'directions.out',
  'rows.road', 'rows.estimated', 'rows.deliveries', 'passages.refused', 'passages.turnedBack', 'passages.forced',
  'passages.againstDecision', 'photos.missing', 'photos.notUploaded', 'pairing.entries', 'pairing.exits', 'pairing.paired',
  'pairing.open', 'pairing.noExit', 'pairing.exitWithoutEntry', 'cargo.incomplete', 'quality.faulty',
] as const; // prettier-ignore
export type FigureName = (typeof FIGURES)[number];

export const accountRowsQuery = z.strictObject({
  limit: paging.limit,
  cursor: paging.cursor,
  format: paging.format,
  header: paging.header,
  month,
  enterprise: enterpriseId,
  figure: z.enum(FIGURES),
  revision: whole(1, 1_000_000).optional().describe('absent: the last'),
});

/** A row of a figure; `value` is what it adds: tonnes of a figure in tonnes, else 1. */
export const accountRow = z.strictObject({
  source: z.enum(['ledger', 'delivery', 'arrival', 'passage']),
  id: z.string(),
  value: z.number(),
  at: instant.optional(),
  estimated: z.boolean().optional().describe('it was not weighed'),
  ledger: transportRow.optional(),
  delivery: z
    .strictObject({
      id: z.string(),
      mode: z.enum(MODES),
      cargo: z.string(),
      tonnes: z.number(),
      direction: z.enum(['in', 'out']),
    })
    .optional(),
  arrival: z
    .strictObject({
      ref: z.string(),
      gate: z.string(),
      plate: z.string().optional(),
      reason: z
        .strictObject({ rule: z.string(), code: z.string(), zh: z.string(), en: z.string() })
        .optional()
        .describe('the first of the decision'),
    })
    .optional(),
  passage: z
    .strictObject({
      gate: z.string(),
      plate: z.string().optional(),
      release: z.string().optional().describe('how it was released'),
      operator: z.string().optional(),
      reason: z.string().optional().describe('why, in the operator’s words'),
    })
    .optional(),
});
export type AccountRow = z.infer<typeof accountRow>;

/** Newest first; `total` is the figure as the account has it. */
export const accountRows = z.strictObject({
  figure: z.string(),
  unit: z.enum(['t', 'rows']),
  total: z.number(),
  revision: z.int(),
  items: z.array(accountRow),
  next: z.string().nullable(),
});

/** The bureau decides what the enterprise's `cleanTransport` is; a new version of its registry row says so. */
export const cleanTransportDecision = z.strictObject({
  enterprise: enterpriseId,
  month,
  revision: z.int().min(1).describe('the account that was looked at; 409 where a newer one says something else'),
  cleanTransport: z.enum(['met', 'not-met']),
  validFrom: instant.optional().describe('absent: now'),
  reason: z.string().trim().min(1).max(2000),
});

export const cleanTransportDecided = z.strictObject({
  enterprise: z.string(),
  cleanTransport: z.enum(['met', 'not-met']),
  validFrom: instant,
  version: z.string().describe('the registry’s version of the enterprise that says so'),
});

export const decisionsQuery = z.strictObject({ enterprise: enterpriseId });

/** What the bureau decided about an enterprise, newest first. */
export const cleanTransportDecisions = z.strictObject({
  items: z.array(
    z.strictObject({
      at: instant,
      by: z.string().describe('user name'),
      month: z.string(),
      revision: z.int(),
      digest: z.string(),
      proposed: z.enum(['met', 'not-met']).nullable(),
      cleanTransport: z.enum(['met', 'not-met']),
      validFrom: instant,
      reason: z.string(),
      basis: z.array(basisShown).describe('as the policy of the account named it'),
    }),
  ),
});
export type CleanTransportDecided = z.infer<typeof cleanTransportDecisions>['items'][number];
