import { expect } from 'chai';
import { pairRows } from '../../../server/audit/pairing.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import type { LedgerPassage } from '../../../server/rules/gate-ledger.ts';

const HOUR = 3_600_000;
/** `in 0`, `out 90`: a direction and hours since the beginning. */
function rows(...texts: string[]): LedgerPassage[] {
  return texts.map((text, i) => {
    const [direction, hours] = text.split(' ') as ['in' | 'out', string];
    const at = Number(hours) * HOUR;
    return { ref: `gate/g1/${i}`, kind: 'gate', deviceId: 'g1', id: String(i), at, receivedAt: at, identity: 'v', direction, policy: xinzhou2021 };
  }); // prettier-ignore
}

describe('the pairs of the transport ledger', () => {
  const cases: [name: string, rows: string[], now: number, states: string[]][] = [
    ['an entry and its exit', ['in 0', 'out 1'], 2, ['paired', 'paired']],
    ['an exit after 48 h exactly', ['in 0', 'out 48'], 50, ['paired', 'paired']],
    ['an exit a little later: it came in, but the entry has no exit', ['in 0', 'out 48.001'], 50, ['no-exit', 'paired']],
    ['an entry not left yet', ['in 0'], 47.99, ['open']],
    ['48 hours on', ['in 0'], 48, ['no-exit']],
    ['an entry after an entry', ['in 0', 'in 1', 'out 2'], 3, ['no-exit', 'paired', 'paired']],
    ['an exit first, and after an exit', ['out 0', 'in 1', 'out 2', 'out 3'], 4, ['exit-without-entry', 'paired', 'paired', 'exit-without-entry']],
    ['an entry long before the next one', ['in 0', 'in 60'], 61, ['no-exit', 'open']],
  ]; // prettier-ignore
  for (const [name, given, now, states] of cases) {
    it(name, () => {
      expect([...pairRows(rows(...given), now * HOUR).values()].map((p) => p.state)).to.deep.equal(states);
    });
  }

  it('names the other half and the whole minutes between', () => {
    const [entry, exit] = [...pairRows(rows('in 0', 'out 1.51'), 2 * HOUR).values()];
    expect(entry).to.deep.include({ minutes: 90, other: { ref: 'gate/g1/1', at: 1.51 * HOUR } });
    expect(exit).to.deep.include({ minutes: 90, other: { ref: 'gate/g1/0', at: 0 } });
  });
});
