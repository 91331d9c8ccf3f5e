import { expect } from 'chai';
import type { PlateColor } from '../../../devices/contract/messages.ts';
import { attributeMismatch } from '../../../server/rules/attribute-mismatch.ts';
import { composeDecision } from '../../../server/rules/decision.ts';
import { judgeAll } from '../../../server/rules/index.ts';
import type { Recognition, VehicleFacts } from '../../../server/rules/types.ts';
import { arrival, given, passage, reading, recognition, sighting, vehicle } from '../../support/rules.ts';

const CLASSES: [what: string, vehicleType: string, seen: string | undefined, differs: boolean][] = [
  ['nothing seen', 'H11', undefined, false],
  ['the same code', 'H11', 'H11', false],
  ['another size of goods vehicle', 'H11', 'H31', false],
  ['a tractor unit for a lorry: both goods', 'H11', 'Q11', false],
  ['a car for a lorry, as a code', 'H11', 'K33', true],
  ['a code in lower case and of two characters', 'H11', 'k3', true],
  ['a car for a lorry, as a word', 'H11', 'passenger', true],
  ['a lorry for a car', 'K33', 'goods', true],
  ['a word goes before the code', 'H11', 'goods', false],
  ['a trailer seen on goods', 'Q11', 'trailer', false],
  ['a trailer seen on goods, as a code', 'H11', 'B11', false],
  ['a trailer seen on a car', 'K33', 'trailer', true],
  ['either letter of trailers', 'G11', 'B11', false],
  ['special operation', 'Z51', 'H11', true],
  ['three-wheel', 'N11', 'motorcycle', true],
  ['tractor', 'T11', 'machinery', true],
  ['a letter that names no class', 'H11', 'X99', false],
  ['a registered letter that names no class', 'D11', 'H11', false],
  ['neither a word nor a code', 'H11', 'Kleinwagen', false],
  ['a word in capitals', 'H11', 'Passenger', false],
  ['one character is no code', 'H11', 'K', false],
  ['four characters are no code', 'H11', 'K333', false],
  ['empty', 'H11', '', false],
];

const FUELS: [what: string, color: PlateColor, truck: Partial<VehicleFacts>, differs: boolean][] = [
  ['diesel on green', 'green', { fuel: 'B' }, true],
  ['petrol on yellow-green', 'yellow-green', { fuel: 'A' }, true],
  ['diesel on green, stage unknown', 'green', { fuel: 'B', stage: undefined }, true],
  ['diesel on green, stage D', 'green', { fuel: 'B', stage: 'D' }, false],
  ['diesel on yellow', 'yellow', { fuel: 'B' }, false],
  ['electric on green', 'green', { fuel: 'C' }, false],
  ['hybrid of petrol on green: not exactly A', 'green', { fuel: 'AC' }, false],
  ['gas on green', 'green', { fuel: 'E' }, false],
];

const COLORS: [what: string, facts: Partial<Recognition>, differs: boolean][] = [
  ['registered under another colour', { color: 'blue', otherColors: ['yellow'] }, true],
  ['under two others', { color: 'blue', otherColors: ['green', 'yellow'] }, true],
  ['under none', { color: 'blue' }, false],
  ['read colour other', { color: 'other', otherColors: ['green', 'yellow'] }, false],
  ['a trailer', { outcome: 'trailer', color: 'blue', otherColors: ['yellow'] }, false],
  ['no plate', { outcome: 'unplated', number: '', read: '', otherColors: ['yellow'] }, false],
  ['no form of a plate', { outcome: 'invalid', color: 'blue', otherColors: ['yellow'] }, false],
];

describe('attribute-mismatch', () => {
  for (const [what, vehicleType, seen, differs] of CLASSES) {
    it(`${what}: ${differs ? 'class-differs' : 'nothing'}`, () => {
      given({ vehicle: vehicle({ vehicleType }) })
        .when(arrival({ ...(seen !== undefined && { seen: { vehicleType: seen } }) }))
        .finds(attributeMismatch, ...(differs ? [{ code: 'class-differs', severity: 'info', proposal: 'review' } as const] : []));
    });
  }

  for (const [what, color, truck, differs] of FUELS) {
    it(`${what}: ${differs ? 'fuel-differs' : 'nothing'}`, () => {
      for (const make of [arrival, passage, reading, sighting])
        given({ vehicle: vehicle({ plateColor: color, ...truck }) })
          .when(make({ color }))
          .finds(
            attributeMismatch,
            ...(differs ? [{ code: 'fuel-differs', severity: 'info', proposal: 'review' } as const] : []),
          );
    });
  }

  for (const [what, facts, differs] of COLORS) {
    it(`${what}: ${differs ? 'color-differs' : 'nothing'}`, () => {
      for (const make of [arrival, passage, reading, sighting])
        given({ recognition: recognition({ outcome: 'unregistered', ...facts }) })
          .when(make({ color: facts.color ?? 'yellow' }))
          .finds(
            attributeMismatch,
            ...(differs ? [{ code: 'color-differs', severity: 'info', proposal: 'review' } as const] : []),
          );
    });
  }

  it('asks for the colour that was read, not for the one the plate was matched under', () => {
    given({ vehicle: vehicle({ plateColor: 'green' }) })
      .when(arrival({ color: 'other' }))
      .findsNothing(attributeMismatch);
  });

  it('says nothing of what a pump or a site saw', () => {
    const pump = { ...sighting({ color: 'green' }), kind: 'urea-pump', message: 'fill' } as never;
    given({ vehicle: vehicle({ plateColor: 'green' }) })
      .when(pump)
      .findsNothing(attributeMismatch);
  });

  it('may find class and fuel at once, and the gate asks a person, with both as reasons', () => {
    const truck = vehicle({ plateColor: 'green', fuel: 'B' });
    const observation = arrival({ color: 'green', seen: { vehicleType: 'passenger' } });
    const { context } = given({ vehicle: truck }).when(observation);
    const findings = judgeAll(context, (rule, error) => expect.fail(`${rule}: ${String(error)}`));
    expect(findings.map((f) => f.code)).to.deep.equal(['class-differs', 'fuel-differs']);
    const decision = composeDecision({
      observation,
      recognition: context.recognition!,
      findings,
      policyVersion: 'p',
      at: observation.at,
      speed: 1,
    });
    expect(decision.decision).to.equal('review');
    expect(decision.reasons.map((r) => [r.rule, r.code, r.zh])).to.deep.equal([
      ['attribute-mismatch', 'class-differs', '登记为载货车，识别为载客车'],
      ['attribute-mismatch', 'fuel-differs', '新能源绿牌，登记燃料为柴油'],
    ]);
  });

  it('names the colours under which the number is registered', () => {
    const [finding] = given({
      recognition: recognition({ outcome: 'unregistered', color: 'blue', otherColors: ['green', 'yellow'] }),
    })
      .when(arrival({ color: 'blue' }))
      .finds(attributeMismatch, 'color-differs');
    expect([finding?.zh, finding?.en]).to.deep.equal([
      '晋H12345登记为绿牌、黄牌，识别为蓝牌',
      '晋H12345 is registered as green, yellow, read as blue',
    ]);
  });
});
