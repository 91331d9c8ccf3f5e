import { expect } from 'chai';
import { EARTH_RADIUS_M } from '../../../server/geo/distance.ts';
import { zoneHits, type ZonePoint } from '../../../server/rules/diversion.ts';
import type { PermitFacts, VehicleFacts, ZoneFacts } from '../../../server/rules/types.ts';
import { policy, t, truck } from './given-road.ts';

/** One kilometre square on the equator; metres to degrees. */
const degrees = (metres: number) => metres / ((EARTH_RADIUS_M * Math.PI) / 180);
const zone: ZoneFacts = {
  version: 'z1',
  id: 'core',
  nameZh: '主城区',
  ring: [
    [0, 0],
    [degrees(1000), 0],
    [degrees(1000), degrees(1000)],
    [0, degrees(1000)],
  ],
};
const permit: PermitFacts = { version: 'p1', id: 'p1', zoneId: 'core', from: t('2021-11-15'), to: t('2021-11-16') };

describe('a position in a diversion zone', () => {
  const table: {
    what: string;
    at?: string;
    place?: [number, number];
    vehicle?: Partial<VehicleFacts>;
    zone?: Partial<ZoneFacts>;
    permit?: Partial<PermitFacts>;
    hit: boolean;
  }[] = [
    { what: 'a heavy diesel truck in season', hit: true },
    { what: 'outside', place: [500, -5000], hit: false },
    { what: 'exactly 15 m outside an included edge', place: [500, -15], hit: true },
    {
      what: 'exactly 15 m inside an excluded edge',
      place: [500, 15],
      zone: { edges: [{ index: 0, included: false }] },
      hit: false,
    },
    { what: '14 October', at: '2021-10-14 23:59:59.999', hit: false },
    { what: '15 October', at: '2021-10-15 00:00', hit: true },
    { what: '31 March, last millisecond', at: '2022-03-31 23:59:59.999', hit: true },
    { what: '1 April', at: '2022-04-01 00:00', hit: false },
    {
      what: 'summer, a zone with its own season',
      at: '2021-07-01 12:00',
      zone: { seasons: [{ from: '06-01', to: '08-31' }] },
      hit: true,
    },
    { what: 'winter, a zone of the summer', zone: { seasons: [{ from: '06-01', to: '08-31' }] }, hit: false },
    {
      what: 'the second of two seasons',
      zone: {
        seasons: [
          { from: '06-01', to: '08-31' },
          { from: '11-01', to: '11-30' },
        ],
      },
      hit: true,
    },
    { what: 'an empty list of seasons is the policy’s', zone: { seasons: [] }, hit: true },
    { what: 'the beginning of its clock', at: '2021-11-15 07:00', zone: { clock: [{ from: '07:00', to: '22:00' }] }, hit: true },
    { what: 'the end of its clock', at: '2021-11-15 22:00', zone: { clock: [{ from: '07:00', to: '22:00' }] }, hit: false },
    { what: 'a clock past midnight', at: '2021-11-15 05:59', zone: { clock: [{ from: '22:00', to: '06:00' }] }, hit: true },
    { what: 'a clock until 24:00', at: '2021-11-15 23:59:59.999', zone: { clock: [{ from: '20:00', to: '24:00' }] }, hit: true },
    { what: 'from = to is all day', at: '2021-11-15 03:00', zone: { clock: [{ from: '08:00', to: '08:00' }] }, hit: true },
    { what: 'a medium truck', vehicle: { vehicleType: 'H21' }, hit: false },
    {
      what: 'a medium truck, a zone for medium and heavy',
      vehicle: { vehicleType: 'H21' },
      zone: { vehicles: { sizes: ['heavy', 'medium'] } },
      hit: true,
    },
    { what: 'a heavy bus', vehicle: { vehicleType: 'K11' }, hit: false },
    { what: 'a gas tractor', vehicle: { vehicleType: 'Q11', fuel: 'E' }, hit: false },
    { what: 'a hybrid with diesel', vehicle: { fuel: 'BO' }, hit: true },
    { what: 'an electric one by stage', vehicle: { stage: 'D' }, hit: false },
    { what: 'an ambulance', vehicle: { useNature: 'J' }, hit: false },
    { what: 'hazardous goods', vehicle: { useNature: 'R' }, hit: false },
    { what: 'a permit', permit: {}, hit: false },
    { what: 'the first moment of a permit', at: '2021-11-15 00:00', permit: {}, hit: false },
    { what: 'before a permit', at: '2021-11-14 23:59:59.999', permit: {}, hit: true },
    { what: 'the last millisecond of a permit', at: '2021-11-15 23:59:59.999', permit: {}, hit: false },
    { what: 'the end of a permit', at: '2021-11-16 00:00', permit: {}, hit: true },
    { what: 'a permit without end', at: '2022-01-01', permit: { to: undefined }, hit: false },
    { what: 'a permit for another zone', permit: { zoneId: 'other' }, hit: true },
    { what: 'a route permit', permit: { zoneId: undefined, hours: [{ from: '00:00', to: '24:00' }] }, hit: true },
    { what: 'a permit out of its hours', permit: { hours: [{ from: '22:00', to: '06:00' }] }, hit: true },
    { what: 'a permit in its hours', at: '2021-11-15 05:00', permit: { hours: [{ from: '22:00', to: '06:00' }] }, hit: false },
  ];
  for (const { what, at = '2021-11-15 12:00', place = [500, 500] as [number, number], hit, ...changes } of table) {
    it(`${what}: ${hit ? 'in breach' : 'free'}`, () => {
      const point: ZonePoint = { at: t(at), lon: degrees(place[0]), lat: degrees(place[1]) };
      const permits = changes.permit ? [{ ...permit, ...changes.permit }] : [];
      expect(zoneHits(point, truck(changes.vehicle), [{ ...zone, ...changes.zone }], permits, policy)).deep.equal(
        hit ? ['core'] : [],
      );
    });
  }

  it('names every zone it lies in, permits counting for their own', () => {
    const zones = [zone, { ...zone, id: 'ring' }, { ...zone, id: 'north' }];
    const point = { at: t('2021-11-15 12:00'), lon: degrees(500), lat: degrees(500) };
    expect(zoneHits(point, truck(), zones, [{ ...permit, zoneId: 'ring' }], policy)).deep.equal(['core', 'north']);
  });
});
