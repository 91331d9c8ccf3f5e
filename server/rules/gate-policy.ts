import type { GatePolicy, PolicyVehicle, Requirement, Stage } from '../../devices/contract/answers.ts';
import { STAGES } from '../../devices/contract/answers.ts';
import { DAY, civilDayStart, formatInstant, parseInstant } from '../../devices/contract/instant.ts';
import type { DecisionWord } from '../../devices/contract/messages.ts';
import type { BasisId, Policy, PolicyStretch, ResponseWindow, VehiclePredicate } from '../policy/types.ts';
import { basisOf, proposalUnder } from './basis.ts';
import { mustHoldStandard, requiredStage } from './emission-standard.ts';
import { isBulkUnit, measuresFor } from './peak-shift.ts';
import { listedOnRoad } from './phase-out.ts';
import { mustBeClean } from './planning-area.ts';
import { LEVEL_ZH, freightZh, requiredZh } from './texts.ts';
import type { EnterpriseFacts, Proposal, VehicleFacts } from './types.ts';

/**
 * What a gate needs to decide alone: the gate rules of one enterprise as requirements of the wire contract, and the vehicles seen there
 * lately. For a matched vehicle its answer is the rules' answer; what only the platform can know (corrections, urea warnings, what
 * happens after the payload was made) is left to `unknownVehicle`, `blocked` and the next payload.
 */

const MAX_BYTES = 48 * 1024;
/** A gate's clock may be behind: what it must know begins this long before the payload is made. */
export const CLOCK_LAG_MS = DAY;
const GOODS = ['H', 'Q'];
const BOTH: Requirement['directions'] = ['in', 'out'];
const TYPE_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
const USE_NATURES = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
const SIZE_DIGIT = { heavy: '1', medium: '2', light: '3' } as const;
const CLASS_LETTERS: Record<string, string[]> = {
  goods: GOODS,
  passenger: ['K'],
  special: ['Z'],
  trailer: ['B', 'G'],
  'three-wheel': ['N'],
  motorcycle: ['M'],
  tractor: ['T'],
  machinery: ['J'],
};

/** A vehicle seen at the gate lately; `failed`: a remote-sensing failure of it stands. */
export interface KnownVehicle {
  vehicle: VehicleFacts;
  failed?: boolean;
}

export interface GatePolicyFacts {
  /** The version in force now: the payload bears its name. */
  policy: Policy;
  /** Which version counts when from `nowMs - CLOCK_LAG_MS` to `nowMs + validMs`; absent: `policy` all the time. */
  policies?: readonly PolicyStretch[];
  /** The gate's enterprise, if it has one. */
  enterprise?: EnterpriseFacts | undefined;
  /** The responses in its county from `nowMs - CLOCK_LAG_MS` to `nowMs + validMs` (`responseWindows`). */
  responses: readonly ResponseWindow[];
  /** Newest first. The list is cut where it no longer fits. */
  vehicles: readonly KnownVehicle[];
  nowMs: number;
  validMs: number;
  /** Counts the gate's payloads: `<policyVersion>#<n>`. */
  n: number;
}

/** The retained policy of a gate, at most 48 KiB as JSON: the vehicles seen longest ago fall away first. */
export function composeGatePolicy(facts: GatePolicyFacts): GatePolicy {
  const { policy, policies = [{ policy }], enterprise, responses, vehicles, nowMs, validMs, n } = facts;
  const since = nowMs - CLOCK_LAG_MS;
  const until = nowMs + validMs;
  const payload: GatePolicy = {
    payloadId: `${policy.version}#${n}`,
    at: formatInstant(nowMs),
    validUntil: formatInstant(until),
    requirements: policies.flatMap((stretch) => requirementsIn(stretch, enterprise, responses, since, until)),
    vehicles: [],
    unknownVehicle: 'review',
    expired: 'review',
  };
  let bytes = Buffer.byteLength(JSON.stringify(payload));
  const seen = new Set<string>();
  for (const known of vehicles) {
    const row = rowOf(known, nowMs, policy);
    const key = `${row[0]},${row[1]}`;
    if (seen.has(key)) continue;
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (bytes > MAX_BYTES) break;
    seen.add(key);
    payload.vehicles.push(row);
  }
  return payload;
}

/** What one version demands while it counts: a gate that is alone when the next one begins changes over by itself. */
function requirementsIn(
  stretch: PolicyStretch,
  enterprise: EnterpriseFacts | undefined,
  responses: readonly ResponseWindow[],
  since: number,
  until: number,
): Requirement[] {
  const { policy, from, to } = stretch;
  const [begin, end] = [Math.max(since, from ?? since), Math.min(until, to ?? until)];
  const demands = [
    ...(enterprise
      ? [...standing(policy, enterprise, begin, end), ...peakShifts(policy, enterprise, responses, begin, end)]
      : []),
    ...listed(policy, begin, end),
  ];
  return demands.map((demand) => ({
    ...demand,
    ...(from !== undefined && parseInstant(demand.from) < from && { from: formatInstant(from) }),
    ...(to !== undefined && (demand.to === undefined || parseInstant(demand.to) > to) && { to: formatInstant(to) }),
  }));
}

/** `emission-standard` and `planning-area`: cut where the enterprise comes under them, leaves them, or the stage changes. */
function standing(policy: Policy, enterprise: EnterpriseFacts, since: number, until: number): Requirement[] {
  const standard = policy.rules['emission-standard'];
  const planning = policy.rules['planning-area'];
  const spur = enterprise.railSpurSince === undefined ? [] : [enterprise.railSpurSince];
  const begins = standard.requirements.map(({ from }) => civilDayStart(from));
  return [
    ...stretchesOf(policy, standard.basis, [...begins, ...spur], since, until).flatMap((stretch) => {
      const stage = requiredStage(policy, stretch.sample);
      if (stage === undefined || !mustHoldStandard(enterprise, stretch.sample, policy)) return [];
      const zh = `低于要求${requiredZh(stage)} · 年货运量${freightZh(enterprise.annualFreightTonnes)}`;
      return requirement('emission-standard', 'below-stage', zh, {
        stretch,
        types: GOODS,
        minStage: stage,
        answer: answerOf(policy, standard.basis, standard.proposal, stretch.sample),
      });
    }),
    ...stretchesOf(policy, planning.basis, [civilDayStart(planning.from), ...spur], since, until).flatMap((stretch) => {
      if (!mustBeClean(enterprise, stretch.sample, policy)) return [];
      return requirement('planning-area', 'not-clean-road', `规划区企业要求${requiredZh(planning.minStage)}或新能源`, {
        stretch,
        types: GOODS,
        minStage: planning.minStage,
        answer: answerOf(policy, planning.basis, planning.proposal, stretch.sample),
      });
    }),
  ];
}

/** `peak-shift`: one requirement per measure and window of a response. */
function peakShifts(
  policy: Policy,
  enterprise: EnterpriseFacts,
  responses: readonly ResponseWindow[],
  since: number,
  until: number,
): Requirement[] {
  const limits = policy.rules['peak-shift'];
  const passes = isBulkUnit(enterprise, policy) ? ` · 日均${enterprise.dailyTruckPasses}车次` : '';
  return responses.flatMap((response) => {
    const edges = [response.from, ...(response.to === undefined ? [] : [response.to])];
    const stretches = stretchesOf(policy, limits.basis, edges, since, until).filter(
      ({ sample }) => response.from <= sample && sample < (response.to ?? Infinity),
    );
    return measuresFor(enterprise, response.level, policy).flatMap((measure) => {
      const { stageMax, fuels } = measure.vehicles;
      return stretches.flatMap((stretch) =>
        requirement('peak-shift', 'measure-hit', `${LEVEL_ZH[response.level]}：${measure.zh}${passes}`, {
          stretch,
          types: prefixesOf(measure.vehicles).filter((prefix) => !limits.exemptTypes.includes(prefix.charAt(0))),
          ...(fuels?.length && { fuels }),
          ...(stageMax !== undefined && { minStage: stageMax + 1 }),
          exemptUse: limits.exemptUse,
          answer: answerOf(policy, limits.basis, limits.proposal, stretch.sample),
        }),
      );
    });
  });
}

/** `phase-out`, the listed ones; vehicles past scrap are blocked one by one. */
function listed(policy: Policy, since: number, until: number): Requirement[] {
  const limits = policy.rules['phase-out'];
  return stretchesOf(policy, limits.basis, [], since, until).flatMap((stretch) =>
    requirement('phase-out', 'phase-out-listed', `${requiredZh(limits.stageMax)}及以下营运柴油货车列入淘汰范围`, {
      stretch,
      types: GOODS,
      fuels: ['B'],
      minStage: limits.stageMax + 1,
      exemptUse: USE_NATURES.filter((use) => !limits.commercialUse.includes(use)),
      answer: answerOf(policy, limits.basis, limits.listedProposal, stretch.sample),
    }),
  );
}

interface RequirementParts {
  stretch: Stretch;
  types: string[];
  fuels?: string[];
  minStage?: number;
  exemptUse?: string[];
  answer: DecisionWord;
}

function requirement(rule: string, code: string, zh: string, parts: RequirementParts): Requirement[] {
  const { stretch, types, fuels, minStage, exemptUse, answer } = parts;
  if (answer === 'admit' || types.length === 0) return [];
  return [
    {
      rule,
      code,
      zh,
      from: formatInstant(stretch.from ?? 0),
      ...(stretch.to !== undefined && { to: formatInstant(stretch.to) }),
      directions: BOTH,
      types,
      ...(fuels && { fuels }),
      ...(minStage !== undefined && { minStage: stageWord(minStage) }),
      ...(exemptUse && { exemptUse }),
      answer,
    },
  ];
}

/** A stretch of time; without an edge it has no beginning or end. `sample` is a moment in it, which speaks for all of it. */
interface Stretch {
  from?: number;
  to?: number;
  sample: number;
}

/**
 * The stretches between the given instants and the moments where a basis begins or ends to be valid, as far as they touch [from, to).
 * They keep their own edges, so that a payload made later says the same as long as nothing has changed.
 */
function stretchesOf(policy: Policy, basis: readonly BasisId[], at: number[], from: number, to: number): Stretch[] {
  const validity = basisOf(policy, basis).flatMap((b) => [
    civilDayStart(b.validFrom),
    ...(b.validTo === undefined ? [] : [civilDayStart(b.validTo) + DAY]),
  ]);
  const edges = [...new Set([...at, ...validity])].sort((a, b) => a - b);
  return [undefined, ...edges]
    .map((start, i): Stretch => {
      const end = edges[i];
      return {
        ...(start !== undefined && { from: start }),
        ...(end !== undefined && { to: end }),
        sample: Math.max(from, start ?? from),
      };
    })
    .filter((stretch) => (stretch.to ?? Infinity) > from && (stretch.from ?? -Infinity) < to);
}

function answerOf(policy: Policy, basis: readonly BasisId[], proposal: Proposal, at: number): DecisionWord {
  const proposed = proposalUnder(basisOf(policy, basis), proposal, at);
  return proposed === 'none' ? 'admit' : proposed;
}

/** The GA 24.4 prefixes that a predicate's classes, sizes and types leave. */
function prefixesOf({ classes, sizes, types }: VehiclePredicate): string[] {
  const groups: string[][] = [];
  if (classes?.length) groups.push(classes.flatMap((name) => CLASS_LETTERS[name] ?? []));
  if (sizes?.length) groups.push(sizes.flatMap((size) => GOODS.map((letter) => letter + SIZE_DIGIT[size])));
  if (types?.length) groups.push(types.map((type) => type.replace(/\*$/, '')));
  return groups.reduce((left, right) => [...new Set(left.flatMap((a) => right.flatMap((b) => longerOf(a, b))))], TYPE_LETTERS);
}

/** What begins with both prefixes begins with the longer one, if that begins with the other. */
function longerOf(a: string, b: string): string[] {
  if (a.startsWith(b)) return [a];
  return b.startsWith(a) ? [b] : [];
}

function stageWord(stage: number): Stage {
  return STAGES[stage] ?? 'D';
}

function rowOf({ vehicle, failed = false }: KnownVehicle, nowMs: number, policy: Policy): PolicyVehicle {
  const { plateNumber, plateColor, stage, fuel, vehicleType, useNature } = vehicle;
  return [plateNumber, plateColor, stage ?? 'unknown', fuel, vehicleType, useNature, isBlocked(vehicle, failed, nowMs, policy)];
}

/** Whether the rules refuse this very vehicle whatever its stage: past scrap, or failed by remote sensing. */
function isBlocked(vehicle: VehicleFacts, failed: boolean, nowMs: number, policy: Policy): boolean {
  const { scrapBasis } = policy.rules['phase-out'];
  const { basis, clueBasis } = policy.rules['remote-sensing'];
  const refused = (ids: readonly BasisId[]) => proposalUnder(basisOf(policy, ids), 'refuse', nowMs) === 'refuse';
  if (listedOnRoad(vehicle, nowMs, policy).includes('past-scrap') && refused(scrapBasis)) return true;
  return failed && refused([...basis, ...clueBasis]);
}
