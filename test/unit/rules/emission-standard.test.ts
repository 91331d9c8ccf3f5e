import type { EnterpriseFacts, VehicleFacts } from '../../../server/rules/types.ts';
import { emissionStandard } from '../../../server/rules/emission-standard.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { expect } from 'chai';
import { arrival, enterprise, given, passage, sighting, t, vehicle } from '../../support/rules.ts';

interface Case {
  what: string;
  at?: string;
  truck?: Partial<VehicleFacts>;
  firm?: Partial<EnterpriseFacts>;
  proposal?: 'refuse' | 'review';
}

const IN_2022 = '2022-01-01T00:00';
const LAST_OF_2021 = '2021-12-31T23:59:59.999';

const REFUSED: Case[] = [
  { what: 'China 5 at the first moment of 2022', at: IN_2022, truck: { stage: '5' } },
  { what: 'China 4 at the last millisecond of 2021', at: LAST_OF_2021, truck: { stage: '4' } },
  { what: 'China 0', truck: { stage: '0' } },
  { what: 'a light petrol van', truck: { vehicleType: 'H31', fuel: 'A', stage: '4' } },
  { what: 'a gas tractor', truck: { fuel: 'E', stage: '4' } },
  { what: 'a hybrid of petrol and electricity', truck: { fuel: 'AC', stage: '4' } },
  { what: 'exactly 1 500 000 t', truck: { stage: '4' }, firm: { annualFreightTonnes: 1_500_000 } },
  { what: 'a spur in use a millisecond later', truck: { stage: '4' }, firm: { railSpurSince: t('2021-11-15T08:00') + 1 } },
  {
    what: 'before the plan was published: at most review',
    at: '2021-05-26T23:59:59.999',
    truck: { stage: '4' },
    proposal: 'review',
  },
  { what: 'from the day of the plan', at: '2021-05-27T00:00', truck: { stage: '4' } },
];

const PASSES: Case[] = [
  { what: 'China 5 at the last millisecond of 2021', at: LAST_OF_2021, truck: { stage: '5' } },
  { what: 'China 6 in 2022', at: IN_2022, truck: { stage: '6' } },
  { what: 'China 4 before 2021', at: '2020-12-31T23:59:59.999', truck: { stage: '4' } },
  { what: 'an unknown stage', truck: { stage: undefined } },
  { what: 'stage D', truck: { stage: 'D' } },
  { what: 'fuel C with a stage of record', truck: { fuel: 'C', stage: '4' } },
  { what: 'fuel P', truck: { fuel: 'P', stage: '4' } },
  { what: 'fuel X', truck: { fuel: 'X', stage: '4' } },
  { what: 'a bus', truck: { vehicleType: 'K11', stage: '3' } },
  { what: 'a special-operation vehicle', truck: { vehicleType: 'Z51', stage: '3' } },
  { what: '1 499 999 t', truck: { stage: '4' }, firm: { annualFreightTonnes: 1_499_999 } },
  { what: 'a spur in use from that very moment', truck: { stage: '4' }, firm: { railSpurSince: t('2021-11-15T08:00') } },
  { what: 'logistics, not industrial', truck: { stage: '4' }, firm: { industry: 'logistics' } },
  { what: 'construction, not industrial', truck: { stage: '4' }, firm: { industry: 'construction' } },
  { what: 'other, not industrial', truck: { stage: '4' }, firm: { industry: 'other' } },
];

function at({ at: when = '2021-11-15T08:00', truck, firm }: Case) {
  return given({ vehicle: vehicle(truck), enterprise: enterprise(firm) }).when(arrival({ at: when }));
}

describe('emission-standard', () => {
  for (const c of REFUSED) {
    it(`finds below-stage: ${c.what}`, () => {
      at(c).finds(emissionStandard, {
        code: 'below-stage',
        severity: 'warning',
        proposal: c.proposal ?? 'refuse',
        status: 'confirmed',
      });
    });
  }
  for (const c of PASSES) it(`finds nothing: ${c.what}`, () => at(c).findsNothing(emissionStandard));

  it('judges passages too, of either direction and outcome, each by itself', () => {
    const china4 = given({ vehicle: vehicle({ stage: '4' }) });
    for (const message of [passage({ direction: 'out' }), passage({ outcome: 'turned-back' }), arrival({ direction: 'out' })]) {
      china4.when(message).finds(emissionStandard, { code: 'below-stage', subject: message.ref, proposal: 'refuse' });
    }
  });

  it('judges a corrected plate as well', () => {
    const truck = vehicle({ stage: '4' });
    given({
      vehicle: truck,
      recognition: { outcome: 'corrected', number: '晋H12345', color: 'yellow', read: '晋H1234S', vehicle: truck },
    })
      .when(arrival())
      .finds(emissionStandard, 'below-stage');
  });

  it('is a rule of gates, and of gates with an enterprise', () => {
    given({ vehicle: vehicle({ stage: '4' }) })
      .when(sighting())
      .findsNothing(emissionStandard);
    given({ vehicle: vehicle({ stage: '4' }), enterprise: undefined as never })
      .when(arrival())
      .findsNothing(emissionStandard);
  });

  it('is without effect on a plate between two owners: whoever is registered at the moment is judged', () => {
    const sold = vehicle({ stage: '4', version: 'vehicles/a/1' });
    const bought = vehicle({ stage: '6', version: 'vehicles/a/2', vin: 'other', validFrom: t('2021-11-15T08:00') });
    given({ vehicle: sold })
      .when(arrival({ at: '2021-11-15T07:59:59.999' }))
      .finds(emissionStandard, 'below-stage');
    given({ vehicle: bought })
      .when(arrival({ at: '2021-11-15T08:00' }))
      .findsNothing(emissionStandard);
  });

  it('says why in one sentence of facts, with its basis', () => {
    const [finding] = at({ what: '', at: IN_2022, truck: { stage: '4' } }).finds(emissionStandard, 'below-stage');
    expect(finding?.zh).to.equal('国四 < 要求国六 · 年货运量210万吨');
    expect(finding?.en).to.equal('China 4 < required China 6 · freight 2.1 Mt a year');
    expect(finding?.basis[0]).to.include({ number: '忻政办发〔2021〕50号', article: '第15条' });
    expect(finding).to.deep.include({
      measured: { stage: '4', annualFreightTonnes: 2_100_000 },
      limit: { stage: 6, minAnnualFreightTonnes: 1_500_000 },
    });
  });

  it('heeds the policy where a spur does not exempt', () => {
    const policy = structuredClone(xinzhou2021);
    policy.rules['emission-standard'].spurExempts = false;
    given({ policy, vehicle: vehicle({ stage: '4' }), enterprise: enterprise({ railSpurSince: 0 }) })
      .when(arrival())
      .finds(emissionStandard, 'below-stage');
  });
});
