import { expect } from 'chai';
import fc from 'fast-check';
import { cleanTransportAccount, weigh, type Delivery, type RoadRow } from '../../../server/audit/clean-transport.ts';

const limits = { minPercent: 80, defaultTonnes: 30 };
const row = (by: RoadRow['by'], tonnes?: number, direction: 'in' | 'out' = 'in', ref = 'r'): RoadRow => ({ ref, direction, by, ...(tonnes !== undefined && { tonnes }) }); // prettier-ignore
const rail = (tonnes: number): Delivery => ({ id: 'd', mode: 'rail', tonnes, direction: 'in' });

describe('the clean-transport account', () => {
  const cases: [name: string, rows: RoadRow[], deliveries: Delivery[], audit: number | null, weighed: number | null, proposes: string | null][] = [
    ['nothing moved: no share, nothing proposed', [], [], null, null, null],
    ['rail and new-energy are clean', [row('new-energy', 40)], [rail(60)], 100, 100, 'met'],
    ['stage 6 stands beside, it is not clean', [row('stage-6', 50)], [rail(50)], 50, 50, 'not-met'],
    ['80 % exactly is met', [row('other', 20)], [rail(80)], 80, 80, 'met'],
    ['a kilogram less is not', [row('other', 20.001)], [rail(79.999)], 80, 80, 'not-met'],
    ['an unweighed row counts with the mean of its direction, and not as clean', [row('new-energy', 20), row('new-energy', 40), row('new-energy')], [], 66.67, 100, 'not-met'],
    ['with 30 t where none of its direction was weighed', [row('new-energy', 70), row('new-energy', undefined, 'out')], [], 70, 100, 'not-met'],
    ['a row of no tonnes is weighed', [row('other', 0)], [rail(10)], 100, 100, 'met'],
    ['only unweighed rows: no share without them', [row('new-energy')], [], 0, null, 'not-met'],
  ]; // prettier-ignore
  for (const [name, rows, deliveries, audit, weighed, proposes] of cases) {
    it(name, () => {
      const account = cleanTransportAccount(rows, deliveries, limits);
      expect([account.auditShare, account.weighedShare, account.proposes]).to.deep.equal([audit, weighed, proposes]);
    });
  }

  const rows = fc.array(
    fc.record({
      ref: fc.string({ maxLength: 6 }),
      direction: fc.constantFrom('in' as const, 'out' as const),
      by: fc.constantFrom('new-energy' as const, 'stage-6' as const, 'other' as const),
      tonnes: fc.option(fc.integer({ min: 0, max: 999_900 }).map((kg) => kg / 1000), { nil: undefined }),
    }).map(({ tonnes, ...rest }): RoadRow => ({ ...rest, ...(tonnes !== undefined && { tonnes }) })),
    { maxLength: 40 },
  ); // prettier-ignore
  const deliveries = fc.array(
    fc.record({
      id: fc.string({ maxLength: 4 }),
      mode: fc.constantFrom('rail' as const, 'water' as const, 'pipe' as const, 'conveyor' as const),
      tonnes: fc.integer({ min: 0, max: 5_000_000 }).map((kg) => kg / 1000),
      direction: fc.constantFrom('in' as const, 'out' as const),
    }),
    { maxLength: 10 },
  );

  it('adds up to the rows it names, in any order of them', () => {
    fc.assert(
      fc.property(rows, deliveries, (road, other) => {
        const account = cleanTransportAccount(road, other, limits);
        const kg = (t: number) => Math.round(t * 1000);
        const named =
          weigh(road, limits.defaultTonnes).reduce((n, r) => n + kg(r.counted), 0) + other.reduce((n, d) => n + kg(d.tonnes), 0);
        expect(kg(account.total)).to.equal(named);
        expect(Object.values(account.tonnes).reduce((n, t) => n + kg(t), 0)).to.equal(named);
        expect(cleanTransportAccount([...road].reverse(), [...other].reverse(), limits)).to.deep.equal(account);
        if (account.auditShare !== null) expect(account.auditShare).to.be.within(0, 100);
      }),
    );
  });
});
