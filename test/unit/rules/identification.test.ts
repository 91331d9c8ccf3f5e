import { expect } from 'chai';
import type { Recognition, VehicleFacts } from '../../../server/rules/types.ts';
import { identification } from '../../../server/rules/identification.ts';
import { arrival, given, passage, reading, recognition, sighting, vehicle } from '../../support/rules.ts';

const GATE: [what: string, read: Partial<Recognition>, truck: Partial<VehicleFacts> | undefined, codes: string[]][] = [
  ['no plate', { outcome: 'unplated', number: '', read: '' }, undefined, ['unplated-vehicle']],
  ['a trailer', { outcome: 'trailer', number: '晋H1234挂', read: '晋H1234挂' }, undefined, ['trailer-plate']],
  ['a corrected plate', { outcome: 'corrected', read: '晋H1234S' }, {}, ['plate-corrected']],
  [
    'a corrected plate of unknown stage',
    { outcome: 'corrected', read: '晋H1234S' },
    { stage: undefined },
    ['plate-corrected', 'stage-unknown'],
  ],
  ['no plate number', { outcome: 'invalid', number: '😀'.repeat(64), read: '😀'.repeat(64) }, undefined, ['invalid-plate']],
  ['not registered', { outcome: 'unregistered', number: '晋H99999', read: '晋H99999' }, undefined, ['unregistered-vehicle']],
  ['matched', {}, {}, []],
  ['a goods vehicle of unknown stage', {}, { stage: undefined }, ['stage-unknown']],
  ['China 0 is known', {}, { stage: '0' }, []],
  ['a passenger car of unknown stage', {}, { stage: undefined, vehicleType: 'K33' }, []],
  ['new-energy is never of unknown stage', {}, { stage: undefined, fuel: 'C' }, []],
  ['a hybrid of unknown stage', {}, { stage: undefined, fuel: 'AC' }, ['stage-unknown']],
];

function facts(read: Partial<Recognition>, truck: Partial<VehicleFacts> | undefined) {
  const registered = truck && vehicle(truck);
  return {
    recognition: recognition({ ...read, ...(registered && { vehicle: registered }) }),
    ...(registered && { vehicle: registered }),
  };
}

describe('identification', () => {
  for (const [what, read, truck, codes] of GATE) {
    it(`at a gate: ${what}: ${codes.join(', ') || 'nothing'}`, () => {
      for (const message of [arrival(), passage({ direction: 'out', outcome: 'turned-back' })]) {
        const findings = given(facts(read, truck))
          .when(message)
          .finds(identification, ...codes);
        for (const finding of findings) {
          expect(finding.proposal).to.equal('review');
          expect(finding.severity).to.equal(finding.code === 'unplated-vehicle' ? 'warning' : 'info');
          expect(finding.subject).to.equal(message.ref);
        }
      }
    });

    const onRoad = codes.filter((code) => code === 'unplated-vehicle');
    it(`on the road: ${what}: ${onRoad.join(', ') || 'nothing'}`, () => {
      for (const message of [sighting(), reading()])
        given(facts(read, truck))
          .when(message)
          .finds(identification, ...onRoad);
    });
  }

  it('does not look for plates at a urea pump', () => {
    const fill = { ...arrival(), kind: 'urea-pump', message: 'fill' } as never;
    given(facts({ outcome: 'unplated', number: '', read: '' }, undefined))
      .when(fill)
      .findsNothing(identification);
  });
});
