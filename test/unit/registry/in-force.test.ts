import { expect } from 'chai';
import { SINCE_EVER } from '../../../server/policy/types.ts';
import { allInForce, inForce, registrationOfVin } from '../../../server/registry/in-force.ts';
import type { Versioned, VersionMark } from '../../../server/registry/types.ts';
import type { VehicleFacts } from '../../../server/rules/types.ts';

/** [name, validFrom, validTo, recordedAt] in the order of their recording */
type Row = [string, number, number | undefined, number];

const version = ([name, validFrom, validTo, recordedAt]: Row, i: number): VersionMark & { name: string } => ({
  name,
  key: 'k',
  validFrom,
  ...(validTo !== undefined && { validTo }),
  recordedAt,
  seq: i + 1,
});

describe('which version of a key is in force', () => {
  const cases: [what: string, versions: Row[], at: number, knownBy: number, expected: string | undefined][] = [
    ['none at all', [], 100, 100, undefined],
    ['the first row without validFrom, at any time', [['a', SINCE_EVER, undefined, 50]], SINCE_EVER, 100, 'a'],
    ['its beginning belongs to it', [['a', 100, undefined, 50]], 100, 100, 'a'],
    ['the millisecond before does not', [['a', 100, undefined, 50]], 99, 100, undefined],
    ['its last millisecond', [['a', 0, 100, 50]], 99, 100, 'a'],
    ['its end no longer', [['a', 0, 100, 50]], 100, 100, undefined],
    ['known from the millisecond of its recording', [['a', 0, undefined, 100]], 10, 100, 'a'],
    ['not known before', [['a', 0, undefined, 100]], 10, 99, undefined],
    ['the later beginning wins', [['a', 0, undefined, 10], ['b', 50, undefined, 10]], 50, 100, 'b'],
    ['whatever the order of recording', [['b', 50, undefined, 10], ['a', 0, undefined, 20]], 60, 100, 'b'],
    ['before its beginning the earlier one', [['a', 0, undefined, 10], ['b', 50, undefined, 10]], 49, 100, 'a'],
    ['of one beginning the last recorded', [['a', 50, undefined, 10], ['b', 50, undefined, 20]], 60, 100, 'b'],
    ['of one beginning and recording the later row', [['a', 50, undefined, 10], ['b', 50, undefined, 10]], 60, 100, 'b'],
    ['a correction not yet known', [['a', 50, undefined, 10], ['b', 50, undefined, 20]], 60, 19, 'a'],
    ['an ended one does not give way to an earlier one', [['a', 0, undefined, 10], ['b', 50, 60, 10]], 70, 100, undefined],
    ['a correction that takes the end away', [['a', 0, 60, 10], ['b', 0, undefined, 20]], 70, 100, 'b'],
  ]; // prettier-ignore
  for (const [what, rows, at, knownBy, expected] of cases) {
    it(what, () => expect(inForce(rows.map(version), at, knownBy)?.name).to.equal(expected));
  }

  it('is asked for each of several keys', () => {
    const a = { ...version(['a', 0, undefined, 0], 0), key: 'x' };
    const b = { ...version(['b', 5, undefined, 0], 1), key: 'x' };
    const c = { ...version(['c', 0, 5, 0], 0), key: 'y' };
    expect(allInForce([a, b, c], 5, 5).map((v) => v.name)).to.deep.equal(['b']);
    expect(allInForce([a, b, c], 4, 5).map((v) => v.name)).to.deep.equal(['a', 'c']);
  });
});

describe('the registration of a VIN', () => {
  const plate = (key: string, vin: string, validFrom: number, validTo?: number, seq = 1): Versioned<VehicleFacts> => ({
    version: `${key}#${seq}`,
    key,
    validFrom,
    ...(validTo !== undefined && { validTo }),
    recordedAt: 0,
    seq,
    facts: { version: `${key}#${seq}`, vin } as VehicleFacts,
  });

  it('is that with the greatest beginning, then the smallest number and colour', () => {
    const versions = [plate('B,blue', 'V', 0), plate('A,yellow', 'V', 10), plate('A,blue', 'V', 10)];
    expect(registrationOfVin(versions, 'V', 10, 10)?.version).to.equal('A,blue#1');
    expect(registrationOfVin(versions, 'V', 9, 10)?.version).to.equal('B,blue#1');
  });

  it('ends when its plate passes to another vehicle', () => {
    const versions = [plate('A,blue', 'V', 0), plate('A,blue', 'W', 10, undefined, 2)];
    expect(registrationOfVin(versions, 'V', 9, 10)?.version).to.equal('A,blue#1');
    expect(registrationOfVin(versions, 'V', 10, 10)).to.equal(undefined);
    expect(registrationOfVin(versions, 'W', 10, 10)?.version).to.equal('A,blue#2');
  });
});
