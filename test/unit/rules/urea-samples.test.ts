import { expect } from 'chai';
import fc from 'fast-check';
import { HOUR } from '../../../devices/contract/instant.ts';
import {
  hourSums,
  hoursTouched,
  lookBack,
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

/** Warm, under load, and driving. */
const WARM: Partial<UreaSample> = { engineSpeed: 1200, coolant: 80, scrInlet: 300, engineTorque: 50, noxIn: 500, noxOut: 60 };

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

  it('are touched by a sample in the next hour too where its successor, or the warmth of its run, may lie there', () => {
    expect(hoursTouched(EIGHT, lookBack(policy))).deep.equal([EIGHT]);
    expect(hoursTouched(EIGHT + HOUR - 660_001, lookBack(policy))).deep.equal([EIGHT]);
    expect(hoursTouched(EIGHT + HOUR - 660_000, lookBack(policy))).deep.equal([EIGHT, EIGHT + HOUR]);
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

  it('needs no more of the past than eleven minutes, and changes no other hours than those it names', () => {
    const seconds = fc.uniqueArray(fc.integer({ min: -900, max: 900 }), { maxLength: 60 });
    const engine = fc.infiniteStream(fc.constantFrom(0, 800, 800, 800, 800, 800, 800, 800, 800, 800));
    fc.assert(
      fc.property(seconds, engine, fc.nat(), (list, speeds, nth) => {
        const samples = list.sort((a, b) => a - b).map((s) => sample(s, { ...WARM, engineSpeed: speeds.next().value as number }));
        const near = samples.filter((s) => s.at >= EIGHT - lookBack(policy));
        expect(hourSums(EIGHT, near, policy)).deep.equal(hourSums(EIGHT, samples, policy));
        const late = samples[nth % Math.max(samples.length, 1)];
        if (late === undefined || hoursTouched(late.at, lookBack(policy)).includes(EIGHT)) return;
        const without = samples.filter((s) => s !== late);
        expect(hourSums(EIGHT, without, policy)).deep.equal(hourSums(EIGHT, samples, policy));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the levels of an hour', () => {
  const levels = (...list: (number | undefined)[]) =>
    hourSums(
      EIGHT,
      list.map((reagent, i) => sample(i * 60, { reagent })),
      policy,
    );
  const at = (seconds: number) => EIGHT + seconds * 1000;
  const table: { what: string; sums: HourSums | null; first: object | undefined; last: number | undefined; rises?: object[] }[] =
    [
      { what: 'none', sums: levels(undefined), first: undefined, last: undefined },
      { what: 'first and last, not lowest and highest', sums: levels(50, 40, 45), first: { at: at(0), percent: 50 }, last: 45 },
      { what: 'a rise of exactly 5 points is none', sums: levels(40, 45), first: { at: at(0), percent: 40 }, last: 45 },
      { what: '5 points but for binary fractions', sums: levels(40.1, 45.1), first: { at: at(0), percent: 40.1 }, last: 45.1 },
      {
        what: 'a rise of 5.2 points',
        sums: levels(40, 45.2),
        first: { at: at(0), percent: 40 },
        last: 45.2,
        rises: [{ at: at(60), points: 5.2 }],
      },
      { what: 'a slow rise is none', sums: levels(40, 44, 48, 52), first: { at: at(0), percent: 40 }, last: 52 },
      {
        what: 'a sample without a level is passed over',
        sums: levels(undefined, 40, undefined, 90),
        first: { at: at(60), percent: 40 },
        last: 90,
        rises: [{ at: at(180), points: 50 }],
      },
    ];
  for (const { what, sums, first, last, rises } of table) {
    it(what, () => {
      expect(sums?.reagentFirst).deep.equal(first);
      expect(sums?.reagentLast).equal(last);
      expect(sums?.rises).deep.equal(rises);
    });
  }

  it('are not compared with those of samples that are too hot', () => {
    const hot = sample(60, { reagent: 90, scrInlet: 501 });
    expect(hourSums(EIGHT, [sample(0), hot, sample(120)], policy)?.rises).equal(undefined);
  });

  it('count distance below 10 %, exactly 10 % not', () => {
    const low = [sample(0), sample(60, { reagent: 10 }), sample(120, { reagent: 9.6 })];
    expect(hourSums(EIGHT, low, policy)).include({ lowKm: 1, emptyKm: 0 });
  });
});

describe('warmth', () => {
  /** A sample a minute from `first` to `last` (seconds after the hour), and what is different. */
  const drive = (first: number, last: number, different: Record<number, Partial<UreaSample> | null> = {}) => {
    const samples: UreaSample[] = [];
    for (let s = first; s <= last; s += 60) {
      if (different[s] !== null) samples.push(sample(s, { ...WARM, ...different[s] }));
    }
    return samples;
  };
  const table: { what: string; samples: UreaSample[]; load?: number; driving?: number }[] = [
    { what: 'exactly 600 s after the start is not warm', samples: drive(0, 600) },
    { what: 'the next sample is', samples: drive(0, 660), load: 1, driving: 1 },
    { what: 'a start in the hour before', samples: drive(-300, 360), load: 1, driving: 1 },
    { what: 'a start long before', samples: drive(-3000, 0), load: 1, driving: 1 },
    { what: 'a start exactly 600 s before the hour', samples: drive(-600, 0) },
    { what: 'a start 660 s before the hour', samples: drive(-660, 0), load: 1, driving: 1 },
    { what: 'a gap of 120 s begins anew', samples: drive(-600, 720, { 0: null }), load: 1, driving: 1 },
    { what: 'so does the engine after 0', samples: drive(-600, 720, { 0: { engineSpeed: 0 } }), load: 1, driving: 1 },
    {
      what: 'an engine of which nothing is said is none that stood',
      samples: drive(-660, 60, { 0: { engineSpeed: undefined } }),
      load: 2,
      driving: 2,
    },
    {
      what: 'a standing engine is no start by itself',
      samples: drive(-660, 60, { 60: { engineSpeed: 0 } }),
      load: 2,
      driving: 2,
    },
    {
      what: 'a sample too hot keeps its place: the start is seen in it',
      samples: drive(-600, 720, { 0: { engineSpeed: 0, scrInlet: 600 } }),
      load: 1,
      driving: 1,
    },
    { what: 'coolant of 69.9 °C', samples: drive(-660, 0, { 0: { coolant: 69.9 } }) },
    { what: 'coolant of 70 °C', samples: drive(-660, 0, { 0: { coolant: 70 } }), load: 1, driving: 1 },
    { what: 'no coolant', samples: drive(-660, 0, { 0: { coolant: undefined } }) },
    { what: 'an inlet of 200 °C: no load', samples: drive(-660, 0, { 0: { scrInlet: 200 } }), driving: 1 },
    { what: 'an inlet of 199.9 °C', samples: drive(-660, 0, { 0: { scrInlet: 199.9 } }) },
    { what: 'an inlet of exactly 250 °C: no load', samples: drive(-660, 0, { 0: { scrInlet: 250 } }), driving: 1 },
    { what: 'torque of exactly 25 %: no load', samples: drive(-660, 0, { 0: { engineTorque: 25 } }), driving: 1 },
    { what: 'standing: load only', samples: drive(-660, 0, { 0: { speed: 0 } }), load: 1 },
    { what: 'no value before the SCR: driving only', samples: drive(-660, 0, { 0: { noxIn: undefined } }), driving: 1 },
    { what: 'no value behind it: neither', samples: drive(-660, 0, { 0: { noxOut: undefined } }) },
    { what: 'no SCR then', samples: drive(-660, 0, { 0: { scr: false } }) },
  ];
  for (const { what, samples, load, driving } of table) {
    it(`${what}: ${load ?? 0} min of load, ${driving ?? 0} of driving`, () => {
      const sums = hourSums(EIGHT, samples, policy);
      expect(sums?.load?.ms, 'load').equal(load === undefined ? undefined : load * 60_000);
      expect(sums?.driving?.ms, 'driving').equal(driving === undefined ? undefined : driving * 60_000);
    });
  }

  it('weighs NOx by time', () => {
    const samples = [...drive(-660, 0, { 0: { noxOut: 100 } }), sample(30, { ...WARM, noxIn: 1000, noxOut: 400 })];
    expect(hourSums(EIGHT, samples, policy)?.load).deep.equal({ ms: 90_000, noxIn: 60_000_000, noxOut: 18_000_000 });
  });

  it('tells a value that stands still, and one that copies the other', () => {
    const driving = (...values: Partial<UreaSample>[]) =>
      hourSums(EIGHT, drive(-660, (values.length - 1) * 60, Object.fromEntries(values.map((v, i) => [i * 60, v]))), policy)
        ?.driving;
    expect(driving({ noxOut: 5 }, { noxOut: 5 })).include({ same: true, copied: false });
    expect(driving({ noxOut: 5 }, { noxOut: 6 })).include({ same: false, copied: false });
    expect(driving({ noxOut: 5, noxIn: 5 }, { noxOut: 6, noxIn: 6 })).include({ same: false, copied: true });
    expect(driving({ noxOut: 5, noxIn: 5 }, { noxOut: 6, noxIn: undefined })).include({ same: false, copied: false });
    expect(driving({ noxOut: 0 }, { noxOut: undefined }, { noxOut: 0 })).include({ same: true, ms: 120_000 });
  });
});
