import { expect } from 'chai';
import fc from 'fast-check';
import { HOUR } from '../../../devices/contract/instant.ts';
import {
  confirmationMoment,
  judgeDiversionDay,
  localBusinessOf,
  pendingSince,
  type DiversionPart,
  type GateInside,
  type GateVisit,
  type ZoneSighting,
} from '../../../server/rules/diversion-day.ts';
import { policy, policyWith, t } from './given-road.ts';

function sighting(time: string, id: string, changes: Partial<ZoneSighting> = {}): ZoneSighting {
  const { kind = 'checkpoint', deviceId = 'c1' } = changes;
  return { ref: `${kind}/${deviceId}/${id}`, kind, deviceId, id, at: t(`2021-11-15 ${time}`), ...changes };
}
const business = (time: string) => ({ ref: `gate/g1/${time}`, at: t(time.includes(' ') ? time : `2021-11-15 ${time}`) });

const ZONE = { id: 'core', nameZh: '主城区' };

function judge(part: Partial<DiversionPart>, ...more: Partial<DiversionPart>[]) {
  const parts = [part, ...more].map((p) => ({ zone: ZONE, policy, sightings: [], localBusiness: [], ...p }));
  return judgeDiversionDay({ vin: 'VIN1', day: '2021-11-15', parts });
}

describe('a day in a diversion zone', () => {
  const table: { what: string; sightings: ZoneSighting[]; business?: string[]; first?: string; count?: number; last?: string }[] =
    [
      { what: 'nothing seen', sightings: [] },
      { what: 'seen once', sightings: [sighting('12:00', 'a')], first: 'a', count: 1, last: 'a' },
      { what: 'seen twice', sightings: [sighting('13:00', 'b'), sighting('12:00', 'a')], first: 'a', count: 2, last: 'b' },
      { what: 'business exactly 6 h before', sightings: [sighting('12:00', 'a')], business: ['06:00'] },
      { what: 'business exactly 6 h after', sightings: [sighting('12:00', 'a')], business: ['18:00'] },
      {
        what: 'business 6 h and 1 ms before',
        sightings: [sighting('12:00', 'a')],
        business: ['05:59:59.999'],
        first: 'a',
        count: 1,
        last: 'a',
      },
      {
        what: 'business 6 h and 1 ms after',
        sightings: [sighting('12:00', 'a')],
        business: ['18:00:00.001'],
        first: 'a',
        count: 1,
        last: 'a',
      },
      { what: 'business of the evening before', sightings: [sighting('01:00', 'a')], business: ['2021-11-14 20:00'] },
      {
        what: 'the first excused, the next not',
        sightings: [sighting('08:00', 'a'), sighting('16:00', 'b'), sighting('17:00', 'c')],
        business: ['07:00'],
        first: 'b',
        count: 2,
        last: 'c',
      },
      {
        what: 'the middle excused',
        sightings: [sighting('01:00', 'a'), sighting('12:00', 'b'), sighting('23:00', 'c')],
        business: ['12:00'],
        first: 'a',
        count: 2,
        last: 'c',
      },
      {
        what: 'other civil days aside',
        sightings: [
          sighting('00:00', 'a', { at: t('2021-11-14 23:59:59.999') }),
          sighting('00:00', 'b', { at: t('2021-11-16 00:00') }),
        ],
      },
      {
        what: 'both ends of the day',
        sightings: [sighting('00:00', 'a'), sighting('23:59:59.999', 'b')],
        first: 'a',
        count: 2,
        last: 'b',
      },
      {
        what: 'several positions of one message are one observation',
        sightings: [sighting('12:00', 'a'), sighting('12:01', 'a'), sighting('12:02', 'a')],
        first: 'a',
        count: 1,
        last: 'a',
      },
      {
        what: 'one moment: kind, then device, then id by code unit',
        sightings: [
          sighting('12:00', 'a', { deviceId: 'c2' }),
          sighting('12:00', 'b'),
          sighting('12:00', 'Z'),
          sighting('12:00', 'r', { kind: 'remote-sensing' }),
        ],
        first: 'Z',
        count: 4,
        last: 'r',
      },
    ];
  for (const { what, sightings, business: times = [], first, count, last } of table) {
    it(`${what}: ${first ? `from ${first}, ${count}` : 'nothing'}`, () => {
      const finding = judge({ sightings, localBusiness: times.map(business) });
      expect(finding?.observations[0]?.split('/')[2]).equal(first);
      expect(finding?.count).equal(count);
      expect(finding?.last?.split('/')[2]).equal(last);
    });
  }

  it('is pending and keyed by vehicle, zone and civil day', () => {
    const finding = judge({ sightings: [sighting('12:00', 'a')], localBusiness: [business('20:30')] });
    expect(finding).deep.include({
      rule: 'diversion',
      code: 'through-traffic',
      severity: 'warning',
      proposal: 'none',
      subject: 'VIN1:core:2021-11-15',
      at: t('2021-11-15 12:00'),
      status: 'pending',
      measured: { localBusiness: true, hoursToLocalBusiness: 8.5 },
      limit: { localBusinessHours: 6 },
    });
  });

  it('is excused by business at gates in the zone as it was at each sighting, within the hours of the policy of then', () => {
    const before = { zone: { ...ZONE, version: 'core#1' }, sightings: [sighting('09:00', 'a')], localBusiness: [business('10:00')] };
    const later = { zone: { ...ZONE, version: 'core#2' }, sightings: [sighting('11:00', 'b'), sighting('12:00', 'c')] };
    expect(judge(before, later)).to.deep.include({ observations: ['checkpoint/c1/b'], count: 2, facts: { zone: 'core', zoneVersion: 'core#2' } });
    const narrow = { policy: policyWith('diversion', { localBusinessHours: 1 }), localBusiness: [business('10:00')] };
    expect(judge(before, { ...later, ...narrow })).to.deep.include({ observations: ['checkpoint/c1/c'], count: 1, limit: { localBusinessHours: 1 } });
  }); // prettier-ignore

  it('says why in at most 120 characters however long the zone’s name', () => {
    const finding = judge({ zone: { id: 'z'.repeat(64), nameZh: '区'.repeat(64) }, sightings: [sighting('12:00', 'a')] });
    expect(finding?.zh.length).below(121);
    expect(finding?.en.length).below(121);
  });

  it('does not depend on the order in which history is read', () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    const seen = fc.array(fc.record({ minute, id: fc.constantFrom('a', 'b', 'c'), deviceId: fc.constantFrom('c1', 'c2') }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(seen, fc.array(minute, { maxLength: 3 }), (items, visits) => {
        const start = t('2021-11-15');
        const sightings = items.map((i) => sighting('00:00', i.id, { deviceId: i.deviceId, at: start + i.minute * 60_000 }));
        const localBusiness = visits.map((m) => ({ ref: `gate/g/${m}`, at: start + m * 60_000 }));
        const again = judge({ sightings: [...sightings].reverse(), localBusiness: [...localBusiness].reverse() });
        expect(again).deep.equal(judge({ sightings, localBusiness }));
      }),
    );
  });
});

describe('local business', () => {
  const visit = (ref: string, changes: Partial<GateVisit> = {}): GateVisit => ({
    ref,
    at: 1,
    message: 'arrival',
    recognised: true,
    inside: true,
    ...changes,
  });
  const table: { what: string; visits: GateVisit[]; counts: string[] }[] = [
    { what: 'an arrival', visits: [visit('a')], counts: ['a'] },
    { what: 'a passage', visits: [visit('p', { message: 'passage' })], counts: ['p'] },
    { what: 'a gate outside the zone', visits: [visit('a', { inside: false })], counts: [] },
    { what: 'a plate neither exact nor corrected', visits: [visit('a', { recognised: false })], counts: [] },
    { what: 'turned back', visits: [visit('p', { message: 'passage', turnedBack: true })], counts: [] },
    {
      what: 'an arrival whose passage was turned back',
      visits: [visit('a'), visit('p', { message: 'passage', turnedBack: true, arrival: 'a' }), visit('b')],
      counts: ['b'],
    },
    {
      what: 'an arrival named by two passages, one of them turned back',
      visits: [
        visit('p', { message: 'passage', turnedBack: true, arrival: 'a' }),
        visit('q', { message: 'passage', arrival: 'a' }),
        visit('a'),
      ],
      counts: ['q'],
    },
  ];
  for (const { what, visits, counts } of table) {
    it(`${what}: ${counts.join(', ') || 'none'}`, () => expect(localBusinessOf(visits).map((b) => b.ref)).deep.equal(counts));
  }
});

describe('when through traffic is confirmed', () => {
  const gate = (id: string, status?: GateInside['status'], enabled = true): GateInside => ({
    id,
    enabled,
    ...(status && { status }),
  });
  const away = gate('g2', { online: false });
  const backlog = gate('g1', { online: true, queued: 3 });
  const here = gate('g3', { online: true, queued: 0 });
  const ms = (hours: number) => hours * HOUR;
  const table: { what: string; now: number; gates?: GateInside[]; then: ReturnType<typeof confirmationMoment> }[] = [
    { what: 'at once', now: 0, then: { action: 'wait', until: ms(6) } },
    { what: 'a millisecond before 6 h', now: ms(6) - 1, then: { action: 'wait', until: ms(6) } },
    { what: 'at 6 h, no gate inside', now: ms(6), then: { action: 'confirm' } },
    { what: 'at 6 h, all gates here', now: ms(6), gates: [here], then: { action: 'confirm' } },
    { what: 'at 6 h, a gate that never spoke', now: ms(6), gates: [gate('g4')], then: { action: 'confirm' } },
    {
      what: 'at 6 h, a gate that does not count its queue',
      now: ms(6),
      gates: [gate('g4', { online: true })],
      then: { action: 'confirm' },
    },
    {
      what: 'at 6 h, a disabled gate away',
      now: ms(6),
      gates: [gate('g4', { online: false }, false)],
      then: { action: 'confirm' },
    },
    { what: 'at 6 h, a gate away', now: ms(6), gates: [here, away], then: { action: 'wait', until: ms(6) + 60_000 } },
    { what: 'at 7 h, a gate with a backlog', now: ms(7), gates: [backlog], then: { action: 'wait', until: ms(7) + 60_000 } },
    { what: 'just before 72 h', now: ms(72) - 1, gates: [away], then: { action: 'wait', until: ms(72) } },
    {
      what: 'at 72 h, gates away',
      now: ms(72),
      gates: [away, here, backlog],
      then: { action: 'confirm', unheardGates: ['g1', 'g2'] },
    },
    { what: 'after 72 h, all gates here', now: ms(80), gates: [here], then: { action: 'confirm' } },
  ];
  for (const { what, now, gates = [], then } of table) {
    it(`${what}: ${then.action}`, () => {
      const since = t('2021-11-15 12:00');
      const expected = then.action === 'wait' ? { ...then, until: since + then.until } : then;
      expect(confirmationMoment(since, since + now, gates, policy)).deep.equal(expected);
    });
  }

  it('counts from the later of at and receivedAt', () => {
    expect(pendingSince({ at: 5, receivedAt: 9 })).equal(9);
    expect(pendingSince({ at: 9, receivedAt: 5 })).equal(9);
  });
});
