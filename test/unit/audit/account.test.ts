import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson, differencesBetween, rankBy, sealed } from '../../../server/audit/account-text.ts';
import { cleanTransportAccount, type Delivery, type RoadRow } from '../../../server/audit/clean-transport.ts';
import { countedTonnes, FIGURE, figureValue } from '../../../server/audit/figures.ts';
import { daysOf, freezeMoment, monthOf, monthsAfter, stretchOf } from '../../../server/audit/months.ts';
import { createTally } from '../../../server/audit/tally.ts';
import { accountFigures, FIGURES, month } from '../../../server/http/contract/accounts.ts';
import type { TransportRow } from '../../../server/http/contract/ledgers.ts';

const LIMITS = { minPercent: 80, defaultTonnes: 30, qualityPercent: 95 };
const NO_TRANSMISSION = { gates: 0, heardMinutes: 0, expectedMinutes: 0 };
const kg = (tonnes: number) => Math.round(tonnes * 1000);

const transportRows = fc.array(
  fc.record({
    direction: fc.constantFrom('in' as const, 'out' as const),
    carriedBy: fc.constantFrom('new-energy' as const, 'stage-6' as const, 'other' as const),
    recognition: fc.constantFrom('matched' as const, 'corrected' as const, 'unregistered' as const),
    stage: fc.constantFrom('0', '4', '5', '6', 'D', 'unknown'),
    tonnes: fc.option(fc.integer({ min: 0, max: 999_900 }).map((n) => n / 1000), { nil: undefined }),
    name: fc.option(fc.constant('煤'), { nil: undefined }),
    findings: fc.subarray(['no-arrival', 'no-exit', 'photo-missing', 'photo-not-uploaded']),
    missing: fc.subarray(['plate', 'vehicle']),
    state: fc.constantFrom('paired', 'open', 'no-exit', 'exit-without-entry'),
  }),
  { maxLength: 40 },
); // prettier-ignore
const toRow = (r: typeof transportRows extends fc.Arbitrary<(infer R)[]> ? R : never, i: number): TransportRow =>
  ({
    id: `gate/g1/${i}`,
    direction: r.direction,
    carriedBy: r.carriedBy,
    recognition: r.recognition,
    stage: r.stage,
    cargo: { ...(r.name !== undefined && { name: r.name }), ...(r.tonnes !== undefined && { tonnes: r.tonnes }) },
    photos: { required: ['plate', 'vehicle'], present: [], missing: r.missing, images: [], uploaded: 0 },
    findings: r.findings,
    forced: false,
    againstDecision: false,
    pairing: { state: r.state },
  }) as unknown as TransportRow;
const deliveries = fc.array(
  fc.record({
    id: fc.uuid(),
    mode: fc.constantFrom('rail' as const, 'water' as const, 'pipe' as const, 'conveyor' as const),
    tonnes: fc.integer({ min: 0, max: 5_000_000 }).map((n) => n / 1000),
    direction: fc.constantFrom('in' as const, 'out' as const),
  }),
  { maxLength: 8 },
);

describe('the tally of an account', () => {
  const tallied = (rows: TransportRow[], other: Delivery[]) => {
    const tally = createTally();
    for (const row of rows) tally.row(row);
    for (const delivery of other) tally.delivery(delivery);
    return tally.figures({ refused: 0, transmission: NO_TRANSMISSION, limits: LIMITS });
  };

  it('comes to the same figures in any order, each the sum of the rows it names', () => {
    fc.assert(
      fc.property(transportRows, deliveries, (given, other) => {
        const rows = given.map(toRow);
        const figures = accountFigures.parse(tallied(rows, other));
        expect(tallied([...rows].reverse(), [...other].reverse())).to.deep.equal(figures);
        for (const name of FIGURES) {
          const figure = FIGURE[name];
          const values = [
            ...rows.filter((row) => figure.ledger?.(row)).map((row) => (figure.unit === 't' ? countedTonnes(row, figures.estimate) : 1)),
            ...other.filter((d) => figure.delivery?.(d)).map((d) => (figure.unit === 't' ? d.tonnes : 1)),
          ]; // prettier-ignore
          expect([name, values.reduce((n, v) => n + kg(v), 0)]).to.deep.equal([name, kg(figureValue(figures, name))]);
        }
        const stages = Object.values(figures.stages);
        expect(stages.reduce((n, s) => n + kg(s.tonnes), 0)).to.equal(kg(figures.directions.in.tonnes) + kg(figures.directions.out.tonnes)); // prettier-ignore
        expect(stages.reduce((n, s) => n + s.rows, 0)).to.equal(figures.rows.road);
      }),
    );
  });

  it('says what the account of the same rows, made in one piece, says', () => {
    fc.assert(
      fc.property(transportRows, deliveries, (given, other) => {
        const rows = given.map(toRow);
        const figures = tallied(rows, other);
        const road = rows.map((row): RoadRow => ({ ref: row.id, direction: row.direction, by: row.carriedBy, ...(row.cargo.tonnes !== undefined && { tonnes: row.cargo.tonnes }) })); // prettier-ignore
        const { tonnes, total, clean, ...rest } = cleanTransportAccount(road, other, LIMITS);
        expect(figures.tonnes).to.deep.equal({ ...tonnes, total, clean });
        expect(figures).to.deep.include(rest);
      }),
    );
  });

  it('of nothing has no shares, no quality and no proposal', () => {
    const { auditShare, weighedShare, stage6Share, proposes, quality, pairing, cargo, transmission } = tallied([], []);
    expect([auditShare, weighedShare, stage6Share, proposes, quality.percent, quality.met, pairing.percent, cargo.percent, transmission.percent].every((v) => v === null)).to.equal(true); // prettier-ignore
  });

  it('counts passages that are no rows', () => {
    const tally = createTally();
    tally.passage({ outcome: 'turned-back', forced: false, againstDecision: false });
    tally.passage({ outcome: 'passed', forced: true, againstDecision: true });
    tally.passage({ outcome: 'passed', forced: false, againstDecision: false });
    const { passages } = tally.figures({ refused: 3, transmission: NO_TRANSMISSION, limits: LIMITS });
    expect(passages).to.deep.equal({ refused: 3, turnedBack: 1, forced: 1, againstDecision: 1 });
  });
});

describe('the text of an account', () => {
  it('is one for one content, whatever the order of its members', () => {
    expect(canonicalJson({ b: [1, { d: null, c: '中' }], a: undefined, e: 0.5 })).to.equal(
      '{"b":[1,{"c":"中","d":null}],"e":0.5}',
    );
    const figures = createTally().figures({ refused: 0, transmission: NO_TRANSMISSION, limits: LIMITS });
    const one = sealed({ figures, month: '2022-01' } as never);
    expect(sealed({ month: '2022-01', figures } as never)).to.deep.equal(one);
    expect((JSON.parse(one.text) as { digest: string }).digest)
      .to.equal(one.digest)
      .and.to.match(/^[0-9a-f]{64}$/);
  });

  it('names each figure that differs', () => {
    const figures = (refused: number) => createTally().figures({ refused, transmission: NO_TRANSMISSION, limits: LIMITS });
    expect(differencesBetween(figures(1), figures(1))).to.deep.equal([]);
    expect(differencesBetween(figures(1), figures(2))).to.deep.equal([{ figure: 'passages.refused', before: 1, now: 2 }]);
  });

  it('ranks by share; equal shares share a place; without a share there is none', () => {
    const ranks = rankBy(new Map([['a', 80], ['b', 90], ['c', null], ['d', 80], ['e', 10]])); // prettier-ignore
    expect(Object.fromEntries(ranks)).to.deep.equal({ a: { place: 2, of: 4 }, b: { place: 1, of: 4 }, d: { place: 2, of: 4 }, e: { place: 4, of: 4 } }); // prettier-ignore
  });
});

describe('civil months', () => {
  it('are those of Shanghai', () => {
    expect(monthOf(Date.parse('2021-12-31T16:00:00Z'))).to.equal('2022-01');
    expect(monthsAfter('2021-12', 1)).to.equal('2022-01');
    expect(monthsAfter('2022-01', -1)).to.equal('2021-12');
    expect(stretchOf('2022-02')).to.deep.equal({
      from: Date.parse('2022-01-31T16:00:00Z'),
      to: Date.parse('2022-02-28T16:00:00Z'),
    });
    expect(daysOf('2024-02')).to.have.length(29);
    expect(daysOf('2024-02', Date.parse('2024-02-02T00:00:00+08:00'))).to.deep.equal(['2024-02-01', '2024-02-02']);
    expect(freezeMoment('2021-12', 10)).to.equal(Date.parse('2022-01-10T00:00:00+08:00'));
  });

  it('are written YYYY-MM', () => {
    for (const wrong of ['2021-13', '2021-00', '2021-1', '202101', '2021-01-01', ''])
      expect(month.safeParse(wrong).success, wrong).to.equal(false);
  });
});
