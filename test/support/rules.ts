import { expect } from 'chai';
import { parseInstant } from '../../devices/contract/instant.ts';
import type { Arrival, Passage, PlateColor, Seen } from '../../devices/contract/messages.ts';
import { xinzhou2021 } from '../../server/policy/xinzhou-2021.ts';
import type {
  DeviceFacts,
  EnterpriseFacts,
  FindingDraft,
  GateObservation,
  JudgeContext,
  Observation,
  Recognition,
  ResponseFacts,
  Rule,
  VehicleFacts,
} from '../../server/rules/types.ts';

/** Words in which rules are tested: `given(facts).when(observation).finds(...)`. Everything has a lawful default. */

/** An instant; without an offset it is civil time. */
export function t(text: string): number {
  const ms = parseInstant(/(Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}+08:00`);
  if (Number.isNaN(ms)) throw new Error(`not an instant: ${text}`);
  return ms;
}

/** A heavy diesel tractor of China 6 in freight; `stage: undefined` makes it unknown. */
export function vehicle(facts: Partial<VehicleFacts> = {}): VehicleFacts {
  return {
    version: 'vehicles/晋H12345,yellow/1',
    plateNumber: '晋H12345',
    plateColor: 'yellow',
    vin: 'LXINZHOU000000001',
    vehicleType: 'Q11',
    fuel: 'B',
    stage: '6',
    useNature: 'F',
    status: 'in-use',
    validFrom: t('2018-01-01T00:00'),
    ...facts,
  };
}

/** A coking plant of 2.1 Mt a year, outside the planning area, without a spur, 50 trucks a day. */
export function enterprise(facts: Partial<EnterpriseFacts> = {}): EnterpriseFacts {
  return {
    version: 'enterprises/e1/1',
    id: 'e1',
    nameZh: '示例焦化',
    county: '140981',
    industry: 'coking',
    annualFreightTonnes: 2_100_000,
    planningArea: false,
    dailyTruckPasses: 50,
    ...facts,
  };
}

export function gate(facts: Partial<DeviceFacts> = {}): DeviceFacts {
  return {
    version: 'devices/gate/g1/1',
    kind: 'gate',
    id: 'g1',
    nameZh: '一号门',
    enterpriseId: 'e1',
    enabled: true,
    interactive: true,
    ...facts,
  };
}

export function response(facts: Partial<ResponseFacts> = {}): ResponseFacts {
  return {
    version: 'responses/r1/1',
    id: 'r1',
    level: 'orange',
    counties: ['140900'],
    start: t('2021-11-15T00:00'),
    reference: '忻气防办〔2021〕12号',
    ...facts,
  };
}

export interface GateMessage {
  at?: string;
  id?: string;
  direction?: 'in' | 'out';
  number?: string;
  color?: PlateColor;
  seen?: Seen;
  backfill?: boolean;
  unsynced?: boolean;
}

/** A gate arrival, by default in, at the gate `g1`, on 15 November 2021, 08:00. */
export function arrival(message: GateMessage = {}): GateObservation {
  const body: Arrival = gateBody(message);
  return { ...base('gate', 'g1', message), kind: 'gate', message: 'arrival', body };
}

export function passage(
  message: GateMessage & Partial<Pick<Passage, 'outcome' | 'release' | 'decided' | 'arrivalId'>> = {},
): GateObservation {
  const { outcome = 'passed', release, decided, arrivalId } = message;
  const body: Passage = {
    ...gateBody(message),
    outcome,
    ...(release && { release }),
    ...(decided && { decided }),
    ...(arrivalId && { arrivalId }),
  };
  return { ...base('gate', 'g1', message), kind: 'gate', message: 'passage', body };
}

export function sighting(message: GateMessage = {}): Observation {
  const { at, number = '晋H12345', color = 'yellow', id = 'm1' } = message;
  const body = { id, at: isoOf(at), plate: { number, color } };
  return { ...base('checkpoint', 'c1', message), kind: 'checkpoint', message: 'sighting', body };
}

export function reading(message: GateMessage = {}): Observation {
  const { at, number = '晋H12345', color = 'yellow', id = 'm1' } = message;
  const body = { id, at: isoOf(at), plate: { number, color }, speed: 40, acceleration: 0.5, measured: { co2: 12 } };
  return { ...base('remote-sensing', 's1', message), kind: 'remote-sensing', message: 'reading', body };
}

/** A recognition by its outcome; matched and corrected take the vehicle of the case. */
export function recognition(facts: Partial<Recognition> = {}): Recognition {
  return { outcome: 'matched', number: '晋H12345', color: 'yellow', read: '晋H12345', ...facts };
}

type Facts = Partial<Omit<JudgeContext, 'observation'>>;
/** What a case expects: the code, or the code with some members of the finding. */
export type Expected = string | Partial<FindingDraft>;

/**
 * `given({ vehicle, enterprise, … }).when(arrival()).finds(rule, 'below-stage')`. A vehicle given is a matched one unless
 * `recognition` says otherwise; enterprise `e1` and the built-in policy are there unless given.
 */
export function given(facts: Facts = {}) {
  return {
    when(observation: Observation) {
      const context = contextOf(facts, observation);
      return {
        context,
        finds(rule: Rule, ...expected: Expected[]): FindingDraft[] {
          const found = rule.judge(context);
          expect(found.map((f) => f.code)).to.deep.equal(expected.map((e) => (typeof e === 'string' ? e : e.code)));
          found.forEach((finding, i) => {
            const wanted = expected[i];
            if (typeof wanted === 'object') expect(finding).to.deep.include(wanted);
            expectWellFormed(finding);
          });
          return found;
        },
        findsNothing(rule: Rule): void {
          expect(rule.judge(context)).to.deep.equal([]);
        },
      };
    },
  };
}

/** The context of a case with its defaults. */
export function contextOf(facts: Facts, observation: Observation): JudgeContext {
  const context: JudgeContext = { observation, device: gate(), policy: xinzhou2021, ...facts };
  if (!('enterprise' in facts)) context.enterprise = enterprise();
  if (facts.vehicle && !facts.recognition) {
    const { plateNumber, plateColor } = facts.vehicle;
    context.recognition = {
      outcome: 'matched',
      number: plateNumber,
      color: plateColor,
      read: plateNumber,
      vehicle: facts.vehicle,
    };
  }
  return context;
}

/** Every finding says in both languages why, in at most 120 characters. */
export function expectWellFormed(finding: FindingDraft): void {
  for (const text of [finding.zh, finding.en]) {
    expect(text).to.be.a('string').and.not.equal('');
    expect([...text].length).to.be.at.most(120);
    expect(text).to.not.match(/undefined|NaN|null/);
  }
  expect(finding.ruleVersion).to.be.greaterThan(0);
}

function gateBody(message: GateMessage): Arrival {
  const { at, direction = 'in', number = '晋H12345', color = 'yellow', id = 'm1', seen } = message;
  return { id, at: isoOf(at), direction, plate: { number, color }, ...(seen && { seen }) };
}

function isoOf(at = '2021-11-15T08:00'): string {
  return new Date(t(at)).toISOString();
}

function base(kind: string, deviceId: string, message: GateMessage) {
  const { id = 'm1', backfill = false, unsynced = false } = message;
  const at = t(message.at ?? '2021-11-15T08:00');
  return { ref: `${kind}/${deviceId}/${id}`, deviceId, id, at, receivedAt: at + 200, backfill, unsynced };
}
