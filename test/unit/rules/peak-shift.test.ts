import { expect } from 'chai';
import type { EnterpriseFacts, ResponseFacts, VehicleFacts } from '../../../server/rules/types.ts';
import { peakShift } from '../../../server/rules/peak-shift.ts';
import { responseInForce } from '../../../server/policy/responses.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import type { ResponseRow } from '../../../server/policy/types.ts';
import { arrival, enterprise, given, response, t, vehicle } from '../../support/rules.ts';

interface Case {
  what: string;
  level?: ResponseFacts['level'];
  truck?: Partial<VehicleFacts>;
  firm?: Partial<EnterpriseFacts>;
}

const HIT: Case[] = [
  { what: 'orange, heavy of China 4' },
  { what: 'orange, heavy gas of China 4', truck: { fuel: 'E' } },
  { what: 'orange, heavy petrol of China 0', truck: { fuel: 'A', stage: '0' } },
  { what: 'orange, 11 trucks a day', firm: { dailyTruckPasses: 11 } },
  { what: 'orange at logistics, which is no industry', firm: { industry: 'logistics', annualFreightTonnes: 10 } },
  { what: 'orange as red, China 6 where clean transport is not met', truck: { stage: '6' }, firm: { cleanTransport: 'not-met' } },
  {
    what: 'orange as red, a medium one where clean transport is not met',
    truck: { vehicleType: 'H21' },
    firm: { cleanTransport: 'not-met' },
  },
  { what: 'red, heavy of China 6', level: 'red', truck: { stage: '6' } },
  { what: 'red, medium of China 6', level: 'red', truck: { stage: '6', vehicleType: 'H23' } },
  { what: 'red, unknown stage: the measure does not ask it', level: 'red', truck: { stage: undefined } },
];

const FREE: Case[] = [
  { what: 'yellow', level: 'yellow' },
  { what: 'yellow where clean transport is not met', level: 'yellow', firm: { cleanTransport: 'not-met' } },
  { what: 'orange, China 5', truck: { stage: '5' } },
  { what: 'orange, unknown stage', truck: { stage: undefined } },
  { what: 'orange, a medium one', truck: { vehicleType: 'H21' } },
  { what: 'orange, 10 trucks a day are no bulk unit', firm: { dailyTruckPasses: 10 } },
  { what: 'orange, clean transport met', truck: { stage: '6' }, firm: { cleanTransport: 'met' } },
  { what: 'orange, not met but no bulk unit', truck: { stage: '6' }, firm: { cleanTransport: 'not-met', dailyTruckPasses: 10 } },
  { what: 'red, light', level: 'red', truck: { vehicleType: 'H31' } },
  { what: 'red, stage D', level: 'red', truck: { stage: 'D' } },
  { what: 'red, fuel C', level: 'red', truck: { fuel: 'C', stage: undefined } },
  { what: 'red, fuel X', level: 'red', truck: { fuel: 'X' } },
  { what: 'red, special operation', level: 'red', truck: { vehicleType: 'Z11' } },
  { what: 'red, fire brigade', level: 'red', truck: { useNature: 'I' } },
  { what: 'red, hazmat', level: 'red', truck: { useNature: 'R' } },
  { what: 'red, 10 trucks a day', level: 'red', firm: { dailyTruckPasses: 10 } },
];

function at({ level = 'orange', truck, firm }: Case) {
  return given({ vehicle: vehicle({ stage: '4', ...truck }), enterprise: enterprise(firm), response: response({ level }) }).when(
    arrival(),
  );
}

describe('peak-shift', () => {
  for (const c of HIT) {
    it(`finds measure-hit: ${c.what}`, () => {
      at(c).finds(peakShift, { code: 'measure-hit', proposal: 'refuse', severity: c.level === 'red' ? 'critical' : 'warning' });
    });
  }
  for (const c of FREE) it(`finds nothing: ${c.what}`, () => at(c).findsNothing(peakShift));

  it('finds nothing without a response', () => {
    given({ vehicle: vehicle({ stage: '4' }) })
      .when(arrival())
      .findsNothing(peakShift);
  });

  it('counts ten trucks a day where the policy says at least', () => {
    const policy = structuredClone(xinzhou2021);
    policy.rules['peak-shift'].bulkUnit.comparison = '>=';
    given({ policy, vehicle: vehicle({ stage: '4' }), enterprise: enterprise({ dailyTruckPasses: 10 }), response: response() })
      .when(arrival())
      .finds(peakShift, 'measure-hit');
  });

  it('says level, measure and facts', () => {
    const [finding] = at({ what: '' }).finds(peakShift, 'measure-hit');
    expect(finding?.zh).to.equal('橙色响应：停运国四及以下重型货车（含燃气） · 国四 Q11 · 日均50车次');
    expect(finding?.en).to.match(/^Orange response: no heavy goods vehicles of China 4/);
  });

  const rows: ResponseRow[] = [
    row(1, 'orange', '2021-11-15T12:00', '2021-11-19T00:00', '2021-11-15T10:00'),
    row(2, 'red', '2021-11-16T12:00', '2021-11-19T00:00', '2021-11-16T13:00'),
    row(3, 'orange', '2021-11-17T06:00', '2021-11-18T00:00', '2021-11-17T05:00'),
  ];
  const DAY: [at: string, severity: string | undefined][] = [
    ['2021-11-15T11:59:59.999', undefined],
    ['2021-11-15T12:00', 'warning'],
    ['2021-11-16T12:59:59.999', 'warning'],
    ['2021-11-16T13:00', 'critical'],
    ['2021-11-17T05:59:59.999', 'critical'],
    ['2021-11-17T06:00', 'warning'],
    ['2021-11-17T23:59:59.999', 'warning'],
    ['2021-11-18T00:00', undefined],
  ];
  for (const [when, severity] of DAY) {
    it(`through a response raised, lowered and shortened: ${severity ?? 'free'} at ${when}`, () => {
      const inForce = responseInForce(rows, '140981', t(when), t(when) + 200);
      const found = given({ vehicle: vehicle({ stage: '4' }), ...(inForce && { response: inForce }) }).when(
        arrival({ at: when }),
      );
      if (severity) found.finds(peakShift, { code: 'measure-hit', severity: severity as 'warning' });
      else found.findsNothing(peakShift);
    });
  }
});

function row(seq: number, level: ResponseRow['level'], start: string, end: string, recorded: string): ResponseRow {
  return {
    version: `r/${seq}`,
    id: 'r',
    level,
    counties: ['140900'],
    start: t(start),
    end: t(end),
    recordedAt: t(recorded),
    seq,
    reference: '',
    issuedBy: '',
  };
}
