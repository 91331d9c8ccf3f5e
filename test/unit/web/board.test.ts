import { expect } from 'chai';
import type { Alert, GateLane } from '../../../web/src/api/types.ts';
import { filterOf } from '../../../web/src/live/address.ts';
import { asked, matches, newestFirst } from '../../../web/src/live/filter.ts';
import { mergeLanes } from '../../../web/src/live/gates.ts';
import { groupLanes } from '../../../web/src/live/lanes.ts';

const base = {
  id: 'a',
  severity: 'warning',
  state: 'open',
  rule: 'diversion',
  firstAt: '2021-11-15T08:00:00+08:00',
  vehicle: { number: '晋H12345', color: 'yellow', stage: '4', known: true },
  place: { device: 'checkpoint/1', name: 'x', county: '140902' },
} as Alert;

describe('the board’s filter', () => {
  const CASES: [what: string, filter: Record<string, string>, change: Partial<Alert>, shown: boolean][] = [
    ['nothing asked: an open one', {}, {}, true],
    ['nothing asked: a dispatched one', {}, { state: 'dispatched' }, true],
    ['nothing asked: a closed one', {}, { state: 'closed' }, false],
    ['all states', { state: 'all' }, { state: 'withdrawn' }, true],
    ['one state', { state: 'closed' }, {}, false],
    ['another severity', { severity: 'critical' }, {}, false],
    ['without provisional ones', { provisional: 'no' }, { provisional: true }, false],
    ['without provisional ones, and it is none', { provisional: 'no' }, { provisional: false }, true],
    ['provisional ones alone', { provisional: 'only' }, { provisional: true }, true],
    ['provisional ones alone, and it is none', { provisional: 'only' }, { provisional: false }, false],
    ['the rule', { rule: 'diversion' }, {}, true],
    ['another county', { county: '140981' }, {}, false],
    ['a county, and the alert has no place', { county: '140902' }, { place: undefined }, false],
    ['the plate’s number', { plate: '晋H12345' }, {}, true],
    ['number and another colour', { plate: '晋H12345,blue' }, {}, false],
    ['a plate, and the alert has no vehicle', { plate: '晋H12345' }, { vehicle: undefined }, false],
  ];
  for (const [what, filter, change, shown] of CASES) {
    it(`${shown ? 'shows' : 'hides'}: ${what}`, () => {
      expect(matches({ ...base, ...change }, filter)).to.equal(shown);
    });
  }

  it('is read from the address, unknown members left out', () => {
    expect(filterOf({ state: 'closed', county: ['140902', '140981'], open: 'x', rule: '' })).to.deep.equal({ state: 'closed' });
  });

  it('asks the API for what it shows, in one call', () => {
    expect(asked({})).to.deep.equal({ state: 'open,acknowledged,dispatched' });
    expect(asked({ state: 'all', rule: 'diversion' })).to.deep.equal({ rule: 'diversion' });
    expect(asked({ state: 'closed', provisional: 'no' })).to.deep.equal({ state: 'closed', provisional: 'false' });
    expect(asked({ state: 'all', provisional: 'only' })).to.deep.equal({ provisional: 'true' });
  });

  it('orders by first moment, then id, as the API does', () => {
    const rows = [base, { ...base, id: 'b' }, { ...base, id: 'c', firstAt: '2021-11-15T09:00:00+08:00' }];
    expect([...rows].sort(newestFirst).map((row) => row.id)).to.deep.equal(['c', 'b', 'a']);
  });
});

describe('the lanes of the gate board', () => {
  const lane = (change: Partial<GateLane>): GateLane => ({ gate: 'g', lane: '1', ...change });
  const vehicle = { number: '晋H12345', color: 'yellow', stage: '4', known: true } as const;

  it('replaces the last vehicle whole', () => {
    const first = mergeLanes(new Map(), [lane({ at: '2021-11-15T08:00:00+08:00', vehicle, decision: 'refuse', ref: 'R1' })]);
    const second = mergeLanes(first, [lane({ at: '2021-11-15T08:05:00+08:00', vehicle })]);
    expect(second.get('g|1')).to.not.have.any.keys('decision', 'ref');
  });

  it('keeps the vehicle when only the gate’s being there changes', () => {
    const first = mergeLanes(new Map(), [lane({ at: '2021-11-15T08:00:00+08:00', vehicle })]);
    const second = mergeLanes(first, [lane({ online: false, offlineSince: '2021-11-15T08:10:00+08:00' })]);
    expect(second.get('g|1')).to.include({ online: false, vehicle });
    expect(mergeLanes(second, [lane({ online: true })]).get('g|1')).to.not.have.property('offlineSince');
  });

  it('does not go back to an older vehicle', () => {
    const first = mergeLanes(new Map(), [lane({ at: '2021-11-15T08:00:00+08:00', vehicle, ref: 'new' })]);
    expect(mergeLanes(first, [lane({ at: '2021-11-15T07:00:00+08:00', ref: 'old' })]).get('g|1')?.ref).to.equal('new');
  });

  it('lets a gate told without a lane go once a lane of it has seen a vehicle', () => {
    const rows = [{ gate: 'g', online: true }, lane({ at: '2021-11-15T08:00:00+08:00', vehicle })];
    expect(groupLanes(rows, [], new Map())[0]?.lanes.map((one) => one.lane)).to.deep.equal(['1']);
    expect(groupLanes(rows.slice(0, 1), [], new Map())[0]?.lanes).to.have.length(1);
  });

  it('groups by enterprise with the registry’s names, silent gates included', () => {
    const devices = [
      { kind: 'gate', id: 'g', nameZh: '东门', enterpriseId: 'E1' },
      { kind: 'gate', id: 'h', nameZh: '西门', enterpriseId: 'E1' },
      { kind: 'gate', id: 'off', nameZh: '旧门', enterpriseId: 'E1', enabled: false },
      { kind: 'checkpoint', id: 'c', nameZh: '卡口' },
    ] as const;
    const groups = groupLanes([lane({})], [...devices], new Map([['E1', { id: 'E1', nameZh: '某厂', county: '140902' }]]));
    expect(groups).to.have.length(1);
    expect(groups[0]).to.include({ name: '某厂', county: '140902' });
    expect(groups[0]?.lanes.map((one) => one.name)).to.deep.equal(['东门', '西门']);
  });
});
