import { expect } from 'chai';
import { STAGES } from '../../../devices/contract/answers.ts';
import * as codes from '../../../devices/contract/codes.ts';
import { DIALECTS, isDialect, stageOf, type DialectName } from '../../../devices/contract/dialects.ts';
import { PLATE_COLORS } from '../../../devices/contract/messages.ts';

describe('The official codes', () => {
  const tables: [string, Readonly<Record<string, codes.Name>>, RegExp][] = [
    ['plate types', codes.PLATE_TYPES, /^\d{2}$/],
    ['plate colours', codes.PLATE_COLOR_NAMES, /^[a-z-]+$/],
    ['vehicle types', codes.USUAL_VEHICLE_TYPES, /^[A-Z][1-5][1-9A-G]$/],
    ['fuels', codes.FUELS, /^[A-Z]$/],
    ['stages', codes.STAGE_NAMES, /^([0-6D]|unknown)$/],
    ['use natures', codes.USE_NATURES, /^[0A-Z]$/],
  ];
  for (const [what, table, form] of tables) {
    it(`of ${what} have their form and a name in both languages`, () => {
      for (const [code, { zh, en }] of Object.entries(table)) {
        expect(code).to.match(form);
        expect(zh, code).to.match(/[\u4e00-\u9fff]/);
        expect(en, code).to.match(/^[\x20-\x7e]+$/);
      }
    });
  }

  it('name every colour and stage of the contract', () => {
    expect(Object.keys(codes.PLATE_COLOR_NAMES)).to.have.members([...PLATE_COLORS]);
    expect(Object.keys(codes.STAGE_NAMES)).to.have.members([...STAGES, 'unknown']);
  });

  it('make the name of a vehicle type from its characters', () => {
    expect(codes.vehicleTypeName('H17')).to.deep.equal({ zh: '重型自卸货车', en: 'heavy goods vehicle, dump' });
    expect(codes.vehicleTypeName('H32')?.zh).to.equal('轻型厢式货车');
    expect(codes.vehicleTypeName('B11')?.zh).to.equal('重型普通半挂车');
    expect(codes.vehicleTypeName('Q11')?.zh).to.equal('重型半挂牵引车');
    expect(codes.vehicleTypeName('K33')?.zh).to.equal('载客汽车');
    expect(codes.vehicleTypeName('?')).to.equal(null);
  });

  it('hold every heavy goods vehicle that rules speak of', () => {
    for (const code of ['H11', 'H19', 'H1A', 'H1G', 'Q11', 'Q12', 'Z51', 'Z52'])
      expect(codes.USUAL_VEHICLE_TYPES).to.have.property(code);
  });
});

describe('The dialects', () => {
  it('are known by name only', () => {
    expect(isDialect('env-gate')).to.equal(true);
    for (const name of ['', 'toString', 'ENV-GATE', 'env_gate']) expect(isDialect(name), name).to.equal(false);
  });

  const stages: [DialectName, string | number, string | undefined][] = [
    ['env-gate', 0, '0'], ['env-gate', 'D', 'D'], ['env-gate', 'X', 'unknown'], ['env-gate', '7', undefined],
    ['gate-front-end', 0, 'unknown'], ['gate-front-end', 6, '6'], ['gate-front-end', 'D', undefined],
    ['inspection-platform', 0, '0'], ['inspection-platform', '99', 'D'], ['inspection-platform', 'D', undefined],
    ['transport-contractor', 1, '5'], ['transport-contractor', 4, '6'], ['transport-contractor', 5, 'D'], ['transport-contractor', 0, undefined],
    ['etc-toll', 1, undefined],
  ]; // prettier-ignore
  for (const [dialect, code, stage] of stages) {
    it(`say that stage ${code} of ${dialect} is ${stage ?? 'no code'}`, () => expect(stageOf(dialect, code)).to.equal(stage));
  }

  it('map onto words of the contract only, and no two codes of a table to one colour', () => {
    for (const { plateColor = {} } of Object.values(DIALECTS)) {
      const words = Object.values(plateColor);
      expect(words.every((word) => PLATE_COLORS.includes(word))).to.equal(true);
      expect(new Set(words).size).to.equal(words.length);
    }
  });
});
