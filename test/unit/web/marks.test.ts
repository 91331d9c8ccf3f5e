import { expect } from 'chai';
import type { Alert } from '../../../web/src/api/types.ts';
import { marksOf, Spots } from '../../../web/src/geo/marks.ts';

/** A degree is a thousand pixels. */
const project = (lon: number, lat: number) => ({ x: lon * 1000, y: -lat * 1000 });
const at = (id: string, lon?: number, lat?: number, more: Partial<Alert> = {}) =>
  ({ id, severity: 'warning', provisional: false, place: lon === undefined ? undefined : { lon, lat }, ...more }) as Alert;
const spotsOf = (alerts: readonly Alert[]) => {
  const spots = new Spots();
  spots.show(alerts);
  return spots;
};
const marksAt = (alerts: readonly Alert[]) => marksOf(spotsOf(alerts).all(), project, 30);
const told = (alerts: readonly Alert[]) =>
  marksAt(alerts).map(({ spots }) => spots.flatMap((spot) => [...spot.alerts.keys()]).join('+'));

describe('the marks of the map', () => {
  const CASES: [what: string, alerts: Alert[], marks: string[]][] = [
    ['one place, one mark', [at('a', 112, 38), at('b', 112, 38)], ['a+b']],
    ['places that would lie on one another', [at('a', 112.001, 38.001), at('b', 112.012, 38.008)], ['a+b']],
    ['places that can be told apart', [at('a', 112, 38), at('b', 112.1, 38)], ['a', 'b']],
    ['none without a position', [at('a'), at('b', 112, 38)], ['b']],
  ];
  for (const [what, alerts, marks] of CASES) it(what, () => expect(told(alerts)).to.deep.equal(marks));

  it('show the worst, and are quiet only where all may be taken back', () => {
    const [mark] = marksAt([
      at('a', 112, 38, { provisional: true }),
      at('b', 112, 38, { severity: 'critical' }),
      at('c', 112, 38, { severity: 'info' }),
    ]);
    expect(mark).to.include({ worst: 'critical', quiet: false });
    expect(marksAt([at('a', 112, 38, { provisional: true })])[0]).to.include({ quiet: true });
  });

  it('are never more than there is room for, however many alerts there are', () => {
    const alerts = Array.from({ length: 20_000 }, (_, n) => at(`a${n}`, 112 + (n % 141) / 470, 38 + (n % 137) / 457));
    expect(marksAt(alerts).length).to.be.at.most(11 * 11);
  });
});
