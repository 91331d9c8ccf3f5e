import type { EnterpriseFacts, VehicleFacts } from '../../../server/rules/types.ts';
import { planningArea } from '../../../server/rules/planning-area.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { arrival, enterprise, given, sighting, vehicle } from '../../support/rules.ts';

interface Case {
  what: string;
  at?: string;
  truck?: Partial<VehicleFacts>;
  firm?: Partial<EnterpriseFacts>;
  smaller?: boolean;
}

const REFUSED: Case[] = [
  { what: 'China 5 at 2021-10-01 00:00', at: '2021-10-01T00:00' },
  { what: 'China 5 of a power station', firm: { industry: 'power' } },
  { what: 'a spur does not exempt here', firm: { railSpurSince: 0 } },
  { what: 'a light gas van', truck: { vehicleType: 'H31', fuel: 'E' } },
  { what: 'exactly 1 500 000 t', firm: { annualFreightTonnes: 1_500_000 } },
  { what: 'a smaller one, where the policy’s switch is on', firm: { annualFreightTonnes: 1 }, smaller: true },
];

const PASSES: Case[] = [
  { what: 'a millisecond before October', at: '2021-09-30T23:59:59.999' },
  { what: 'China 6', truck: { stage: '6' } },
  { what: 'new-energy', truck: { fuel: 'C' } },
  { what: 'unknown stage', truck: { stage: undefined } },
  { what: 'outside the planning area', firm: { planningArea: false } },
  { what: 'a steel works', firm: { industry: 'steel' } },
  { what: '1 499 999 t', firm: { annualFreightTonnes: 1_499_999 } },
  { what: 'a coach', truck: { vehicleType: 'K11' } },
];

function at({ at: when = '2021-11-15T08:00', truck, firm, smaller = false }: Case) {
  const policy = structuredClone(xinzhou2021);
  policy.rules['planning-area'].smallerEnterprises = smaller;
  const facts = { policy, vehicle: vehicle({ stage: '5', ...truck }), enterprise: enterprise({ planningArea: true, ...firm }) };
  return given(facts).when(arrival({ at: when }));
}

describe('planning-area', () => {
  for (const c of REFUSED) {
    it(`finds not-clean-road: ${c.what}`, () =>
      at(c).finds(planningArea, { code: 'not-clean-road', severity: 'warning', proposal: 'refuse' }));
  }
  for (const c of PASSES) it(`finds nothing: ${c.what}`, () => at(c).findsNothing(planningArea));

  it('is a gate rule', () => {
    given({ vehicle: vehicle({ stage: '5' }), enterprise: enterprise({ planningArea: true }) })
      .when(sighting())
      .findsNothing(planningArea);
  });
});
