import { expect } from 'chai';
import type { LiveEventDoc } from '../../../server/alerts/types.ts';
import { createLogTail } from '../../../server/live/tail.ts';
import type { LogReader } from '../../../server/live/types.ts';
import { silent } from '../../support/live.ts';
import { until } from '../../support/until.ts';

const event = (seq: number) => ({ _id: seq, event: `e${seq}` }) as LiveEventDoc;
const numbers = (events: LiveEventDoc[] | undefined) => events?.map(({ _id }) => _id);

/** A tail over a log that holds so many events; `news` is the store's word that some process numbered one. */
async function tailOn(count: number) {
  const log = Array.from({ length: count }, (_, i) => event(i + 1));
  const state = { reads: 0, news: (_seq: number): void => undefined };
  const store = {
    last: async () => log.length,
    after: async (seq: number, limit: number) => {
      state.reads += 1;
      return log.filter(({ _id }) => _id > seq).slice(0, limit);
    },
    watchEvents(onChange: (seq: number) => void) {
      state.news = onChange;
      return { close: async () => undefined };
    },
  } as unknown as LogReader;
  const tail = createLogTail({ store, log: silent, options: { pollMs: 60_000 } });
  await tail.start();
  await until(() => state.reads === 1); // it looks once when it starts
  return { log, state, tail };
}

describe('the end of the live log in a process', () => {
  it('takes what its own process numbered without reading it, and hears of it no second time', async () => {
    const { log, state, tail } = await tailOn(3);
    let moved = 0;
    tail.onMoved(() => (moved += 1));
    log.push(event(4), event(5));
    tail.appended(log.slice(3));
    state.news(4);
    state.news(5);
    await tail.stop();
    expect(numbers(tail.slice(3, 10))).to.deep.equal([4, 5]);
    expect({ head: tail.head(), reads: state.reads, moved }).to.deep.equal({ head: 5, reads: 1, moved: 1 });
  });

  it('reads where another process numbered something in between', async () => {
    const { log, state, tail } = await tailOn(3);
    log.push(event(4), event(5));
    tail.appended([event(5)]);
    await until(() => tail.head() === 5);
    expect(numbers(tail.slice(3, 10))).to.deep.equal([4, 5]);
    log.push(event(6));
    state.news(6);
    await until(() => tail.head() === 6);
    await tail.stop();
  });

  it('keeps each event once when both come at the same time', async () => {
    const { log, state, tail } = await tailOn(0);
    log.push(event(1), event(2), event(3));
    state.news(1);
    tail.appended(log.slice(0, 2));
    await until(() => tail.head() === 3);
    await tail.stop();
    expect(numbers(tail.slice(0, 10))).to.deep.equal([1, 2, 3]);
  });
});
