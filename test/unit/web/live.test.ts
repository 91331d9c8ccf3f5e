import { expect } from 'chai';
import type { Alert, LiveItem } from '../../../web/src/api/types.ts';
import { AlertBook, MOST_ALERTS, type Change } from '../../../web/src/live/book.ts';

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
const revOf = (book: AlertBook, id: string) => book.alerts.get(id)?.rev;
function started(seq = 100, ...rows: Alert[]): AlertBook {
  const book = new AlertBook();
  book.hello({ log: 'L', seq });
  book.read(rows);
  return book;
}
/** Changes in short: id, revision before and after. */
const told = (changes: readonly Change[]) =>
  changes.map(({ before, after }) => `${(before ?? after)!.id} ${before?.rev ?? '-'}→${after?.rev ?? '-'}`);

describe('what the console knows of alerts', () => {
  it('starts from the first hello and asks for the lists', () => {
    const book = new AlertBook();
    expect(book.hello({ log: 'L', seq: 100 })).to.equal('start');
    expect(book).to.include({ log: 'L', upTo: 100 });
  });

  it('goes on after an absence of the same log', () => {
    expect(started(100).hello({ log: 'L', seq: 160 })).to.equal('go-on');
  });

  for (const hello of [
    { log: 'M', seq: 500 },
    { log: 'L', seq: 99 },
  ])
    it(`forgets everything when it had ${hello.log === 'M' ? 'another log' : 'a number of the future'}`, () => {
      const book = started(100, alert('a', 3, { severity: 'critical' }));
      expect(book.hello(hello)).to.equal('resync');
      expect(book.alerts.size).to.equal(0);
      expect(book).to.include({ log: hello.log, upTo: hello.seq, criticalOpen: 0 });
    });

  it('takes items in order and tells what each alert was and is', () => {
    const book = started();
    const opened = { upTo: 102, items: [item(101, alert('a', 1), 'opened'), item(102, alert('b', 1), 'opened')] };
    expect(told(book.take(opened))).to.deep.equal(['a -→1', 'b -→1']);
    expect(
      told(book.take({ upTo: 104, items: [item(103, alert('a', 2)), item(104, alert('a', 3, { state: 'acknowledged' }))] })),
    ).to.deep.equal(['a 1→3']);
    expect(book.alerts.get('a')?.state).to.equal('acknowledged');
    expect(book.upTo).to.equal(104);
  });

  it('says nothing of an alert that came and went in one batch', () => {
    expect(started().take({ upTo: 102, items: [item(101, alert('a', 1)), gone(102, 'a', 2)] })).to.deep.equal([]);
  });

  it('drops an item whose rev is not newer than what is shown', () => {
    const book = started(100, alert('a', 5, { state: 'closed' }));
    expect(book.take({ upTo: 101, items: [item(101, alert('a', 5)), item(101, alert('a', 4))] })).to.deep.equal([]);
    expect(book.alerts.get('a')?.state).to.equal('closed');
  });

  it('drops a row read over HTTP that is older than what the line said', () => {
    const book = started();
    book.take({ upTo: 101, items: [item(101, alert('a', 7))] });
    expect(book.read([alert('a', 6)])).to.deep.equal([]);
    expect(revOf(book, 'a')).to.equal(7);
  });

  it('keeps upTo from an empty batch and never goes back', () => {
    const book = started();
    book.take({ upTo: 900, items: [] });
    book.take({ upTo: 850, items: [] });
    expect(book.upTo).to.equal(900);
  });

  it('lets go of an alert that left the scope, and an older row does not bring it back', () => {
    const book = started(100, alert('a', 2));
    expect(told(book.take({ upTo: 101, items: [gone(101, 'a', 3)] }))).to.deep.equal(['a 2→-']);
    expect(book.read([alert('a', 2)])).to.deep.equal([]);
    expect(told(book.read([alert('a', 4)]))).to.deep.equal(['a -→4']);
  });

  it('ignores a removal that is older than what is shown', () => {
    const book = started(100, alert('a', 9));
    book.take({ upTo: 101, items: [gone(101, 'a', 3)] });
    expect(revOf(book, 'a')).to.equal(9);
  });

  it('takes an alert back that comes into the scope again', () => {
    const book = started();
    book.take({ upTo: 101, items: [gone(101, 'a', 3)] });
    expect(told(book.take({ upTo: 102, items: [item(102, alert('a', 4))] }))).to.deep.equal(['a -→4']);
  });

  it('forgets what is shown on a resync and stands at its number', () => {
    const book = started(100, alert('a', 2));
    book.resync(5_000);
    expect(book.alerts.size).to.equal(0);
    expect(book).to.include({ log: 'L', upTo: 5_000 });
  });

  it('counts the critical ones nobody has acknowledged', () => {
    const grave = (id: string, rev: number, state: Alert['state'] = 'open') => alert(id, rev, { severity: 'critical', state });
    const book = started(100, grave('a', 1), grave('b', 1), grave('c', 1), alert('d', 1));
    expect(book.criticalOpen).to.equal(3);
    book.take({ upTo: 103, items: [item(101, grave('a', 2, 'acknowledged')), item(102, grave('b', 2)), gone(103, 'c', 2)] });
    expect(book.criticalOpen).to.equal(1);
  });

  describe('with very many of them', () => {
    const minute = (n: number) => ({ firstAt: new Date(Date.UTC(2021, 10, 1) + n * 60_000).toISOString() });
    const many = (count: number, state: Alert['state'], from = 0) =>
      Array.from({ length: count }, (_, n) => alert(`${state}-${from + n}`, 1, { ...minute(from + n), state }));
    const hear = (book: AlertBook, alerts: Alert[]) =>
      book.take({ upTo: 200, items: alerts.map((one, n) => item(101 + n, one)) });

    it('forgets what is done with, the oldest first, and says so', () => {
      const book = started(100, ...many(1, 'closed', -30));
      const changes = hear(book, [...many(MOST_ALERTS, 'closed'), ...many(1, 'open', -60)]);
      expect(book.alerts.size).to.equal(MOST_ALERTS / 2 + 1);
      expect(book.alerts.has('closed-0')).to.equal(false);
      expect(book.alerts.has(`closed-${MOST_ALERTS - 1}`)).to.equal(true);
      expect(book.alerts.has('open--60'), 'the oldest of all, but to be done').to.equal(true);
      expect(book.forgotten).to.equal(1);
      expect(told(changes)).to.include('closed--30 1→-');
    });

    it('never forgets what is still to be done', () => {
      const book = started();
      hear(book, many(MOST_ALERTS + 10, 'open'));
      expect(book.alerts.size).to.equal(MOST_ALERTS + 10);
      expect(book.forgotten).to.equal(0);
    });

    it('keeps all that was read over HTTP while news comes', () => {
      const book = started(100, ...many(MOST_ALERTS * 2, 'closed'));
      hear(book, many(MOST_ALERTS, 'withdrawn'));
      expect(book.alerts.size).to.equal(MOST_ALERTS * 3);
    });
  });
});
