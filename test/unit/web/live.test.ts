import { expect } from 'chai';
import type { Alert, LiveItem } from '../../../web/src/api/types.ts';
import { MOST_ALERTS, NOTHING, onAlerts, onHello, onRead, onResync, type LiveState } from '../../../web/src/live/reduce.ts';

function alert(id: string, rev: number, change: Partial<Alert> = {}): Alert {
  return {
    id,
    rev,
    seq: 0,
    rule: 'diversion',
    code: 'through-traffic',
    severity: 'warning',
    state: 'open',
    provisional: false,
    audiences: ['police'],
    firstAt: '2021-11-15T08:00:00.000+08:00',
    lastAt: '2021-11-15T08:00:00.000+08:00',
    count: 1,
    findings: [],
    images: [],
    ...change,
  };
}
const item = (seq: number, a: Alert, kind: 'opened' | 'changed' = 'changed'): LiveItem => ({ seq, kind, alert: a });
const gone = (seq: number, id: string, rev: number): LiveItem => ({ seq, kind: 'removed', alert: { id, rev, seq } });
const started = (seq = 100): LiveState => onHello(NOTHING, { log: 'L', seq }).state;
const revOf = (state: LiveState, id: string) => state.alerts.get(id)?.rev;

describe('what the console knows of alerts', () => {
  it('starts from the first hello and asks for the lists', () => {
    const { state, means } = onHello(NOTHING, { log: 'L', seq: 100 });
    expect(means).to.equal('start');
    expect(state).to.include({ log: 'L', upTo: 100 });
  });

  it('goes on after an absence of the same log', () => {
    expect(onHello(started(100), { log: 'L', seq: 160 }).means).to.equal('go-on');
  });

  it('forgets everything when the log is another one, or its own number lies in the future', () => {
    const shown = onRead(started(), [alert('a', 3)]);
    for (const hello of [
      { log: 'M', seq: 500 },
      { log: 'L', seq: 99 },
    ]) {
      const { state, means } = onHello(shown, hello);
      expect(means).to.equal('resync');
      expect(state.alerts.size).to.equal(0);
      expect(state).to.include({ log: hello.log, upTo: hello.seq });
    }
  });

  it('takes items in order and tells which alerts were not known before', () => {
    const first = onAlerts(started(), {
      upTo: 102,
      items: [item(101, alert('a', 1), 'opened'), item(102, alert('b', 1), 'opened')],
    });
    expect(first.fresh.map((a) => a.id)).to.deep.equal(['a', 'b']);
    const second = onAlerts(first.state, { upTo: 103, items: [item(103, alert('a', 2, { state: 'acknowledged' }))] });
    expect(second.fresh).to.deep.equal([]);
    expect(second.state.alerts.get('a')?.state).to.equal('acknowledged');
    expect(second.state.upTo).to.equal(103);
  });

  it('drops an item whose rev is not newer than what is shown', () => {
    const read = onRead(started(), [alert('a', 5, { state: 'closed' })]);
    const { state } = onAlerts(read, { upTo: 101, items: [item(101, alert('a', 5)), item(101, alert('a', 4))] });
    expect(state.alerts.get('a')?.state).to.equal('closed');
  });

  it('drops a row read over HTTP that is older than what the line said', () => {
    const { state } = onAlerts(started(), { upTo: 101, items: [item(101, alert('a', 7))] });
    expect(revOf(onRead(state, [alert('a', 6)]), 'a')).to.equal(7);
  });

  it('keeps upTo from an empty batch and never goes back', () => {
    const moved = onAlerts(started(), { upTo: 900, items: [] }).state;
    expect(moved.upTo).to.equal(900);
    expect(onAlerts(moved, { upTo: 850, items: [] }).state.upTo).to.equal(900);
  });

  it('lets go of an alert that left the scope, and an older row does not bring it back', () => {
    const shown = onRead(started(), [alert('a', 2)]);
    const left = onAlerts(shown, { upTo: 101, items: [gone(101, 'a', 3)] }).state;
    expect(left.alerts.has('a')).to.equal(false);
    expect(onRead(left, [alert('a', 2)]).alerts.has('a')).to.equal(false);
    expect(onRead(left, [alert('a', 4)]).alerts.has('a')).to.equal(true);
  });

  it('ignores a removal that is older than what is shown', () => {
    const shown = onRead(started(), [alert('a', 9)]);
    expect(onAlerts(shown, { upTo: 101, items: [gone(101, 'a', 3)] }).state.alerts.has('a')).to.equal(true);
  });

  it('takes an alert back that comes into the scope again', () => {
    const left = onAlerts(started(), { upTo: 101, items: [gone(101, 'a', 3)] }).state;
    const back = onAlerts(left, { upTo: 102, items: [item(102, alert('a', 4))] });
    expect(revOf(back.state, 'a')).to.equal(4);
    expect(back.fresh.map((a) => a.id)).to.deep.equal(['a']);
  });

  it('forgets what is shown on a resync and stands at its number', () => {
    const state = onResync(onRead(started(), [alert('a', 2)]), 5_000);
    expect(state.alerts.size).to.equal(0);
    expect(state).to.include({ log: 'L', upTo: 5_000 });
  });

  describe('with very many of them', () => {
    const minute = (n: number) => ({ firstAt: new Date(Date.UTC(2021, 10, 1) + n * 60_000).toISOString() });
    const many = (count: number, state: Alert['state'], from = 0) =>
      Array.from({ length: count }, (_, n) => alert(`${state}-${from + n}`, 1, { ...minute(from + n), state }));
    const told = (state: LiveState, alerts: Alert[]) =>
      onAlerts(state, { upTo: 200, items: alerts.map((one, n) => item(101 + n, one)) }).state;

    it('forgets what is done with, the oldest first, and says so', () => {
      const state = told(started(), [...many(MOST_ALERTS, 'closed'), ...many(1, 'open', -60)]);
      expect(state.alerts.size).to.equal(MOST_ALERTS / 2);
      expect(state.alerts.has('closed-0')).to.equal(false);
      expect(state.alerts.has(`closed-${MOST_ALERTS - 1}`)).to.equal(true);
      expect(state.alerts.has('open--60'), 'the oldest of all, but to be done').to.equal(true);
      expect(state.forgotten).to.equal(1);
    });

    it('never forgets what is still to be done', () => {
      const state = told(started(), many(MOST_ALERTS + 10, 'open'));
      expect(state.alerts.size).to.equal(MOST_ALERTS + 10);
      expect(state.forgotten).to.equal(0);
    });

    it('keeps all that was read over HTTP while news comes', () => {
      const read = onRead(started(), many(MOST_ALERTS * 2, 'closed'));
      expect(told(read, many(MOST_ALERTS, 'withdrawn')).alerts.size).to.equal(MOST_ALERTS * 3);
    });
  });

  it('leaves the state it was given as it was', () => {
    const before = onRead(started(), [alert('a', 1)]);
    onAlerts(before, { upTo: 101, items: [item(101, alert('a', 2)), gone(101, 'a', 3)] });
    expect(revOf(before, 'a')).to.equal(1);
  });
});
