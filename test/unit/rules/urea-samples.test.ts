import { expect } from 'chai';
import fc from 'fast-check';
import { HOUR } from '../../../devices/contract/instant.ts';
import {
  hourSums,
  hoursTouched,
  mergeSamples,
  samplesOf,
  type TelemetryMessage,
  type UreaSample,
} from '../../../server/rules/urea-samples.ts';
import type { HourSums } from '../../../server/rules/types.ts';
import { policy, t } from './given-road.ts';

const EIGHT = t('2021-11-15 08:00');

/** A sample so many seconds after 08:00; 60 km/h and 30 L/h make 1 km and 0.5 L a minute. */
function sample(seconds: number, changes: Partial<UreaSample> = {}): UreaSample {
  return { at: EIGHT + seconds * 1000, scr: true, speed: 60, fuelFlow: 30, reagent: 50, ...changes };
}

describe('the sums of an hour', () => {
  const table: { what: string; samples: UreaSample[]; sums: Partial<HourSums> | null }[] = [
    { what: 'no sample', samples: [], sums: null },
    { what: 'samples of other hours only', samples: [sample(-30), sample(3600)], sums: null },
    {
      what: 'one sample lasts no time',
      samples: [sample(10)],
      sums: { samples: 1, distanceKm: 0, fuelL: 0, reagentMin: 50, reagentMax: 50 },
    },
    { what: 'a gap of exactly 60 s', samples: [sample(0), sample(60)], sums: { distanceKm: 1, fuelL: 0.5 } },
    { what: 'a gap of 60.001 s', samples: [sample(0), sample(60.001)], sums: { distanceKm: 0, fuelL: 0, samples: 2 } },
    {
      what: 'the first sample lasts since the last of the hour before',
      samples: [sample(-30), sample(30)],
      sums: { distanceKm: 1, samples: 1 },
    },
    {
      what: 'a sample at the very hour belongs to it',
      samples: [sample(-60), sample(0)],
      sums: { distanceKm: 1, firstAt: EIGHT },
    },
    { what: 'the last millisecond', samples: [sample(3599), sample(3599.999)], sums: { samples: 2, lastAt: EIGHT + HOUR - 1 } },
    { what: 'the next hour is not counted', samples: [sample(3540), sample(3600)], sums: { samples: 1, distanceKm: 0 } },
    {
      what: 'absent values give 0',
      samples: [sample(0), sample(60, { speed: undefined, fuelFlow: undefined })],
      sums: { distanceKm: 0, fuelL: 0 },
    },
    { what: 'no level', samples: [sample(0, { reagent: undefined })], sums: { reagentMin: undefined, reagentMax: undefined } },
    {
      what: 'lowest and highest level',
      samples: [sample(0), sample(60, { reagent: 40 }), sample(120, { reagent: 45 })],
      sums: { reagentMin: 40, reagentMax: 50 },
    },
    { what: 'a level of 0', samples: [sample(0, { reagent: 0 }), sample(60)], sums: { reagentMin: 0, reagentMax: 50 } },
    { what: 'exactly 2.5 % is not empty', samples: [sample(0), sample(60, { reagent: 2.5 })], sums: { emptyKm: 0 } },
    { what: '2.4 % is empty', samples: [sample(0), sample(60, { reagent: 2.4 })], sums: { emptyKm: 1, distanceKm: 1 } },
    {
      what: 'exactly 500 °C counts',
      samples: [sample(0), sample(60, { scrInlet: 500, reagent: 10 })],
      sums: { distanceKm: 1, reagentMin: 10 },
    },
    {
      what: 'above 500 °C: left out of sums and levels, but in its place',
      samples: [sample(0), sample(60, { scrInlet: 500.1, reagent: 1 }), sample(120)],
      sums: { samples: 3, scrSamples: 3, distanceKm: 1, fuelL: 0.5, emptyKm: 0, reagentMin: 50 },
    },
    {
      what: 'without SCR: left out, but in its place',
      samples: [sample(0), sample(60, { scr: false, reagent: 1 }), sample(120)],
      sums: { samples: 3, scrSamples: 2, distanceKm: 1, reagentMin: 50 },
    },
  ];
  for (const { what, samples, sums } of table) {
    it(what, () => {
      const found = hourSums(EIGHT, samples, policy);
      if (sums === null) expect(found).equal(null);
      else for (const [name, value] of Object.entries(sums)) expect(found?.[name as keyof HourSums], name).equal(value);
    });
  }

  it('are touched by a sample in the next hour too where its successor may lie there', () => {
    expect(hoursTouched(EIGHT, policy)).deep.equal([EIGHT]);
    expect(hoursTouched(EIGHT + HOUR - 60_001, policy)).deep.equal([EIGHT]);
    expect(hoursTouched(EIGHT + HOUR - 60_000, policy)).deep.equal([EIGHT, EIGHT + HOUR]);
  });
});

describe('merging samples', () => {
  const message = (at: number, id: string, samples: UreaSample[]): TelemetryMessage => ({ deviceId: 'VIN1', id, at, samples });

  it('keeps of equal moments the one of the first message', () => {
    const later = message(EIGHT + 20_000, 'a', [sample(10, { reagent: 1 }), sample(20)]);
    const earlier = message(EIGHT + 10_000, 'b', [sample(0), sample(10, { reagent: 2 })]);
    expect(mergeSamples([later, earlier]).map((s) => s.reagent)).deep.equal([50, 2, 50]);
  });

  it('takes of messages of one moment the first id by code unit, and within a message the first sample', () => {
    const a = message(EIGHT, 'a', [sample(0, { reagent: 1 })]);
    const Z = message(EIGHT, 'Z', [sample(0, { reagent: 2 }), sample(0, { reagent: 3 })]);
    expect(mergeSamples([a, Z]).map((s) => s.reagent)).deep.equal([2]);
  });

  it('asks for SCR at each sample’s own moment', () => {
    const body = { samples: [{ at: '2021-11-15T07:59:59.999+08:00' }, { at: '2021-11-15T08:00:00+08:00', speed: 40 }] };
    expect(samplesOf(body, (at) => at >= EIGHT)).deep.equal([
      { at: EIGHT - 1, scr: false },
      { at: EIGHT, scr: true, speed: 40 },
    ]);
  });

  it('gives the same sums whatever the order in which messages are read', () => {
    const samples = fc.array(
      fc.record({
        seconds: fc.integer({ min: -90, max: 300 }),
        speed: fc.integer({ min: 0, max: 90 }),
        reagent: fc.integer({ min: 0, max: 5 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    const messages = fc.array(fc.record({ at: fc.integer({ min: 0, max: 3 }), samples }), { maxLength: 8 }).map((list) =>
      list.map((m, i) =>
        message(
          EIGHT + m.at,
          String(i),
          m.samples.map(({ seconds, ...rest }) => sample(seconds, rest)),
        ),
      ),
    );
    const shuffled = messages.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, again]) => {
        expect(hourSums(EIGHT, mergeSamples(again), policy)).deep.equal(hourSums(EIGHT, mergeSamples(list), policy));
      }),
    );
  });

  it('needs no more of the past than the last sample before the hour', () => {
    const seconds = fc.uniqueArray(fc.integer({ min: -300, max: 300 }), { maxLength: 20 });
    fc.assert(
      fc.property(seconds, (list) => {
        const samples = list.sort((a, b) => a - b).map((s) => sample(s));
        const before = samples.filter((s) => s.at < EIGHT).slice(-1);
        const fromHour = [...before, ...samples.filter((s) => s.at >= EIGHT)];
        expect(hourSums(EIGHT, fromHour, policy)).deep.equal(hourSums(EIGHT, samples, policy));
      }),
    );
  });
});
