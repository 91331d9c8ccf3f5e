import { expect } from 'chai';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import {
  judgeCalibration,
  judgeClockSkew,
  judgeGap,
  judgeStatus,
  judgeTransmission,
  median,
  missingNumbers,
  transmission,
} from '../../../server/rules/device-health.ts';
import type { FindingDraft } from '../../../server/rules/types.ts';
import { t } from '../../support/rules.ts';

const DEVICE = 'gate/g1';
const shown = (drafts: FindingDraft[]) => drafts.map((d) => `${d.code} ${d.subject.slice(-2)} ${d.severity}`);

type Case = [what: string, online: boolean, heard: string, listeningSince: string, now: string, found: string[]];
const EARLY = '2021-11-01T00:00';
const STATES: Case[] = [
  ['heard five minutes ago', true, '2021-11-15T08:00', EARLY, '2021-11-15T08:05', []],
  ['heard a millisecond more than five minutes ago', true, '2021-11-15T08:00', EARLY, '2021-11-15T08:05:00.001', ['silent 15 info']],
  ['not heard while nobody listened', true, '2021-11-15T08:00', '2021-11-15T09:00', '2021-11-15T09:05', []],
  ['not heard since somebody listens again', true, '2021-11-15T08:00', '2021-11-15T09:00', '2021-11-15T09:06', ['silent 15 info']],
  ['offline for a quarter of an hour', false, '2021-11-15T08:00', EARLY, '2021-11-15T08:15', []],
  ['offline for more', false, '2021-11-15T08:00', EARLY, '2021-11-15T08:15:00.001', ['offline 15 info']],
  ['offline when the platform has just come back', false, '2021-11-15T08:00', '2021-11-15T09:00', '2021-11-15T09:01:59', []],
  ['offline, and did not come back with it', false, '2021-11-15T08:00', '2021-11-15T09:00', '2021-11-15T09:02', ['offline 15 info']],
  ['silent past midnight', true, '2021-11-15T23:00', EARLY, '2021-11-16T00:00', ['silent 15 info', 'silent 16 info']],
  ['silent for a day', true, '2021-11-15T08:00', EARLY, '2021-11-16T08:05', ['silent 15 info', 'silent 16 info']],
  ['silent for more than a day', true, '2021-11-15T08:00', EARLY, '2021-11-16T08:05:00.001', ['silent 15 info', 'silent 16 warning']],
  ['silent for long: yesterday and today', true, '2021-11-10T08:00', EARLY, '2021-11-16T08:00', ['silent 15 warning', 'silent 16 warning']],
]; // prettier-ignore

const COUNTERS: [what: string, numbers: number[], missing: number][] = [
  ['none', [], 0],
  ['one after another', [5, 6, 7], 0],
  ['two holes', [1, 3, 4, 8], 4],
  ['a reboot', [5, 6, 7, 1, 2, 3], 0],
  ['a reboot to a number in between', [5, 6, 7, 6, 7, 8], 0],
  ['holes before and after a reboot', [5, 7, 1, 2, 4], 2],
  ['a message stamped after its follower', [5, 7, 6, 8], 0],
  ['the first one stamped after its follower', [8, 7, 9], 0],
  ['the same number twice', [5, 5, 6], 0],
  ['a leap beyond belief', [5, 1_000_000_005, 1_000_000_006], 0],
];

describe('device-health', () => {
  for (const [what, online, heard, listeningSince, now, found] of STATES) {
    it(`${what}: ${found.join(', ') || 'nothing'}`, () => {
      const drafts = judgeStatus(
        DEVICE,
        { online, receivedAt: t(heard) },
        { listeningSince: t(listeningSince), now: t(now) },
        xinzhou2021,
      );
      expect(shown(drafts)).to.deep.equal(found);
    });
  }

  it('a finding of a state carries the moment at which it began, whenever it is looked at', () => {
    const look = (now: string) =>
      judgeStatus(
        DEVICE,
        { online: true, receivedAt: t('2021-11-15T08:00:30') },
        { listeningSince: t(EARLY), now: t(now) },
        xinzhou2021,
      );
    expect(look('2021-11-15T08:06')).to.deep.equal(look('2021-11-15T20:00'));
    expect(look('2021-11-15T08:06')[0]).to.deep.include({ at: t('2021-11-15T08:05:30'), proposal: 'none', status: 'confirmed' });
  });

  it('a calibration has run out at its instant, and is a warning a day later', () => {
    const until = t('2021-11-15T00:00');
    const at = (now: string) => shown(judgeCalibration('remote-sensing/s1', until, t(now), xinzhou2021));
    expect(at('2021-11-14T23:59:59.999')).to.deep.equal([]);
    expect(at('2021-11-15T00:00')).to.deep.equal(['calibration-overdue 15 info']);
    expect(at('2021-11-16T00:00:00.001')).to.deep.equal(['calibration-overdue 15 info', 'calibration-overdue 16 warning']);
  });

  it('the rate counts minutes in which the platform listened, each once', () => {
    expect(transmission([1, 2, 2, 9], [1, 2, 3, 4])).to.deep.equal({ heard: 2, expected: 4, percent: 50 });
    expect(transmission([3, 4], [1, 2, 3, 4], 3)).to.deep.equal({ heard: 2, expected: 2, percent: 100 });
    expect(transmission([], [])).to.deep.equal({ heard: 0, expected: 0, percent: null });
  });

  const RATES: [heard: number, expected: number, before: boolean, found: string[]][] = [
    [95, 100, false, []],
    [94, 100, false, ['low-transmission 15 info']],
    [1367, 1440, false, ['low-transmission 15 info']],
    [1368, 1440, false, []],
    [0, 10, true, ['low-transmission 15 warning']],
    [0, 0, true, []],
  ];
  for (const [heard, expected, before, found] of RATES) {
    it(`heard in ${heard} of ${expected} minutes: ${found.join(', ') || 'nothing'}`, () => {
      expect(shown(judgeTransmission(DEVICE, '2021-11-15', { heard, expected, before }, xinzhou2021))).to.deep.equal(found);
    });
  }

  const NOON = t('2021-11-15T12:00');
  const late = (seconds: number, count: number, backfill = false) =>
    Array.from({ length: count }, () => ({ at: NOON, receivedAt: NOON + seconds * 1000, backfill }));
  const SKEWS: [what: string, messages: ReturnType<typeof late>, before: boolean, found: string[]][] = [
    ['nineteen messages', late(60, 19), false, []],
    ['twenty', late(60, 20), false, ['clock-skew 15 info']],
    ['twenty ahead', late(-60, 20), false, ['clock-skew 15 info']],
    ['twenty at the limit', late(30, 20), false, []],
    ['half of them wrong, at the mean of the middle', [...late(0, 10), ...late(60, 10)], false, []],
    ['more than half', [...late(0, 10), ...late(60, 11)], false, ['clock-skew 15 info']],
    ['sent late', late(600, 30, true), false, []],
    ['the second day', late(60, 20), true, ['clock-skew 15 warning']],
  ];
  for (const [what, messages, before, found] of SKEWS) {
    it(`clock: ${what}: ${found.join(', ') || 'nothing'}`, () => {
      expect(shown(judgeClockSkew(DEVICE, '2021-11-15', messages, before, xinzhou2021))).to.deep.equal(found);
    });
  }

  it('the middle of an even count is the mean of two', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).to.deep.equal([2, 2.5, NaN]);
  });

  for (const [what, numbers, missing] of COUNTERS) {
    it(`counter: ${what}: ${missing} missing`, () => {
      expect(missingNumbers(numbers)).to.equal(missing);
      const drafts = judgeGap(DEVICE, '2021-11-15', numbers.map((n) => ({ at: NOON, receivedAt: NOON, backfill: false, n })), xinzhou2021); // prettier-ignore
      expect(drafts.map((d) => d.measured)).to.deep.equal(missing === 0 ? [] : [{ missing }]);
    });
  }
});
