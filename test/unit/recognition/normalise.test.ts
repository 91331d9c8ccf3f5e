import { expect } from 'chai';
import { normalisePlate } from '../../../server/recognition/normalise.ts';
import { isPlateForm } from '../../../server/recognition/forms.ts';

const CASES: [read: string, normal: string][] = [
  ['晋H12345', '晋H12345'],
  [' 晋H·12345 ', '晋H12345'],
  ['晋h12a45', '晋H12A45'],
  ['晋Ｈ１２３４５', '晋H12345'],
  ['晋H\u200b123\u200d45\ufeff\u2060', '晋H12345'],
  ['晋H-12‐3‑4‒5', '晋H12345'],
  ['晋H–1—2―3−45', '晋H12345'],
  ['晋H•1‧2・3.45', '晋H12345'],
  ['晋H\u00a012\u3000345\t\u0085', '晋H12345'],
  ['晋HO1I45', '晋H01145'],
  ['晋OO1I45', '晋O01145'],
  ['晋I12345', '晋I12345'],
  ['晋Н123АВ', '晋H123AB'],
  ['晋н123а5', '晋H123A5'],
  ['晋HО123І', '晋H01231'],
  ['晋Η12Β45', '晋H12B45'],
  ['晋HΟ23Ι5', '晋H02315'],
  ['晋HЅЈХ12', '晋HSJX12'],
  ['𠮷O1O', '𠮷O10'],
  ['晋H1234挂', '晋H1234挂'],
  ['', ''],
  [' ·- ', ''],
  ['无 牌', '无牌'],
  ['晋H😀oi', '晋H😀01'],
];

describe('normalising plate numbers', () => {
  for (const [read, normal] of CASES) {
    it(`reads ${JSON.stringify(read)} as ${normal || 'nothing'}`, () => {
      expect(normalisePlate(read)).to.equal(normal);
    });
  }

  it('leaves what it has normalised as it is', () => {
    for (const [read] of CASES) expect(normalisePlate(normalisePlate(read))).to.equal(normalisePlate(read));
  });
});

const FORMS: [number: string, exists: boolean][] = [
  ['晋H12345', true],
  ['晋H1234挂', true],
  ['晋H1234领', true],
  ['粤Z1234港', true],
  ['晋H123I5', false],
  ['晋H123O5', false],
  ['晋H1234', false],
  ['晋H123456', false],
  ['晋H12345D', true],
  ['晋H12345L', false],
  ['晋HD12345', true],
  ['晋HDA2345', true],
  ['晋HDAB345', false],
  ['晋HL12345', false],
  ['晋112345', false],
  ['晋X1234应急', true],
  ['晋H1234应急', false],
  ['WJ12345', true],
  ['WJ晋1234X', true],
  ['WJ晋1234I', false],
  ['WJ晋1234', false],
  ['军A12345', true],
  ['军A1234', false],
  ['使123456', true],
  ['123456使', true],
  ['12345使', false],
  ['X晋H12345', false],
  ['晋H12345\n', false],
  ['ＡH12345', false],
  ['😀H12345', false],
];

describe('forms of plate numbers', () => {
  for (const [number, exists] of FORMS) {
    it(`${exists ? 'knows' : 'does not know'} ${JSON.stringify(number)}`, () => {
      expect(isPlateForm(number)).to.equal(exists);
    });
  }
});
