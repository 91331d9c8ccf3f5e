import { expect } from 'chai';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { EARTH_RADIUS_M } from '../../../server/geo/distance.ts';
import { isOnRoute, judgeRouteDay, offRoute, type OffRouteMoment } from '../../../server/rules/route.ts';
import type { PermitFacts, VehicleFacts } from '../../../server/rules/types.ts';
import { expectWellFormed, t, vehicle } from '../../support/rules.ts';

const LAT = 38.4;
/** A corridor due north along the meridian; a point so many metres east of its middle. */
const LINE: [number, number][] = [
  [112.7, LAT - 0.1],
  [112.7, LAT + 0.1],
];
const FAR_LINE: [number, number][] = LINE.map(([lon, lat]) => [lon + 1, lat]);
const east = (metres: number) => ({
  lon: 112.7 + ((metres / EARTH_RADIUS_M) * 180) / Math.PI / Math.cos((LAT * Math.PI) / 180),
  lat: LAT,
});
const permit = (more: Partial<PermitFacts>): PermitFacts => ({
  version: `${more.id ?? 'p'}#1`,
  id: 'p',
  from: t('2021-01-01T00:00'),
  ...more,
});
const line = permit({ id: 'line', corridor: LINE });
const night = permit({ id: 'night', hours: [{ from: '22:00', to: '05:00' }] });
const nightLine = permit({ id: 'night-line', corridor: LINE, hours: [{ from: '22:00', to: '05:00' }] });
const farDay = permit({ id: 'far-day', corridor: FAR_LINE, hours: [{ from: '05:00', to: '22:00' }] });
const forZone = permit({ id: 'zone', zoneId: 'ring', corridor: LINE });
const bare = permit({ id: 'bare' });
const MUCK = { muck: true };
const DUMPER = { vehicleType: 'H17' };

type Case = [
  what: string,
  truck: Partial<VehicleFacts>,
  held: PermitFacts[],
  clock: string,
  metres: number | null,
  codes: string[],
];
const CASES: Case[] = [
  ['a muck truck without any permit', MUCK, [], '12:00', 0, ['no-permit']],
  ['a muck truck with a zone permit only', MUCK, [forZone], '12:00', 0, ['no-permit']],
  ['a muck truck whose permit names neither route nor hours', MUCK, [bare], '12:00', 0, ['no-permit']],
  ['a muck truck without permit, seen by a device without place', MUCK, [], '12:00', null, ['no-permit']],
  ['a dump truck without any permit', DUMPER, [], '12:00', 0, []],
  ['on its corridor', MUCK, [line], '12:00', 0, []],
  ['200 m from it', MUCK, [line], '12:00', 200, []],
  ['less than half a millimetre farther', MUCK, [line], '12:00', 200.0004, []],
  ['a millimetre farther', DUMPER, [line], '12:00', 200.001, ['off-corridor']],
  ['far from it, seen by a device without place', DUMPER, [line], '12:00', null, []],
  ['when its hours begin', MUCK, [night], '22:00', 5000, []],
  ['in the last millisecond of its hours', MUCK, [night], '04:59:59.999', 5000, []],
  ['when its hours have ended', MUCK, [night], '05:00', 5000, ['outside-hours']],
  ['outside hours and corridor', MUCK, [nightLine], '12:00', 5000, ['outside-hours', 'off-corridor']],
  ['outside hours, on the corridor', MUCK, [nightLine], '12:00', 0, ['outside-hours']],
  ['outside hours, without place', MUCK, [nightLine], '12:00', null, ['outside-hours']],
  ['in the hours of another corridor only', MUCK, [nightLine, farDay], '12:00', 0, ['off-corridor']],
  [
    'a permit without corridor is near everywhere',
    MUCK,
    [farDay, permit({ hours: [{ from: '08:00', to: '18:00' }] })],
    '12:00',
    0,
    [],
  ],
  ['one without hours counts at all hours', MUCK, [nightLine, line], '12:00', 0, []],
  ['outside the hours of all, near one without corridor', MUCK, [night, nightLine], '12:00', 5000, ['outside-hours']],
];

describe('route', () => {
  for (const [what, truck, held, clock, metres, codes] of CASES) {
    it(`${what}: ${codes.join(' and ') || 'nothing'}`, () => {
      const point = { at: t(`2021-11-15T${clock}`), ...(metres !== null && { place: east(metres) }) };
      expect(offRoute(point, vehicle(truck), held, xinzhou2021).map((o) => o.code)).to.deep.equal(codes);
    });
  }

  it('speaks of muck trucks of any type and of H* with a third character of the policy', () => {
    const speaks = (facts: Partial<VehicleFacts>) => isOnRoute(vehicle(facts), xinzhou2021);
    for (const vehicleType of ['H17', 'H3B', 'H1G']) expect(speaks({ vehicleType }), vehicleType).to.equal(true);
    for (const vehicleType of ['H11', 'H1A', 'H1H', 'Q17', 'H7', 'Z17'])
      expect(speaks({ vehicleType }), vehicleType).to.equal(false);
    expect(speaks({ vehicleType: 'Z11', muck: true })).to.equal(true);
  });

  it('names the permits considered and the distance to the nearest of their corridors', () => {
    const [hours, corridor] = offRoute(
      { at: t('2021-11-15T12:00'), place: east(321.5) },
      vehicle(MUCK),
      [nightLine],
      xinzhou2021,
    );
    expect(hours).to.deep.equal({ code: 'outside-hours', permits: ['night-line#1'], hours: '22:00-05:00' });
    expect(corridor).to.deep.equal({ code: 'off-corridor', permits: ['night-line#1'], metres: 321.5 });
  });

  it('says when, and what was measured against what', () => {
    const moment = { ref: 'c', kind: 'checkpoint', deviceId: 'c1', id: 'c', at: t('2021-11-15T12:00:00.5'), permits: ['p#1'] } as const;
    const day = { vin: 'VIN', day: '2021-11-15' };
    const found = judgeRouteDay({ ...day, code: 'outside-hours', moments: [{ ...moment, hours: '22:00-05:00' }] }, xinzhou2021)!;
    expect(found).to.deep.include({ measured: { time: '12:00:00.500', permits: 1 }, limit: { hours: '22:00-05:00' } });
    expectWellFormed(found);
    for (const more of [{ code: 'off-corridor', metres: 321.5 }, { code: 'no-permit' }, { code: 'outside-hours', hours: '00:00-01:00, '.repeat(40) }] as const)
      expectWellFormed(judgeRouteDay({ ...day, code: more.code, moments: [{ ...moment, ...more }] }, xinzhou2021)!);
  }); // prettier-ignore

  it('makes one finding of a civil day: its first observation, the count of observations, the last', () => {
    const moment = (ref: string, at: string): OffRouteMoment => ({
      ref,
      kind: 'on-board',
      deviceId: 'v',
      id: ref,
      at: t(at),
      permits: ['line#1'],
      metres: 300,
    });
    const moments = [
      moment('c', '2021-11-15T23:59:59.999'),
      moment('b', '2021-11-15T00:00'),
      moment('b', '2021-11-15T00:01'),
      moment('a', '2021-11-14T23:59:59.999'),
      moment('d', '2021-11-16T00:00'),
    ];
    const found = judgeRouteDay({ vin: 'VIN', day: '2021-11-15', code: 'off-corridor', moments }, xinzhou2021);
    expect(found).to.include({
      code: 'off-corridor',
      subject: 'VIN:2021-11-15',
      at: t('2021-11-15T00:00'),
      count: 2,
      last: 'c',
      severity: 'warning',
      proposal: 'none',
      status: 'confirmed',
    });
    expect(found!.observations).to.deep.equal(['b']);
    expect(found!.measured).to.include({ corridorM: 300 });
    expect(found!.limit).to.deep.equal({ corridorM: 200 });
    expect(judgeRouteDay({ vin: 'VIN', day: '2021-11-13', code: 'off-corridor', moments }, xinzhou2021)).to.equal(null);
  });
});
