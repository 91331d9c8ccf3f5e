import { expect } from 'chai';
import type { RecognitionOutcome } from '../../../server/rules/types.ts';
import { haversineM, EARTH_RADIUS_M } from '../../../server/geo/distance.ts';
import { extentKm } from '../../../server/geo/extent.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { confusablesOf, differsByOneConfusable } from '../../../server/recognition/skeleton.ts';
import {
  isImpossible,
  judgeClonedPlate,
  longestImpossibleMs,
  type ClonedPlateFacts,
  type PlateSighting,
} from '../../../server/rules/cloned-plate.ts';

const START = Date.parse('2021-11-15T08:00:00+08:00');
const KM_TO_DEGREES = 180 / Math.PI / (EARTH_RADIUS_M / 1000);
const NONE: ClonedPlateFacts = { confusable: [], doubtful: () => false };

/** Seen by a checkpoint so many kilometres north of the first, so many seconds after it. */
function seen(deviceId: string, km: number, seconds: number, more: Partial<PlateSighting> = {}): PlateSighting {
  const id = more.id ?? 'm';
  const kind = more.kind ?? 'checkpoint';
  return {
    ref: `${kind}/${deviceId}/${id}`,
    kind,
    deviceId,
    id,
    at: START + seconds * 1000,
    number: '晋H12345',
    outcome: 'matched',
    unsynced: false,
    position: { lon: 112.7, lat: 38.4 + km * KM_TO_DEGREES },
    ...more,
  };
}

const codesOf = (sightings: PlateSighting[], facts = NONE) => judgeClonedPlate(sightings, facts, xinzhou2021).map((d) => d.code);

const LIMITS: [km: number, seconds: number, impossible: boolean][] = [
  [5, 0, false],
  [5.000001, 0, false],
  [7.5, 0, false],
  [7.500001, 0, true],
  [15, 180, false],
  [15.000001, 180, true],
  [15.000001, 180.001, false],
  [150, 3420, false],
  [150.0001, 3420, true],
];

const PAIRS: [what: string, other: PlateSighting, codes: string[]][] = [
  ['far away a minute later', seen('b', 50, 60), ['impossible-travel']],
  ['far away at the same moment', seen('b', 50, 0), ['impossible-travel']],
  ['far away, unregistered', seen('b', 50, 60, { outcome: 'unregistered' }), ['impossible-travel']],
  ['far away at a gate', seen('b', 50, 60, { kind: 'gate' }), ['impossible-travel']],
  ['far away at a station', seen('b', 50, 60, { kind: 'remote-sensing' }), ['impossible-travel']],
  ['far away an hour later', seen('b', 50, 3600), []],
  ['near', seen('b', 4.9, 1), []],
  ['at the same device, which was moved', seen('a', 50, 60, { id: 'n' }), []],
  ['at a device of another kind of the same name', seen('a', 50, 60, { kind: 'gate' }), ['impossible-travel']],
  ['where nobody knows', seen('b', 50, 60, { position: undefined as never }), []],
  ['far away, its clock not set', seen('b', 50, 60, { unsynced: true }), []],
  ['at a urea pump', seen('b', 50, 60, { kind: 'urea-pump' }), []],
  ...(['corrected', 'invalid', 'trailer', 'unplated'] as RecognitionOutcome[]).map(
    (outcome): [string, PlateSighting, string[]] => [`far away, ${outcome}`, seen('b', 50, 60, { outcome }), []],
  ),
];

const OTHER = { number: '晋H1234S' };
const MISREADS: [what: string, near: PlateSighting, code: string][] = [
  ['30 min before the first and 20 km from it', seen('c', -19.999, -1800, OTHER), 'possible-misread'],
  ['a millisecond more than 30 min before', seen('c', 1, -1800.001, OTHER), 'impossible-travel'],
  ['30 min after the second', seen('c', 50, 60 + 1800, OTHER), 'possible-misread'],
  ['a millisecond more than 30 min after', seen('c', 50, 60 + 1800.001, OTHER), 'impossible-travel'],
  ['more than 20 km from either', seen('c', -20.001, 0, OTHER), 'impossible-travel'],
  ['near one in time and the other in place only', seen('c', 50, -1790, OTHER), 'impossible-travel'],
  ['corrected itself', seen('c', 0, 0, { ...OTHER, outcome: 'corrected' }), 'impossible-travel'],
  ['not registered', seen('c', 0, 0, { ...OTHER, outcome: 'unregistered' }), 'impossible-travel'],
  ['by a clock that is not set', seen('c', 0, 0, { ...OTHER, unsynced: true }), 'impossible-travel'],
];

describe('cloned-plate', () => {
  for (const [km, seconds, impossible] of LIMITS) {
    it(`${km} km in ${seconds} s is ${impossible ? 'impossible' : 'possible'}`, () => {
      expect(isImpossible(km, seconds, xinzhou2021)).to.equal(impossible);
    });
  }

  for (const [what, other, codes] of PAIRS) {
    it(`seen again ${what}: ${codes.join() || 'nothing'}`, () => {
      expect(codesOf([seen('a', 0, 0), other])).to.deep.equal(codes);
      expect(codesOf([other, seen('a', 0, 0)])).to.deep.equal(codes);
    });
  }

  for (const [what, near, code] of MISREADS) {
    it(`a confusable vehicle seen ${what}: ${code}`, () => {
      const pair = [seen('a', 0, 0), seen('b', 50, 60)];
      expect(codesOf(pair, { ...NONE, confusable: [near] })).to.deep.equal([code]);
    });
  }

  it('says of what, in words that a gate can print', () => {
    const [draft] = judgeClonedPlate([seen('b', 50, 61), seen('a', 0, 0)], NONE, xinzhou2021);
    expect(draft).to.include({
      rule: 'cloned-plate',
      severity: 'warning',
      proposal: 'review',
      subject: 'checkpoint/a/m+checkpoint/b/m',
      at: START + 61_000,
    });
    expect(draft!.observations).to.deep.equal(['checkpoint/a/m', 'checkpoint/b/m']);
    expect(draft!.measured!.seconds).to.equal(61);
    expect(draft!.measured!.km).to.be.closeTo(50, 0.001);
    expect(draft!.zh).to.contain('2分钟');
    expect(draft!.zh.length).to.be.at.most(120);
    expect(draft!.en.length).to.be.at.most(120);
    expect(draft!.basis).not.to.be.empty;
  });

  it('judges neighbours only: what is seen between parts a pair, also at the same device', () => {
    const [first, between, last] = [seen('a', 0, 0), seen('c', 2, 60), seen('b', 50, 120)];
    expect(judgeClonedPlate([first, last, between], NONE, xinzhou2021).map((d) => d.subject)).to.deep.equal([
      'checkpoint/c/m+checkpoint/b/m',
    ]);
    const again = seen('a', 0, 60, { id: 'n' });
    expect(judgeClonedPlate([first, last, again], NONE, xinzhou2021).map((d) => d.subject)).to.deep.equal([
      'checkpoint/a/n+checkpoint/b/m',
    ]);
  });

  it('is parted by a sighting nobody knows the place of', () => {
    const lost = seen('c', 0, 60, { position: undefined as never });
    expect(codesOf([seen('a', 0, 0), lost, seen('b', 50, 120)])).to.deep.equal([]);
  });

  it('is parted by nothing that does not count', () => {
    for (const more of [{ outcome: 'corrected' as const }, { unsynced: true }])
      expect(codesOf([seen('a', 0, 0), seen('c', 2, 60, more), seen('b', 50, 120)])).to.deep.equal(['impossible-travel']);
  });

  it('orders equal times by kind, device and id', () => {
    const three = [seen('b', 50, 0), seen('a', 0, 0), seen('z', 50, 0, { kind: 'gate' })];
    expect(judgeClonedPlate(three, NONE, xinzhou2021).map((d) => d.subject)).to.deep.equal(['checkpoint/a/m+checkpoint/b/m']);
  });

  it('asks for nothing where a clock is in doubt, before it thinks of a misread', () => {
    const [draft] = judgeClonedPlate(
      [seen('a', 0, 0), seen('b', 50, 60)],
      { confusable: [seen('c', 0, 0, OTHER)], doubtful: ({ deviceId }) => deviceId === 'b' },
      xinzhou2021,
    );
    expect(draft).to.include({ code: 'clock-doubtful', severity: 'info', proposal: 'none' });
    expect(draft!.measured!.devices).to.equal('checkpoint/b');
  });

  it('names the confusable vehicle seen first, and proposes nothing', () => {
    const [draft] = judgeClonedPlate(
      [seen('a', 0, 0), seen('b', 50, 60)],
      { ...NONE, confusable: [seen('d', 0, 20, { number: '晋H1Z345' }), seen('c', 0, 10, OTHER)] },
      xinzhou2021,
    );
    expect(draft).to.include({ code: 'possible-misread', severity: 'info', proposal: 'none' });
    expect(draft!.measured!.other).to.equal(OTHER.number);
  });
});

describe('the reach of impossible travel', () => {
  it('is the longest time in which the distance cannot be covered', () => {
    expect(longestImpossibleMs(5, xinzhou2021)).to.equal(undefined);
    expect(longestImpossibleMs(7.4, xinzhou2021)).to.equal(undefined);
    expect(longestImpossibleMs(15, xinzhou2021)).to.equal(180_000);
  });

  it('holds every pair of places', () => {
    const places = [
      { lon: 112.7, lat: 38.4 },
      { lon: 113.9, lat: 39.2 },
      { lon: 110.9, lat: 38.9 },
      { lon: 112, lat: -3 },
    ];
    const farthest = Math.max(...places.flatMap((a) => places.map((b) => haversineM(a, b) / 1000)));
    expect(extentKm(places)).to.be.at.least(farthest);
    expect(extentKm(places.slice(0, 1))).to.equal(0);
  });

  it('knows all numbers one confusable character away', () => {
    const others = confusablesOf('晋H81Q3K');
    expect(others).to.have.members(['晋HB1Q3K', '晋H87Q3K', '晋H8TQ3K', '晋H8LQ3K', '晋H8103K', '晋H81D3K']);
    for (const other of others) expect(differsByOneConfusable('晋H81Q3K', other)).to.equal(true);
  });
});
