import { expect } from 'chai';
import type { VehicleFacts } from '../../../server/rules/types.ts';
import { judgeRoadDay, listedOnRoad, phaseOut } from '../../../server/rules/phase-out.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { arrival, expectWellFormed, given, passage, reading, sighting, t, vehicle } from '../../support/rules.ts';

const AT = '2021-11-15T08:00';

const CASES: [what: string, truck: Partial<VehicleFacts>, codes: string[]][] = [
  ['commercial diesel of China 3', { stage: '3' }, ['phase-out-listed']],
  ['commercial diesel of China 0, light', { stage: '0', vehicleType: 'H31' }, ['phase-out-listed']],
  ['hazmat diesel of China 3', { stage: '3', useNature: 'R' }, ['phase-out-listed']],
  ['China 4', { stage: '4' }, []],
  ['unknown stage', { stage: undefined }, []],
  ['private China 3', { stage: '3', useNature: 'A' }, []],
  ['gas of China 3', { stage: '3', fuel: 'E' }, []],
  ['a bus of China 3', { stage: '3', vehicleType: 'K11' }, []],
  ['new-energy', { stage: 'D', fuel: 'B' }, []],
  ['scrapped', { status: 'scrapped' }, ['past-scrap']],
  ['deregistered, whatever it is', { status: 'deregistered', vehicleType: 'K33', fuel: 'C' }, ['past-scrap']],
  ['in the last millisecond of its scrap day', { scrapDue: t(AT) + 1 }, []],
  ['when its scrap day has just ended', { scrapDue: t(AT) }, ['past-scrap']],
  ['both', { stage: '3', status: 'scrapped' }, ['past-scrap', 'phase-out-listed']],
];

describe('phase-out', () => {
  for (const [what, truck, codes] of CASES) {
    it(`${what}: ${codes.join(' and ') || 'nothing'}`, () => {
      const findings = given({ vehicle: vehicle(truck) })
        .when(arrival())
        .finds(phaseOut, ...codes);
      for (const { code, severity, proposal } of findings) {
        expect([severity, proposal]).to.deep.equal(code === 'past-scrap' ? ['critical', 'refuse'] : ['warning', 'review']);
      }
      expect(listedOnRoad(vehicle(truck), t(AT), xinzhou2021)).to.deep.equal(codes);
    });
  }

  it('judges corrected plates at gates, out as in', () => {
    const truck = vehicle({ stage: '3' });
    const facts = {
      vehicle: truck,
      recognition: {
        outcome: 'corrected' as const,
        number: '晋H12345',
        color: 'yellow' as const,
        read: '晋H1234S',
        vehicle: truck,
      },
    };
    given(facts)
      .when(passage({ direction: 'out' }))
      .finds(phaseOut, 'phase-out-listed');
  });

  it('leaves stations and checkpoints to their day', () => {
    for (const message of [sighting(), reading()])
      given({ vehicle: vehicle({ stage: '3' }) })
        .when(message)
        .findsNothing(phaseOut);
  });

  it('names the scrap day itself, not the midnight after it', () => {
    const [finding] = given({ vehicle: vehicle({ scrapDue: t('2021-11-15T00:00') }) })
      .when(arrival())
      .finds(phaseOut, 'past-scrap');
    expect(finding?.zh).to.contain('2021-11-14');
  });
});

describe('a day on the road', () => {
  const old = vehicle({ stage: '3' });
  const seen = (observation: ReturnType<typeof sighting>, truck = old) => ({ observation, vehicle: truck, policy: xinzhou2021 });
  const first = sighting({ at: '2021-11-15T00:00', id: 'a' });
  const second = reading({ at: '2021-11-15T09:00', id: 'b' });
  const third = sighting({ at: '2021-11-15T23:59:59.999', id: 'c' });

  it('is one finding at its first sighting, with the count and the last', () => {
    const findings = judgeRoadDay([seen(third), seen(first), seen(second)]);
    expect(findings).to.have.length(1);
    expect(findings[0]).to.deep.include({
      code: 'phase-out-listed',
      subject: `${old.vin}|2021-11-15`,
      at: first.at,
      observations: [first.ref],
      count: 3,
      last: third.ref,
    });
    findings.forEach(expectWellFormed);
  });

  it('is two findings for a vehicle that is both, each with its own first', () => {
    const scrapped = { ...old, status: 'scrapped' as const };
    const findings = judgeRoadDay([seen(first), seen(second, scrapped), seen(third, scrapped)]);
    expect(findings.map(({ code, observations, count }) => [code, observations, count])).to.deep.equal([
      ['past-scrap', [second.ref], 2],
      ['phase-out-listed', [first.ref], 3],
    ]);
  });

  it('is nothing for a clean vehicle, or without sightings', () => {
    expect(judgeRoadDay([seen(first, vehicle())])).to.deep.equal([]);
    expect(judgeRoadDay([])).to.deep.equal([]);
  });

  it('orders equal moments by kind, device and id', () => {
    const [camera, station] = [sighting({ id: 'z' }), reading({ id: 'a' })];
    expect(judgeRoadDay([seen(station), seen(camera)])[0]?.observations).to.deep.equal([camera.ref]);
  });
});
