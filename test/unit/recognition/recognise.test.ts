import { expect } from 'chai';
import fc from 'fast-check';
import { differsByOneConfusable, skeletonOf } from '../../../server/recognition/skeleton.ts';
import { recognise } from '../../../server/recognition/recognise.ts';
import type { PlateColor } from '../../../devices/contract/messages.ts';
import type { RecognitionOutcome, VehicleFacts } from '../../../server/rules/types.ts';
import { vehicle } from '../../support/rules.ts';

const registered: VehicleFacts[] = [
  vehicle({ plateNumber: '晋H12345', plateColor: 'yellow' }),
  vehicle({ plateNumber: '晋H80086', plateColor: 'yellow', vin: 'two' }),
  vehicle({ plateNumber: '晋H80086', plateColor: 'blue', vin: 'three', vehicleType: 'K33' }),
  vehicle({ plateNumber: '晋HQ0001', plateColor: 'yellow', vin: 'four' }),
  vehicle({ plateNumber: '晋HD0002', plateColor: 'yellow', vin: 'five' }),
  vehicle({ plateNumber: '晋H00002', plateColor: 'yellow', vin: 'six' }),
  vehicle({ plateNumber: '晋H5555挂', plateColor: 'yellow', vin: 'seven', vehicleType: 'B11' }),
];

interface Case {
  number: string;
  color?: PlateColor;
  type?: string;
  seen?: string;
  outcome: RecognitionOutcome;
  becomes?: string;
}

const CASES: Case[] = [
  { number: '', outcome: 'unplated', becomes: '' },
  { number: '无牌', type: '15', outcome: 'unplated', becomes: '' },
  { number: ' · ', outcome: 'unplated', becomes: '' },
  { number: '晋H5555挂', outcome: 'trailer' },
  { number: '晋H12345', type: '15', outcome: 'trailer' },
  { number: '晋H12345', outcome: 'matched' },
  { number: '晋h·12345', outcome: 'matched' },
  { number: '晋H12345', color: 'other', outcome: 'matched' },
  { number: '晋H80086', color: 'blue', outcome: 'matched' },
  { number: '晋H80086', color: 'other', outcome: 'unregistered' },
  { number: '晋H80086', color: 'white', outcome: 'unregistered' },
  { number: '晋H1234S', outcome: 'corrected', becomes: '晋H12345' },
  { number: '晋HI2345', outcome: 'matched', becomes: '晋H12345' },
  { number: '晋HT2345', outcome: 'corrected', becomes: '晋H12345' },
  { number: '晋HTZ345', outcome: 'unregistered' },
  { number: '晋H1234S', color: 'other', outcome: 'unregistered' },
  { number: '晋H1234S', color: 'blue', outcome: 'unregistered' },
  { number: '晋H1234S', seen: 'goods', outcome: 'corrected', becomes: '晋H12345' },
  { number: '晋H1234S', seen: 'H11', outcome: 'corrected', becomes: '晋H12345' },
  { number: '晋H1234S', seen: 'k33', outcome: 'unregistered' },
  { number: '晋H1234S', seen: 'passenger', outcome: 'unregistered' },
  { number: '晋H1234S', seen: 'trailer', outcome: 'corrected', becomes: '晋H12345' },
  { number: '晋H1234S', seen: 'lorry', outcome: 'corrected', becomes: '晋H12345' },
  { number: '晋H0Q002', outcome: 'corrected', becomes: '晋H00002' },
  { number: '晋HQ0002', outcome: 'unregistered' },
  { number: '晋HQ000T', outcome: 'corrected', becomes: '晋HQ0001' },
  { number: '晋H12', outcome: 'invalid' },
  { number: '晋H99999', outcome: 'unregistered' },
  { number: '京京12345', outcome: 'invalid' },
  { number: '😀😀😀', outcome: 'invalid' },
];

function look(number: string, color: PlateColor, type?: string, seen?: string) {
  const skeleton = skeletonOf(number);
  const candidates = registered.filter(
    (v) => skeletonOf(v.plateNumber) === skeleton || skeletonOf(v.plateNumber) === skeletonOf(normal(number)),
  );
  return recognise({ number, color, type }, { vehicleType: seen }, candidates);
}

function normal(number: string) {
  return recognise({ number, color: 'other' }, undefined, []).read;
}

describe('recognising a plate', () => {
  for (const { number, color = 'yellow', type, seen, outcome, becomes } of CASES) {
    it(`takes ${JSON.stringify(number)}, ${color}${type ? `, type ${type}` : ''}${seen ? `, seen as ${seen}` : ''} for ${outcome}`, () => {
      const found = look(number, color, type, seen);
      expect(found.outcome).to.equal(outcome);
      if (becomes !== undefined) expect(found.number).to.equal(becomes);
      expect(found.vehicle === undefined).to.equal(outcome !== 'matched' && outcome !== 'corrected');
    });
  }

  it('keeps the raw read of a corrected plate', () => {
    expect(look('晋H1234S', 'yellow')).to.include({ read: '晋H1234S', number: '晋H12345' });
  });

  it('puts a plate of colour other under the one colour registered', () => {
    expect(look('晋H12345', 'other').color).to.equal('yellow');
  });

  it('names the other colours of an unregistered plate', () => {
    expect(look('晋H80086', 'white').otherColors).to.deep.equal(['blue', 'yellow']);
    expect(look('晋H80086', 'white').others).to.have.length(2);
    expect(look('晋H99999', 'white')).to.not.have.any.keys('otherColors', 'others');
  });

  it('corrects a malformed number that can be corrected', () => {
    const odd = vehicle({ plateNumber: '晋H1234', plateColor: 'yellow' });
    expect(recognise({ number: '晋H123A', color: 'yellow' }, undefined, [odd]).outcome).to.equal('corrected');
  });

  it('does not correct where two vehicles could be meant, though the class speaks for one', () => {
    const two = [vehicle({ plateNumber: '晋HQ1112' }), vehicle({ plateNumber: '晋HD1112', vehicleType: 'K33', vin: 'x' })];
    expect(recognise({ number: '晋H01112', color: 'yellow' }, { vehicleType: 'goods' }, two).outcome).to.equal('unregistered');
  });
});

describe('confusable characters', () => {
  const GROUPS = ['0DQ', '8B', '2Z', '5S', '17TL', '6G', '4A', 'MN', 'VY', 'UJ'];

  it('gives a number and each of its misreads the same skeleton', () => {
    const character = fc.constantFrom(...'0123456789ABCDEFGHJKLMNPQRSTUVWXYZ挂😀');
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 8 }), fc.nat(), fc.nat(), (characters, place, pick) => {
        const at = place % characters.length;
        const group = [...(GROUPS.find((g) => g.includes(characters[at] as string)) ?? '')].filter((c) => c !== characters[at]);
        const other = characters.slice();
        if (group.length === 0) return;
        other[at] = group[pick % group.length] as string;
        expect(skeletonOf(other.join(''))).to.equal(skeletonOf(characters.join('')));
        expect(differsByOneConfusable(characters.join(''), other.join(''))).to.equal(true);
      }),
    );
  });

  it('wants exactly one place and a confusable pair', () => {
    expect(differsByOneConfusable('晋H12345', '晋H12345')).to.equal(false);
    expect(differsByOneConfusable('晋H12345', '晋H12346')).to.equal(false);
    expect(differsByOneConfusable('晋H12345', '晋HTZ345')).to.equal(false);
    expect(differsByOneConfusable('晋H12345', '晋H123456')).to.equal(false);
    expect(differsByOneConfusable('晋H1😀345', '晋H1😀34S')).to.equal(true);
  });
});
