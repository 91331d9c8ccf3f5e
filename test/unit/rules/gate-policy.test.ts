import { expect } from 'chai';
import fc from 'fast-check';
import { gatePolicy as gatePolicySchema } from '../../../devices/contract/answers.ts';
import { decideOffline } from '../../../devices/contract/offline.ts';
import { responseInForce, responseWindows } from '../../../server/policy/responses.ts';
import type { Measure, Policy, ResponseRow } from '../../../server/policy/types.ts';
import { INDUSTRIES } from '../../../server/policy/types.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { foldDecision } from '../../../server/rules/decision.ts';
import { CLOCK_LAG_MS, composeGatePolicy, type GatePolicyFacts } from '../../../server/rules/gate-policy.ts';
import { judgeAll } from '../../../server/rules/index.ts';
import type { EnterpriseFacts, VehicleFacts } from '../../../server/rules/types.ts';
import { arrival, contextOf, enterprise, t, vehicle } from '../../support/rules.ts';

/** A gate that belongs to nobody. */
const NO_ENTERPRISE = { enterprise: undefined as never };
const HOUR = 3_600_000;
const VALID = 48 * HOUR;

function compose(facts: Partial<GatePolicyFacts> = {}) {
  const payload = composeGatePolicy({
    policy: xinzhou2021,
    enterprise: enterprise(),
    responses: [],
    vehicles: [{ vehicle: vehicle() }],
    nowMs: t('2021-11-15T08:00'),
    validMs: VALID,
    n: 7,
    ...facts,
  });
  gatePolicySchema.parse(payload);
  return payload;
}

const decide = (payload: ReturnType<typeof compose>, at: string, direction: 'in' | 'out' = 'in') =>
  decideOffline(payload, { number: '晋H12345', color: 'yellow', direction }, t(at)).decision;

describe('the retained policy of a gate', () => {
  it('is named by policy version and count', () => {
    expect(compose().payloadId).to.equal('xinzhou-2021#7');
  });

  it('changes the stage required at the turn of the year by itself', () => {
    const payload = compose({ nowMs: t('2021-12-31T12:00'), vehicles: [{ vehicle: vehicle({ stage: '5' }) }] });
    expect(decide(payload, '2021-12-31T23:59:59.999')).to.equal('admit');
    expect(decide(payload, '2022-01-01T00:00')).to.equal('refuse');
    expect(decide(payload, '2022-01-01T00:00', 'out')).to.equal('review');
  });

  it('asks the same of a gate whose clock is behind', () => {
    const payload = compose({ vehicles: [{ vehicle: vehicle({ stage: '4' }) }] });
    expect(decide(payload, '2021-11-15T07:59:30')).to.equal('refuse');
  });

  it('stops asking once the spur is in use', () => {
    const payload = compose({
      enterprise: enterprise({ railSpurSince: t('2021-11-16T00:00') }),
      vehicles: [{ vehicle: vehicle({ stage: '4' }) }],
    });
    expect(decide(payload, '2021-11-15T23:59:59.999')).to.equal('refuse');
    expect(decide(payload, '2021-11-16T00:00')).to.equal('admit');
  });

  it('blocks what is past scrap or has failed, also where new-energy', () => {
    expect(decide(compose({ vehicles: [{ vehicle: vehicle({ status: 'scrapped', fuel: 'C' }) }] }), '2021-11-15T09:00')).to.equal(
      'refuse',
    );
    expect(decide(compose({ vehicles: [{ vehicle: vehicle(), failed: true }] }), '2021-11-15T09:00')).to.equal('refuse');
  });

  it('leaves a gate without an enterprise the rules of vehicles', () => {
    const payload = compose({ enterprise: undefined, vehicles: [{ vehicle: vehicle({ stage: '3' }) }] });
    expect(payload.requirements.map((r) => r.rule)).to.deep.equal(['phase-out']);
    expect(decide(payload, '2021-11-15T09:00')).to.equal('review');
  });

  it('says the same an hour later where nothing has changed', () => {
    const at = (now: string) => compose({ nowMs: t(now) }).requirements;
    expect(at('2021-11-15T08:00')).to.deep.equal(at('2021-11-15T09:00'));
  });

  it('drops the vehicles seen longest ago where they do not fit', () => {
    const vehicles = Array.from({ length: 3000 }, (_, i) => ({ vehicle: vehicle({ plateNumber: `晋H${10_000 + i}` }) }));
    const payload = compose({ vehicles });
    const bytes = Buffer.byteLength(JSON.stringify(payload));
    expect(bytes).to.be.within(47 * 1024, 48 * 1024);
    expect(payload.vehicles[0]?.[0]).to.equal('晋H10000');
    expect(payload.vehicles.at(-1)?.[0]).to.equal(`晋H${10_000 + payload.vehicles.length - 1}`);
  });

  it('names a vehicle once', () => {
    expect(compose({ vehicles: [{ vehicle: vehicle() }, { vehicle: vehicle({ stage: '4' }) }] }).vehicles).to.have.length(1);
  });
});

const moment = fc.constantFrom(
  ...['2020-12-31T12:00', '2021-05-26T06:00', '2021-09-30T00:00', '2021-11-15T00:00', '2021-12-31T00:00', '2022-02-01T00:00'].map(
    t,
  ),
);
const vehicles: fc.Arbitrary<VehicleFacts> = fc
  .record({
    vehicleType: fc.constantFrom('H11', 'H17', 'Q11', 'Q21', 'H21', 'H31', 'H41', 'Z51', 'K11', 'D11', 'N11'),
    fuel: fc.constantFrom('A', 'B', 'C', 'E', 'F', 'P', 'X', 'AC', 'BO', 'BE', 'Y', ''),
    stage: fc.constantFrom('0', '1', '2', '3', '4', '5', '6', 'D', undefined),
    useNature: fc.constantFrom('A', 'F', 'R', 'H', 'I', 'J', 'K', 'G', '0'),
    status: fc.constantFrom('in-use', 'in-use', 'in-use', 'scrapped', 'deregistered'),
  })
  .map((facts) => vehicle(facts as Partial<VehicleFacts>));
const firms: fc.Arbitrary<EnterpriseFacts | undefined> = fc.option(
  fc
    .record({
      industry: fc.constantFrom(...INDUSTRIES),
      annualFreightTonnes: fc.constantFrom(10, 1_499_999, 1_500_000, 9_000_000),
      spur: fc.constantFrom(undefined, 0, t('2021-11-16T00:00'), t('2022-01-01T00:00')),
      planningArea: fc.boolean(),
      dailyTruckPasses: fc.constantFrom(9, 10, 11),
      clean: fc.constantFrom(undefined, 'met' as const, 'not-met' as const),
    })
    .map(({ spur, clean, ...facts }) =>
      enterprise({ ...facts, ...(spur !== undefined && { railSpurSince: spur }), ...(clean && { cleanTransport: clean }) }),
    ),
  { nil: undefined, freq: 9 },
);
const responseRows = (nowMs: number): fc.Arbitrary<ResponseRow[]> =>
  fc.array(
    fc
      .record({
        id: fc.constantFrom('a', 'b'),
        level: fc.constantFrom('yellow' as const, 'orange' as const, 'red' as const),
        start: fc.integer({ min: -48, max: 40 }),
        hours: fc.option(fc.integer({ min: 1, max: 72 }), { nil: undefined }),
        recorded: fc.integer({ min: -60, max: 0 }),
        seq: fc.nat(9),
        counties: fc.constantFrom('140900', '140981', '140902').map((county) => [county]),
      })
      .map(({ start, hours, recorded, ...row }) => ({
        ...row,
        version: `${row.id}/${row.seq}`,
        reference: '',
        issuedBy: '',
        start: nowMs + start * HOUR,
        recordedAt: nowMs + recorded * HOUR,
        ...(hours !== undefined && { end: nowMs + (start + hours) * HOUR }),
      })),
    { maxLength: 4 },
  );
const ODD: Measure = { vehicles: { types: ['H1*', 'Z5*'], fuels: ['B', 'E'] }, bulkUnitsOnly: false, zh: '测试', en: 'test' };
const policies: fc.Arbitrary<Policy> = fc
  .record({
    smaller: fc.boolean(),
    spurExempts: fc.boolean(),
    tightens: fc.boolean(),
    listed: fc.constantFrom('none' as const, 'review' as const, 'refuse' as const),
    odd: fc.boolean(),
  })
  .map(({ smaller, spurExempts, tightens, listed, odd }) => {
    const policy = structuredClone(xinzhou2021);
    policy.rules['planning-area'].smallerEnterprises = smaller;
    policy.rules['planning-area'].spurExempts = spurExempts;
    policy.rules['emission-standard'].spurExempts = spurExempts;
    policy.rules['peak-shift'].notMetTightens = tightens;
    if (odd) policy.rules['peak-shift'].measures = { ...policy.rules['peak-shift'].measures, yellow: [ODD], orange: [ODD] };
    policy.rules['phase-out'].listedProposal = listed;
    return policy;
  });

describe('deciding alone', () => {
  it('gives for a known vehicle what the rules would have given, at every moment from a day before it was made to its end', () => {
    const scenes = fc.tuple(moment, policies, firms, vehicles).chain(([nowMs, policy, firm, truck]) =>
      fc.record({
        nowMs: fc.constant(nowMs),
        policy: fc.constant(policy),
        firm: fc.constant(firm),
        truck: fc.constant(truck),
        rows: responseRows(nowMs),
        ahead: fc.integer({ min: -24, max: 47 }),
        direction: fc.constantFrom('in' as const, 'out' as const),
      }),
    );
    fc.assert(
      fc.property(scenes, ({ nowMs, policy, firm, truck, rows, ahead, direction }) => {
        const at = nowMs + ahead * HOUR;
        const county = firm?.county ?? '140981';
        const payload = composeGatePolicy({
          policy,
          enterprise: firm,
          responses: responseWindows(rows, county, nowMs - CLOCK_LAG_MS, nowMs + VALID, nowMs),
          vehicles: [{ vehicle: truck }],
          nowMs,
          validMs: VALID,
          n: 1,
        });
        gatePolicySchema.parse(payload);
        const alone = decideOffline(payload, { number: truck.plateNumber, color: truck.plateColor, direction }, at).decision;

        const inForce = responseInForce(rows, county, at, nowMs);
        const message = arrival({ at: new Date(at).toISOString(), direction });
        const context = contextOf(
          { policy, vehicle: truck, ...(firm ? { enterprise: firm } : NO_ENTERPRISE), ...(inForce && { response: inForce }) },
          message,
        );
        expect(alone).to.equal(foldDecision(judgeAll(context), direction));
      }),
      { numRuns: 3000 },
    );
  });
});
