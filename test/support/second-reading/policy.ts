import type { Random } from '../../../devices/simulators/city/random.ts';
import type { Policy } from '../../../server/policy/types.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { c, civilDay, DAY, type Span } from './registry.ts';

/** The numbers of the policy as a second reader keeps them, and those of a later version. */

export interface Numbers {
  freight: number;
  spurExempts: boolean;
  planningSpurExempts: boolean;
  smaller: boolean;
  /** Whether so many passes a day make a bulk unit. */
  bulk(passes: number): boolean;
  notMetTightens: boolean;
  listedMax: number;
  listedProposal: string;
  season: Span;
  toleranceM: number;
  businessHours: number;
  exempt: string;
  corridorM: number;
  third: string;
  bannedUnder: string[];
  bannedMax: number;
  /** When the basis of machinery ends. */
  machineryUntil: number;
  soldSince: number;
}

/** A policy that was activated. */
export interface Activated {
  policy: Policy;
  numbers: Numbers;
  from: number;
  recordedAt: number;
}

export const PLAN: Numbers = {
  freight: 1_500_000,
  spurExempts: true,
  planningSpurExempts: false,
  smaller: false,
  bulk: (passes) => passes > 10,
  notMetTightens: true,
  listedMax: 3,
  listedProposal: 'review',
  season: { from: '10-15', to: '03-31' },
  toleranceM: 15,
  businessHours: 6,
  exempt: 'HIJKR',
  corridorM: 200,
  third: '7BCDEFG',
  bannedUnder: ['orange', 'red'],
  bannedMax: 2,
  machineryUntil: Infinity,
  soldSince: c('2021-07-01'),
};

/** Another policy, from an edge on. */
export function laterPolicy(random: Random, middle: number, from: number, recordedAt: number): Activated {
  const numbers: Numbers = {
    freight: random.pick([1_500_000, 1_499_999.99, 2_100_000.01]),
    spurExempts: random.chance(0.5),
    planningSpurExempts: random.chance(0.5),
    smaller: random.chance(0.5),
    bulk: (passes) => passes >= 10,
    notMetTightens: random.chance(0.5),
    listedMax: random.int(2, 5),
    listedProposal: random.pick(['none', 'review', 'refuse']),
    season: random.pick([PLAN.season, { from: '01-01', to: '12-31' }, { from: '10-02', to: '09-30' }]),
    toleranceM: random.pick([0, 14, 16]),
    businessHours: random.pick([0, 1, 8, 14]),
    exempt: random.pick(['', 'HIJK']),
    corridorM: random.pick([0, 199, 1000]),
    third: random.pick(['1', '17', '7B']),
    bannedUnder: random.pick([['yellow'], ['red'], []]),
    bannedMax: random.int(0, 4),
    machineryUntil: c(civilDay(middle)) + DAY,
    soldSince: random.pick([c('2021-06-30'), c('2021-07-02')]),
  };
  const n = numbers;
  const { rules, basis } = xinzhou2021;
  const exemptUse = [...n.exempt];
  const policy: Policy = {
    ...xinzhou2021,
    version: 'later',
    basis: { ...basis, 'plan-19': { ...basis['plan-19']!, validTo: civilDay(middle) } },
    rules: {
      ...rules,
      'emission-standard': { ...rules['emission-standard'], minAnnualFreightTonnes: n.freight, spurExempts: n.spurExempts },
      'planning-area': { ...rules['planning-area'], spurExempts: n.planningSpurExempts, smallerEnterprises: n.smaller },
      'peak-shift': {
        ...rules['peak-shift'],
        bulkUnit: { dailyTruckPasses: 10, comparison: '>=' },
        notMetTightens: n.notMetTightens,
        exemptUse,
      },
      'phase-out': { ...rules['phase-out'], stageMax: n.listedMax, listedProposal: n.listedProposal as 'none' },
      diversion: {
        ...rules.diversion,
        season: n.season,
        edgeToleranceM: n.toleranceM,
        localBusinessHours: n.businessHours,
        exemptUse,
      },
      route: { ...rules.route, corridorM: n.corridorM, thirdCharacters: [...n.third] },
      'nonroad-registration': { ...rules['nonroad-registration'], levels: n.bannedUnder as 'red'[], stageMax: n.bannedMax },
      'sale-ban': { ...rules['sale-ban'], from: civilDay(n.soldSince) },
    },
  };
  return { policy, numbers, from, recordedAt };
}

/** Which numbers count at a moment, as known by another. */
export function numbersAt(later: Activated | undefined, at: number, knownBy: number): Numbers {
  return later && later.recordedAt <= knownBy && Math.max(later.from, later.recordedAt) <= at ? later.numbers : PLAN;
}
