import { z } from 'zod';
import { civilDayStart } from '../../devices/contract/instant.ts';
import { VEHICLE_CLASSES } from '../../devices/contract/vehicle-class.ts';
import { issueText } from '../issue-text.ts';
import { INDUSTRIES, type Policy } from './types.ts';

/** The shape of a policy as people write one; numbers are finite, civil dates exist, every basis named is there. */

const date = z.string().refine((s) => /^\d{4}-\d{2}-\d{2}$/.test(s) && !Number.isNaN(civilDayStart(s)), {
  error: '应为日期 YYYY-MM-DD / is to be a date YYYY-MM-DD',
});
const monthDay = z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, { error: '应为 MM-DD / is to be a day MM-DD' });
const proposal = z.enum(['none', 'review', 'refuse']);
const stage = z.int().min(0).max(6);
const industry = z.enum(INDUSTRIES);
const letters = z.array(z.string().regex(/^[0-9A-Z]$/));
const range = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low <= high, { error: '下限大于上限 / the lower limit is above the upper' });
const bases = z.array(z.string()).min(1, { error: '须有法律依据 / needs a legal basis' });
const basisId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, { error: '应为小写字母、数字和连字符 / is to be of a-z, 0-9 and hyphens' });
const sentence = z.string().min(1).max(60);

const basis = z
  .strictObject({
    document: z.string().min(1),
    number: z.string(),
    article: z.string(),
    zh: z.string().min(1),
    en: z.string().min(1),
    validFrom: date,
    validTo: date.optional(),
  })
  .refine((b) => b.validTo === undefined || b.validFrom <= b.validTo, {
    path: ['validTo'],
    error: '早于 validFrom / is before validFrom',
  });

const predicate = z.strictObject({
  classes: z.array(z.enum(VEHICLE_CLASSES)).optional(),
  sizes: z.array(z.enum(['heavy', 'medium', 'light'])).optional(),
  fuels: letters.optional(),
  // 5 is the highest that divides: a gate's retained policy says it as a stage that is enough.
  stageMax: z.int().min(0).max(5).optional(),
  types: z.array(z.string().regex(/^[A-Z][0-9A-Z]{0,2}\*?$|^\*$/)).optional(),
});

const measures = z.array(z.strictObject({ vehicles: predicate, bulkUnitsOnly: z.boolean(), zh: sentence, en: sentence }));

/** A whole policy version. Unknown members are an error. */
export const policySchema = z
  .strictObject({
    version: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, { error: '应为 1–64 个字母、数字或 . _ - / is to be of 1 to 64 letters, digits, . _ -' }), // prettier-ignore
    titleZh: z.string().min(1),
    titleEn: z.string().min(1),
    basis: z.record(basisId, basis),
    industrial: z.array(industry),
    rules: z.strictObject({
      'emission-standard': z.strictObject({
        minAnnualFreightTonnes: z.number().min(0),
        spurExempts: z.boolean(),
        requirements: z
          .array(z.strictObject({ from: date, stage }))
          .refine((rows) => rows.every((row, i) => i === 0 || (rows[i - 1]?.from ?? '') < row.from), {
            error: '日期应递增 / the dates are to ascend',
          }),
        proposal,
        basis: bases,
      }),
      'planning-area': z.strictObject({
        industries: z.array(industry),
        from: date,
        minStage: stage,
        spurExempts: z.boolean(),
        smallerEnterprises: z.boolean(),
        proposal,
        basis: bases,
      }),
      'peak-shift': z.strictObject({
        bulkUnit: z.strictObject({ dailyTruckPasses: z.number().min(0), comparison: z.enum(['>', '>=']) }),
        measures: z.strictObject({ yellow: measures, orange: measures, red: measures }),
        exemptUse: letters,
        exemptTypes: letters,
        notMetTightens: z.boolean(),
        proposal,
        basis: bases,
      }),
      'phase-out': z.strictObject({
        stageMax: z.int().min(0).max(5),
        commercialUse: letters,
        listedProposal: proposal,
        basis: bases,
        scrapBasis: bases,
      }),
      'reading-validity': z.strictObject({
        speedKmh: range,
        accelerationMs2: range,
        vspKwPerTonne: range,
        lightMassKg: z.number(),
        windMs: z.number(),
        temperatureC: range,
        humidityPercent: z.number(),
        pressureKpa: range,
        co2Percent: z.number(),
        basis: bases,
      }),
      'remote-sensing': z.strictObject({
        opacityPercent: z.number(),
        ringelmann: z.number(),
        noPpm: z.number(),
        passSeconds: z.number().min(0),
        windowMonths: z.int().min(1),
        clue: z.string(),
        basis: bases,
        clueBasis: bases,
      }),
      diversion: z.strictObject({
        season: z.strictObject({ from: monthDay, to: monthDay }),
        // Places farther from every zone are passed over unseen.
        edgeToleranceM: z.number().min(0).max(200),
        localBusinessHours: z.number().min(0),
        pendingHours: z.number().min(0),
        latestHours: z.number().min(0),
        exemptUse: letters,
        basis: bases,
      }),
      'urea-use': z.strictObject({
        scrMinStage: stage,
        reagentEmpty: z.strictObject({ belowPercent: z.number(), overKm: z.number() }),
        reagentLow: z.strictObject({ belowPercent: z.number(), overKm: z.number() }),
        warm: z.strictObject({ seconds: z.number().min(0), coolantC: z.number(), scrInletC: z.number() }),
        scrIneffective: z.strictObject({
          ratio: z.number().min(0),
          minutes: z.number().min(0),
          scrInletC: z.number(),
          torquePercent: z.number(),
        }),
        frozenSensor: z.strictObject({ minutes: z.number().min(0) }),
        lowConsumption: z.strictObject({
          fuelL: z.number().positive(),
          warningPercent: z.number(),
          infoPercent: z.number(),
          risePoints: z.number().min(0),
          defaultTankL: z.number().positive(),
          fillHours: z.number().min(0),
        }),
        darkTerminal: z.strictObject({ hours: z.number().positive(), pendingHours: z.number().min(0) }),
        notConsumed: z.strictObject({ fuelL: z.number(), distanceKm: z.number(), dropPoints: z.number() }),
        windowDays: z.number().min(1),
        maxScrInletC: z.number(),
        gapSeconds: z.number().min(0),
        concentrationPercent: range,
        warningDays: z.number().min(0),
        basis: bases,
        fillBasis: bases,
      }),
      'sale-ban': z.strictObject({ from: date, minStage: stage, basis: bases }),
      route: z.strictObject({ corridorM: z.number().min(0), thirdCharacters: letters, basis: bases }),
      'cloned-plate': z.strictObject({
        minKm: z.number().min(0),
        kmh: z.number().positive(),
        slackSeconds: z.number().min(0),
        misread: z.strictObject({ minutes: z.number().min(0), km: z.number().min(0) }),
        basis: bases,
      }),
      'attribute-mismatch': z.strictObject({ basis: bases }),
      'nonroad-registration': z.strictObject({
        levels: z.array(z.enum(['yellow', 'orange', 'red'])),
        stageMax: z.int().min(0).max(5),
        proposal,
        basis: bases,
      }),
      'gate-ledger': z.strictObject({
        sameSeconds: z.number().min(0),
        arrivalMinutes: z.number().min(0),
        pendingMinutes: z.number().min(0),
        exitHours: z.number().positive(),
        uploadHours: z.number().positive(),
        basis: bases,
      }),
      identification: z.strictObject({ basis: bases }),
      'forced-release': z.strictObject({ basis: bases }),
      'device-health': z.strictObject({
        silentMinutes: z.number().positive(),
        offlineMinutes: z.number().positive(),
        transmissionPercent: z.number().min(0).max(100),
        clockSkew: z.strictObject({ seconds: z.number().min(0), messages: z.int().min(1) }),
        warningHours: z.number().min(0),
        basis: bases,
      }),
    }),
    account: z.strictObject({
      minPercent: z.number().min(0).max(100),
      defaultTonnes: z.number().min(0),
      freezeDay: z.int().min(1).max(28),
      basis: bases,
    }),
  })
  .superRefine((policy, context) => {
    const parts = Object.entries(policy.rules).map(([name, rule]) => ({ path: ['rules', name], part: rule }));
    for (const { path, part } of [...parts, { path: ['account'], part: policy.account }]) {
      for (const member of ['basis', 'scrapBasis', 'clueBasis', 'fillBasis']) {
        const ids = (part as unknown as Record<string, unknown>)[member];
        if (!Array.isArray(ids)) continue;
        for (const id of ids as string[]) {
          if (!Object.hasOwn(policy.basis, id))
            context.addIssue({ code: 'custom', path: [...path, member], message: `没有依据 ${id} / there is no basis ${id}` });
        }
      }
    }
  }) satisfies z.ZodType<Policy>;

/** What is wrong with a policy, place by place, in the reader's language; empty when nothing is. */
export function policyErrors(value: unknown, language: 'zh' | 'en'): { path: string; message: string }[] {
  const result = policySchema.safeParse(value, { error: wrongWords });
  return (result.error?.issues ?? []).map((issue) => ({ path: issue.path.join('.'), message: issueText(issue, language) }));
}

const EXPECTED: Record<string, string> = {
  number: '应为数字 / is to be a number',
  int: '应为整数 / is to be a whole number',
  string: '应为文字 / is to be a text',
  boolean: '应为是或否 / is to be yes or no',
  array: '应为列表 / is to be a list',
  tuple: '应为两个数字 / is to be two numbers',
};

/** What is wrong at a place, for whoever fills in a form: in both languages, without the schema's own words. */
function wrongWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return '不能缺少 / is missing';
      return EXPECTED[issue.expected] ?? '内容不完整 / is not complete';
    case 'too_small':
      if (issue.origin === 'string') return '不能为空 / is not to be empty';
      if (issue.origin === 'array') return '至少一项 / needs one at least';
      return issue.inclusive === false ? `应大于 ${issue.minimum} / is to be more than ${issue.minimum}` : `不得小于 ${issue.minimum} / is at least ${issue.minimum}`; // prettier-ignore
    case 'too_big':
      if (issue.origin === 'string') return `不超过 ${issue.maximum} 个字 / ${issue.maximum} characters at most`;
      if (issue.origin === 'array') return `不超过 ${issue.maximum} 项 / ${issue.maximum} at most`;
      return `不得大于 ${issue.maximum} / is at most ${issue.maximum}`;
    case 'invalid_value':
      return `应为其中之一：${issue.values.join('、')} / is to be one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `不认识的字段 ${issue.keys.join('、')} / has unknown members ${issue.keys.join(', ')}`;
    case 'invalid_format':
      return '写法不对 / is not in the right form';
    default:
      return '内容有误 / is not right';
  }
}
