import { expect } from 'chai';
import { matchesPredicate } from '../../../server/rules/predicate.ts';
import * as words from '../../../server/rules/words.ts';
import type { VehiclePredicate } from '../../../server/policy/types.ts';
import type { VehicleFacts } from '../../../server/rules/types.ts';
import { vehicle } from '../../support/rules.ts';

const FUELS: [
  fuel: string,
  stage: VehicleFacts['stage'],
  newEnergy: boolean,
  diesel: boolean,
  gas: boolean,
  number: number | undefined,
][] = [
  ['B', '4', false, true, false, 4],
  ['BO', '5', false, true, false, 5],
  ['A', '0', false, false, false, 0],
  ['E', '6', false, false, true, 6],
  ['F', '3', false, false, true, 3],
  ['BE', '5', false, true, true, 5],
  ['AC', '4', false, false, false, 4],
  ['C', undefined, true, false, false, undefined],
  ['C', '4', true, false, false, undefined],
  ['P', undefined, true, false, false, undefined],
  ['X', undefined, true, false, false, undefined],
  ['B', 'D', true, false, false, undefined],
  ['E', 'D', true, false, false, undefined],
  ['B', undefined, false, true, false, undefined],
];

describe('words for vehicles', () => {
  for (const [fuel, stage, newEnergy, diesel, gas, number] of FUELS) {
    it(`fuel ${fuel}, stage ${stage ?? 'unknown'}`, () => {
      const it = vehicle({ fuel, stage });
      expect([words.isNewEnergy(it), words.isDiesel(it), words.isGas(it), words.stageNumber(it)]).to.deep.equal([
        newEnergy,
        diesel,
        gas,
        number,
      ]);
      expect(words.isStageUnknown(it)).to.equal(stage === undefined && !newEnergy);
      expect(words.isBelowStage(it, 6)).to.equal(number !== undefined && number < 6);
    });
  }

  it('sizes speak of goods vehicles only', () => {
    const sizes = (vehicleType: string) => [words.isHeavy, words.isMedium, words.isLight].map((is) => is({ vehicleType }));
    expect(sizes('H11')).to.deep.equal([true, false, false]);
    expect(sizes('Q21')).to.deep.equal([false, true, false]);
    expect(sizes('H37')).to.deep.equal([false, false, true]);
    expect(sizes('H41')).to.deep.equal([false, false, false]);
    expect(sizes('Z11')).to.deep.equal([false, false, false]);
    expect(sizes('K11')).to.deep.equal([false, false, false]);
  });

  it('use natures', () => {
    const use = (useNature: string) => [words.isEmergency, words.isHazmat, words.isCommercial].map((is) => is({ useNature }));
    expect(use('F')).to.deep.equal([false, false, true]);
    expect(use('R')).to.deep.equal([false, true, true]);
    expect(use('I')).to.deep.equal([true, false, false]);
    expect(use('A')).to.deep.equal([false, false, false]);
  });

  it('a stage of record that is none is unknown, never China 0', () => {
    expect(words.stageOfRecord('unknown')).to.equal(undefined);
    expect(words.stageOfRecord('')).to.equal(undefined);
    expect(words.stageOfRecord('0')).to.equal('0');
    expect(words.stageOfRecord('D')).to.equal('D');
  });
});

const PREDICATES: [what: string, predicate: VehiclePredicate | undefined, facts: Partial<VehicleFacts>, matches: boolean][] = [
  ['absent: heavy goods diesel', undefined, {}, true],
  ['absent: not a medium one', undefined, { vehicleType: 'H21' }, false],
  ['absent: not gas', undefined, { fuel: 'E' }, false],
  ['absent: unknown stage all the same', undefined, { stage: undefined }, true],
  ['absent: not new-energy by stage', undefined, { stage: 'D' }, false],
  ['empty: everything', {}, { vehicleType: 'K33', fuel: 'C' }, true],
  ['empty arrays: everything', { classes: [], sizes: [], fuels: [], types: [] }, { vehicleType: 'K33' }, true],
  ['classes', { classes: ['special'] }, { vehicleType: 'Z51' }, true],
  ['classes, another', { classes: ['special'] }, {}, false],
  ['classes, a tram has none', { classes: ['goods'] }, { vehicleType: 'D11' }, false],
  ['sizes, one of them', { sizes: ['medium', 'light'] }, { vehicleType: 'H31' }, true],
  ['fuels, a letter contained', { fuels: ['B', 'E'] }, { fuel: 'BO' }, true],
  ['fuels never match new-energy', { fuels: ['C'] }, { fuel: 'C' }, false],
  ['stageMax, at it', { stageMax: 4 }, { stage: '4' }, true],
  ['stageMax, above it', { stageMax: 4 }, { stage: '5' }, false],
  ['stageMax never matches an unknown stage', { stageMax: 4 }, { stage: undefined }, false],
  ['stageMax never matches new-energy', { stageMax: 4 }, { stage: '3', fuel: 'C' }, false],
  ['types, whole', { types: ['Q11'] }, {}, true],
  ['types, no prefix without a star', { types: ['Q1'] }, {}, false],
  ['types, with a star', { types: ['Z5*'] }, { vehicleType: 'Z51' }, true],
  ['every member must hold', { sizes: ['heavy'], stageMax: 4 }, { stage: '5' }, false],
];

describe('the predicate of zones and measures', () => {
  for (const [what, predicate, facts, matches] of PREDICATES) {
    it(what, () => expect(matchesPredicate(vehicle(facts), predicate)).to.equal(matches));
  }
});
