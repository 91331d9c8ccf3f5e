import { expect } from 'chai';
import fc from 'fast-check';
import {
  civilDate,
  civilDayStart,
  civilTimeOfDay,
  formatInstant,
  parseInstant,
  parseRegistryTime,
  startOfCivilDay,
} from '../../../devices/contract/instant.ts';

describe('An instant', () => {
  it('is read as the engine reads it, at any time and offset', () => {
    const moments = fc.date({
      min: new Date('0000-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, fc.integer({ min: -23 * 60, max: 23 * 60 }), (moment, offset) => {
        const shifted = new Date(moment.getTime() + offset * 60_000).toISOString();
        fc.pre(/^\d{4}-/.test(shifted));
        const of = Math.abs(offset);
        const text = `${offset < 0 ? '-' : '+'}${String(Math.floor(of / 60)).padStart(2, '0')}:${String(of % 60).padStart(2, '0')}`;
        expect(parseInstant(shifted.replace('Z', text))).to.equal(moment.getTime());
      }),
      { numRuns: 1000 },
    );
  });

  it('is never read from a date-time that does not exist', () => {
    fc.assert(
      fc.property(fc.nat(9999), fc.nat(14), fc.nat(33), fc.nat(26), fc.nat(61), fc.nat(61), (...parts) => {
        const [y, mo, d, h, mi, s] = parts.map((part, i) => String(part).padStart(i === 0 ? 4 : 2, '0'));
        const text = `${y}-${mo}-${d}T${h}:${mi}:${s}.000Z`;
        const read = parseInstant(text);
        if (Number.isNaN(read)) expect(new Date(text).toJSON()).to.not.equal(text);
        else expect(new Date(read).toISOString()).to.equal(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('is cut, not rounded, to whole milliseconds', () => {
    expect(parseInstant('1970-01-01T00:00:00.9999Z')).to.equal(999);
    expect(parseInstant('1970-01-01T00:00:00,5Z')).to.equal(500);
    expect(parseInstant('1970-01-01T00:00:00.04Z')).to.equal(40);
  });

  it('may leave out seconds and the offset’s colon or minutes', () => {
    for (const text of ['1970-01-01T08:00+08:00', '1970-01-01T08:00:00+0800', '1970-01-01T08:00:00.000+08']) {
      expect(parseInstant(text), text).to.equal(0);
    }
  });

  it('is nothing else', () => {
    const wrong = ['', 'now', '1970-01-01', '1970-01-01T00:00:00', '1970-01-01 00:00:00Z', '1970-01-01T24:00:00Z', '1970-01-01T00:00:00.Z', '1970-01-01T00:00:60Z',
      '1970-01-01T00:00:00z', '1970-01-01T00:00:00Z ', '1970-01-01T00:00:00+8:00', '1970-01-01T00:00:00+08:', '1970-01-01T00:00:00+08:0', '1970-01-01T00:00:00+24:00',
      '1970-01-01T00:00:00+08:60', '1970-01-01T0a:00:00Z', '+001970-01-01T00:00:00Z', '1970-1-01T00:00:00Z', '１970-01-01T00:00:00Z', '1970-01-01T00Z', '1970-01-01T00:00:00+080:0']; // prettier-ignore
    for (const text of wrong) expect(parseInstant(text), text).to.be.NaN;
  });

  it('is written in civil time and read back', () => {
    expect(formatInstant(0)).to.equal('1970-01-01T08:00:00.000+08:00');
    fc.assert(fc.property(fc.integer({ min: -2e12, max: 4e12 }), (ms) => parseInstant(formatInstant(ms)) === ms));
  });
});

describe('Civil days', () => {
  it('begin at 16:00 UTC of the day before', () => {
    const start = Date.UTC(2021, 10, 14, 16);
    expect(civilDate(start)).to.equal('2021-11-15');
    expect(civilDate(start - 1)).to.equal('2021-11-14');
    expect(civilDayStart('2021-11-15')).to.equal(start);
    expect(startOfCivilDay(start + 86_399_999)).to.equal(start);
    expect(startOfCivilDay(start - 1)).to.equal(start - 86_400_000);
    expect(civilTimeOfDay(start - 1)).to.equal(86_399_999);
  });

  it('end with their next midnight where a registry row gives a bare date', () => {
    expect(parseRegistryTime('2021-11-15', 'start')).to.equal(civilDayStart('2021-11-15'));
    expect(parseRegistryTime('2021-11-15', 'end')).to.equal(civilDayStart('2021-11-16'));
    expect(parseRegistryTime('2021-11-15T24:00:00+08:00', 'end')).to.equal(civilDayStart('2021-11-16'));
    expect(parseRegistryTime('2021-11-15T24:00+08:00', 'start')).to.equal(civilDayStart('2021-11-16'));
    expect(parseRegistryTime('2021-11-31', 'end')).to.be.NaN;
  });
});
