import { expect } from 'chai';
import fc from 'fast-check';
import {
  failuresOf,
  passesOf,
  standingFailureAt,
  type Failure,
  type ReadingItem,
  type Smoke,
} from '../../../server/rules/remote-sensing-history.ts';
import type { InspectionFacts } from '../../../server/rules/types.ts';
import { policy, policyWith, t } from './given-road.ts';

let next = 0;
/** A counting reading with clean smoke; `over` names what it is over in. */
function reading(time: string, over: Smoke[] = [], changes: Partial<ReadingItem> = {}): ReadingItem {
  const deviceId = changes.deviceId ?? 'rs1';
  const id = changes.id ?? String(++next);
  return {
    ref: `remote-sensing/${deviceId}/${id}`,
    deviceId,
    id,
    at: t(time),
    counts: true,
    opacity: over.includes('opacity') ? 45 : 10,
    ringelmann: over.includes('ringelmann') ? 2 : 0,
    over,
    ...changes,
  };
}

function inspection(
  time: string,
  result: 'passed' | 'failed' = 'passed',
  inspectionKind: 'periodic' | 'repair' = 'periodic',
): InspectionFacts {
  return { version: `i${time}`, vin: 'V', at: t(time), inspectionKind, result };
}

const smoke: Smoke[] = ['opacity'];
const byPolicy = () => policy;
const failures = (readings: ReadingItem[], inspections: InspectionFacts[] = []): Failure[] =>
  failuresOf(readings, inspections, byPolicy).map(({ at, subject }) => ({ at, subject }));

describe('failures by remote sensing', () => {
  const table: { what: string; readings: ReadingItem[]; inspections?: InspectionFacts[]; fails: string[] }[] = [
    { what: 'one failing pass', readings: [reading('2021-11-01', smoke)], fails: [] },
    { what: 'two in a row', readings: [reading('2021-11-01', smoke), reading('2021-11-02', smoke)], fails: ['2021-11-02'] },
    {
      what: 'three in a row make two',
      readings: [reading('2021-11-01', smoke), reading('2021-11-02', smoke), reading('2021-11-03', smoke)],
      fails: ['2021-11-02', '2021-11-03'],
    },
    {
      what: 'a clean pass between',
      readings: [reading('2021-11-01', smoke), reading('2021-11-02'), reading('2021-11-03', smoke)],
      fails: [],
    },
    {
      what: 'a reading between that does not count',
      readings: [reading('2021-11-01', smoke), reading('2021-11-02', [], { counts: false }), reading('2021-11-03', smoke)],
      fails: ['2021-11-03'],
    },
    {
      what: 'a failing one that does not count',
      readings: [reading('2021-11-01', smoke), reading('2021-11-02', smoke, { counts: false })],
      fails: [],
    },
    {
      what: 'a pass between that measured gases only is left out',
      readings: [
        reading('2021-11-01', smoke),
        reading('2021-11-02', [], { opacity: undefined, ringelmann: undefined }),
        reading('2021-11-03', smoke),
      ],
      fails: ['2021-11-03'],
    },
    {
      what: 'different pollutants',
      readings: [reading('2021-11-01', ['opacity']), reading('2021-11-02', ['ringelmann'])],
      fails: [],
    },
    {
      what: 'one that did not measure the pollutant is not over',
      readings: [reading('2021-11-01', smoke), reading('2021-11-02', [], { opacity: undefined }), reading('2021-11-03', smoke)],
      fails: [],
    },
    {
      what: 'both pollutants in one, one of them in the other',
      readings: [reading('2021-11-01', ['opacity', 'ringelmann']), reading('2021-11-02', ['ringelmann'])],
      fails: ['2021-11-02'],
    },
    {
      what: '31 August and the last millisecond of 28 February',
      readings: [reading('2021-08-31 23:59', smoke), reading('2022-02-28 23:59:59.999', smoke)],
      fails: ['2022-02-28 23:59:59.999'],
    },
    {
      what: '31 August and 1 March',
      readings: [reading('2021-08-31 23:59', smoke), reading('2022-03-01 00:00', smoke)],
      fails: [],
    },
    {
      what: '31 August and 29 February of a leap year',
      readings: [reading('2023-08-31', smoke), reading('2024-02-29 23:00', smoke)],
      fails: ['2024-02-29 23:00'],
    },
    {
      what: 'the same day six months later, at a later hour',
      readings: [reading('2021-05-15 08:00', smoke), reading('2021-11-15 20:00', smoke)],
      fails: ['2021-11-15 20:00'],
    },
    {
      what: 'the next day six months later',
      readings: [reading('2021-05-15 08:00', smoke), reading('2021-11-16 00:00', smoke)],
      fails: [],
    },
    {
      what: 'an inspection passed between',
      readings: [reading('2021-11-01', smoke), reading('2021-11-03', smoke)],
      inspections: [inspection('2021-11-02')],
      fails: [],
    },
    {
      what: 'an inspection failed between',
      readings: [reading('2021-11-01', smoke), reading('2021-11-03', smoke)],
      inspections: [inspection('2021-11-02', 'failed')],
      fails: ['2021-11-03'],
    },
    {
      what: 'a repair of any result between',
      readings: [reading('2021-11-01', smoke), reading('2021-11-03', smoke)],
      inspections: [inspection('2021-11-02', 'failed', 'repair')],
      fails: [],
    },
    {
      what: 'inspections exactly at both times',
      readings: [reading('2021-11-01', smoke), reading('2021-11-03', smoke)],
      inspections: [inspection('2021-11-01'), inspection('2021-11-03')],
      fails: ['2021-11-03'],
    },
    {
      what: 'a reading exactly 60 s after the first is the same pass',
      readings: [reading('2021-11-01 08:00:00', smoke), reading('2021-11-01 08:01:00', smoke)],
      fails: [],
    },
    {
      what: 'a reading 60.001 s after the first is another pass',
      readings: [reading('2021-11-01 08:00:00', smoke), reading('2021-11-01 08:01:00.001', smoke)],
      fails: ['2021-11-01 08:01:00.001'],
    },
    {
      what: 'the 60 s run from the first reading, not from the last',
      readings: [
        reading('2021-11-01 08:00:00', smoke),
        reading('2021-11-01 08:00:50', smoke),
        reading('2021-11-01 08:01:40', smoke),
      ],
      fails: ['2021-11-01 08:01:40'],
    },
    {
      what: 'two stations at the same moment are two passes',
      readings: [reading('2021-11-01 08:00:00', smoke), reading('2021-11-01 08:00:00', smoke, { deviceId: 'rs2' })],
      fails: ['2021-11-01 08:00:00'],
    },
    {
      what: 'the worst value of a pass counts',
      readings: [
        reading('2021-11-01 08:00:00', smoke),
        reading('2021-11-01 08:00:10'),
        reading('2021-11-02 08:00:00'),
        reading('2021-11-02 08:00:10', smoke),
      ],
      fails: ['2021-11-02 08:00:00'],
    },
  ];
  for (const { what, readings, inspections, fails } of table) {
    it(`${what}: ${fails.length}`, () => {
      expect(failures(readings, inspections).map((f) => f.at)).deep.equal(fails.map(t));
    });
  }

  it('are judged each by the policy of its second reading, passes by that of their first', () => {
    const stricter = policyWith('remote-sensing', { windowMonths: 1, passSeconds: 10 });
    const list = [
      reading('2021-06-01', smoke, { id: 'a' }),
      reading('2021-11-01 08:00:00', smoke, { id: 'b' }),
      reading('2021-11-01 08:00:30', smoke, { id: 'c' }),
      reading('2022-01-01 08:00:00', smoke, { id: 'd' }),
      reading('2022-01-01 08:00:30', smoke, { id: 'e' }),
    ];
    const later = ({ at }: ReadingItem) => (at < t('2021-12-01') ? policy : stricter);
    expect(failuresOf(list, [], later).map((f) => f.subject)).deep.equal([
      'remote-sensing/rs1/a+remote-sensing/rs1/b',
      'remote-sensing/rs1/d+remote-sensing/rs1/e',
    ]);
  });

  it('names the pair of the first readings, the worst values and the clue', () => {
    const readings = [
      reading('2021-11-01 08:00:00', smoke, { id: 'a' }),
      reading('2021-11-01 08:00:30', smoke, { id: 'b', opacity: 60 }),
      reading('2021-11-02', smoke, { id: 'c', deviceId: 'rs2', ringelmann: undefined }),
    ];
    const [finding] = failuresOf(readings, [], byPolicy);
    expect(finding).deep.include({
      rule: 'remote-sensing',
      code: 'failed',
      severity: 'warning',
      proposal: 'none',
      subject: 'remote-sensing/rs1/a+remote-sensing/rs2/c',
      observations: ['remote-sensing/rs1/a', 'remote-sensing/rs2/c'],
      clue: '6063',
      measured: { pollutants: 'opacity', firstOpacity: 60, firstRingelmann: 0, secondOpacity: 45, secondRingelmann: null },
    });
    expect(finding?.basis.map((b) => b.document)).deep.equal(['hj845', 'law90']);
    expect(finding?.zh.length).below(121);
    expect(finding?.en.length).below(121);
  });

  it('names two days by their dates, two passes of one day by the time of day', () => {
    const said = (one: string, two: string) => failuresOf([reading(one, smoke), reading(two, smoke)], [], byPolicy)[0];
    expect(said('2021-11-01', '2021-11-02')?.zh).match(/^2021-11-01与2021-11-02连续两次/);
    expect(said('2021-11-01 08:05', '2021-11-01 13:40')?.zh).match(/^2021-11-01 08:05与13:40连续两次/);
    expect(said('2021-11-01 08:05', '2021-11-01 13:40')?.en).match(/, 2021-11-01 08:05 and 13:40: failed$/);
  });

  it('orders readings of one moment by station, then id, by code unit', () => {
    const one = '2021-11-01 08:00:00';
    const passes = passesOf(
      [reading(one, [], { deviceId: 'rs2', id: '1' }), reading(one, [], { id: 'b' }), reading(one, [], { id: 'Z' })],
      byPolicy,
    );
    expect(passes.map((p) => p.readings.map((r) => r.ref))).deep.equal([
      ['remote-sensing/rs1/Z', 'remote-sensing/rs1/b'],
      ['remote-sensing/rs2/1'],
    ]);
  });

  it('does not depend on the order in which history is read', () => {
    const item = fc.record({
      at: fc.integer({ min: 0, max: 400 }),
      deviceId: fc.constantFrom('rs1', 'rs2'),
      counts: fc.boolean(),
      opacity: fc.option(fc.constantFrom(10, 40), { nil: undefined }),
    });
    const history = fc.array(item, { maxLength: 20 }).map((items) =>
      items.map((r, i): ReadingItem => ({
        ...r,
        at: r.at * 1000,
        over: r.opacity === 40 ? ['opacity'] : [],
        id: String(i),
        ref: `remote-sensing/${r.deviceId}/${i}`,
      })),
    );
    const shuffled = history.chain((items) =>
      fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length, maxLength: items.length })),
    );
    const checks = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 2 });
    fc.assert(
      fc.property(shuffled, checks, ([items, again], times) => {
        const inspections = times.map((s): InspectionFacts => ({
          version: '1',
          vin: 'V',
          at: s * 1000,
          inspectionKind: 'periodic',
          result: 'passed',
        }));
        expect(passesOf(again, byPolicy)).deep.equal(passesOf(items, byPolicy));
        expect(failuresOf(again, [...inspections].reverse(), byPolicy)).deep.equal(failuresOf(items, inspections, byPolicy));
      }),
    );
  });
});

describe('the failure gates answer', () => {
  const failed: Failure[] = [
    { at: t('2021-11-02 08:00'), subject: 'a+b' },
    { at: t('2021-11-05 08:00'), subject: 'b+c' },
  ];
  const table: { what: string; at: string; inspections?: InspectionFacts[]; stands?: string }[] = [
    { what: 'before the first', at: '2021-11-02 07:59:59.999' },
    { what: 'at its very moment', at: '2021-11-02 08:00', stands: 'a+b' },
    { what: 'between', at: '2021-11-03', stands: 'a+b' },
    { what: 'after the second: the latest', at: '2022-11-03', stands: 'b+c' },
    { what: 'after an inspection passed', at: '2021-11-04', inspections: [inspection('2021-11-03')] },
    { what: 'after a repair passed', at: '2021-11-04', inspections: [inspection('2021-11-03', 'passed', 'repair')] },
    {
      what: 'after a repair that failed',
      at: '2021-11-04',
      inspections: [inspection('2021-11-03', 'failed', 'repair')],
      stands: 'a+b',
    },
    { what: 'an inspection at the gate message’s own moment', at: '2021-11-04', inspections: [inspection('2021-11-04')] },
    {
      what: 'an inspection a moment later',
      at: '2021-11-04',
      inspections: [inspection('2021-11-04 00:00:00.001')],
      stands: 'a+b',
    },
    {
      what: 'an inspection at the failure’s own moment',
      at: '2021-11-04',
      inspections: [inspection('2021-11-02 08:00')],
      stands: 'a+b',
    },
    { what: 'an inspection before the second failure', at: '2021-11-06', inspections: [inspection('2021-11-03')], stands: 'b+c' },
    { what: 'an inspection after both', at: '2021-11-07', inspections: [inspection('2021-11-06')] },
  ];
  for (const { what, at, inspections = [], stands } of table) {
    it(`${what}: ${stands ?? 'none'}`, () => {
      expect(standingFailureAt(failed, inspections, t(at))?.subject).equal(stands);
      expect(standingFailureAt([...failed].reverse(), inspections, t(at))?.subject).equal(stands);
    });
  }
});
