import { expect } from 'chai';
import type { LiveEventDoc } from '../../../server/alerts/types.ts';
import type { LiveAlerts } from '../../../server/http/contract/live.ts';
import { createPump, type PumpDeps } from '../../../server/live/pump.ts';
import { actor } from '../../support/alerts.ts';

function setup(count: number, more: Partial<PumpDeps> & { audiences?: string[] } = {}) {
  const all = Array.from({ length: count }, (_, i) => ({ _id: i + 1, kind: 'changed', alert: { id: 'a', rev: i + 1 }, now: { audiences: more.audiences ?? ['bureau'], counties: [], enterprises: [] } })) as unknown as LiveEventDoc[]; // prettier-ignore
  const state = { writable: true, reads: 0, sent: [] as LiveAlerts[], resync: undefined as number | undefined };
  const pump = createPump({
    store: {
      after: async (seq: number, limit: number) => {
        state.reads += 1;
        return all.filter((event) => event._id > seq).slice(0, limit);
      },
    } as unknown as PumpDeps['store'],
    tail: { head: () => count, slice: () => undefined } as unknown as PumpDeps['tail'],
    actor: actor('bureau'),
    after: 0,
    writable: () => state.writable,
    sendAlerts: (payload) => {
      state.sent.push(payload);
      state.writable = false;
    },
    sendResync: (seq) => (state.resync = seq),
    options: { page: 10 },
    ...more,
  });
  return { pump, state };
}

describe('the pump of one socket', () => {
  it('reads one page, and nothing more until that has left', async () => {
    const { pump, state } = setup(35);
    for (let i = 0; i < 5; i += 1) await pump.push();
    expect([state.reads, state.sent.length, pump.sent()]).to.deep.equal([1, 1, 10]);
    for (let i = 0; i < 5; i += 1) {
      state.writable = true;
      await pump.push();
    }
    expect(state.sent.map((payload) => payload.upTo)).to.deep.equal([10, 20, 30, 35]);
    expect(state.sent.flatMap((payload) => payload.items.map((item) => item.seq))).to.deep.equal(
      Array.from({ length: 35 }, (_, i) => i + 1),
    );
  });

  it('says how far it is now and then to a client that sees nothing of it', async () => {
    const { pump, state } = setup(35, { audiences: ['police'], actor: actor('market'), options: { page: 10, quiet: 25 } });
    await pump.push();
    expect(state.sent).to.deep.equal([{ upTo: 30, items: [] }]);
  });

  it('says resync once when the next number is no longer kept', async () => {
    const { pump, state } = setup(5, { tail: { head: () => 5, slice: () => [{ _id: 3 }] } as unknown as PumpDeps['tail'] });
    await pump.push();
    expect([state.resync, state.sent.length]).to.deep.equal([5, 0]);
  });
});
