import { expect } from 'chai';
import { ALLOWED_FROM as SERVER_FROM, STEPS_OF as SERVER_STEPS } from '../../../server/alerts/steps.ts';
import { ALERT_STATES } from '../../../server/http/contract/alerts.ts';
import type { Alert, LiveItem } from '../../../web/src/api/types.ts';
import { fromField, isoCivil, quickDues, toField } from '../../../web/src/format/due.ts';
import { holderOf, isOverdue } from '../../../web/src/format/holder.ts';
import { marksOf, shareOf, stripsOf, ticksOf, wayOf } from '../../../web/src/format/track.ts';
import { hasSlept, newsOf } from '../../../web/src/live/notice.ts';
import { ALLOWED_FROM, KEY_OF, offersOf, STEPS_OF, whyNot } from '../../../web/src/live/steps.ts';

const NOON = Date.parse('2021-11-15T12:00:00+08:00');
const HOUR = 3_600_000;

function alert(change: Partial<Alert> = {}): Alert {
  return {
    id: 'a', rev: 1, seq: 1, rule: 'remote-sensing', code: 'failed', severity: 'warning', state: 'open', provisional: false,
    audiences: ['police'], firstAt: '2021-11-15T08:00:00.000+08:00', lastAt: '2021-11-15T08:00:00.000+08:00', count: 1, findings: [], images: [],
    ...change,
  }; // prettier-ignore
}

describe('the steps the console offers', () => {
  it('are those the platform allows, by state and by role', () => {
    expect(ALLOWED_FROM).to.deep.equal(SERVER_FROM);
    const taking = Object.entries(SERVER_STEPS).filter(([, steps]) => steps.length > 0);
    expect(STEPS_OF).to.deep.equal(Object.fromEntries(taking));
  });

  const CASES: [state: Alert['state'], offered: string][] = [
    ['open', 'acknowledge dispatch handle:take-first hand-over close'],
    ['acknowledged', 'dispatch handle hand-over close'],
    ['dispatched', 'dispatch handle hand-over close'],
    ['handled', 'hand-over close reopen'],
    ['closed', 'hand-over reopen'],
    ['withdrawn', 'reopen'],
  ];
  for (const [state, offered] of CASES) {
    it(`${state}: ${offered}`, () => {
      const said = offersOf(alert({ state }), 'police').map(({ step, why }) => (why === undefined ? step : `${step}:${why}`));
      expect(said.join(' ')).to.equal(offered);
    });
  }

  it('leave out what a role may not do', () => {
    expect(offersOf(alert(), 'bureau').map((offer) => offer.step)).to.not.include('hand-over');
    for (const role of ['enterprise', 'auditor', 'administrator'] as const) expect(offersOf(alert(), role)).to.deep.equal([]);
    expect(ALERT_STATES.every((state) => whyNot(alert({ state }), 'comment') === undefined)).to.equal(true);
  });

  it('say why nothing can be handed over: what the platform says, else what a row tells', () => {
    expect(whyNot({ ...alert(), barred: 'disputed' }, 'hand-over')).to.equal('disputed');
    expect(whyNot(alert({ provisional: true }), 'hand-over')).to.equal('pending');
    expect(whyNot(alert({ count: 0, state: 'acknowledged' }), 'hand-over')).to.equal('withdrawn');
    expect(whyNot(alert(), 'hand-over')).to.equal(undefined);
  });

  it('each have a key of their own, none that the board uses', () => {
    const keys = Object.values(KEY_OF);
    expect(new Set([...keys, 'j', 'k', '/', '?']).size).to.equal(keys.length + 4);
  });
});

describe('due times', () => {
  it('are offered ahead of now, by civil time', () => {
    expect(quickDues(NOON).map(({ key, at }) => [key, isoCivil(at)])).to.deep.equal([
      ['in1h', '2021-11-15T13:00:00+08:00'],
      ['in4h', '2021-11-15T16:00:00+08:00'],
      ['tonight', '2021-11-15T18:00:00+08:00'],
      ['tomorrow', '2021-11-16T18:00:00+08:00'],
    ]);
    expect(quickDues(NOON + 5 * HOUR).map(({ key }) => key)).to.deep.equal(['in1h', 'in4h', 'tomorrow']);
    expect(quickDues(NOON + 1).every(({ at }) => at > NOON && at % 60_000 === 0)).to.equal(true);
  });

  it('go to the field and back', () => {
    expect(toField(NOON)).to.equal('2021-11-15T12:00');
    expect(fromField(toField(NOON))).to.equal(NOON);
    for (const text of ['', 'tomorrow', '2021-11-15']) expect(fromField(text), text).to.be.NaN;
  });

  it('are over at their moment, while the alert is dispatched', () => {
    const sent = alert({ state: 'dispatched', due: isoCivil(NOON) });
    expect([isOverdue(sent, NOON - 1), isOverdue(sent, NOON), isOverdue({ ...sent, state: 'handled' }, NOON)]).to.deep.equal([false, true, false]); // prettier-ignore
  });
});

describe('who has an alert', () => {
  const entry = (step: string, by: string, byName?: string) => ({ step, at: isoCivil(NOON), by, ...(byName && { byName }) });

  it('is who was sent, by name, else who took it on; nobody otherwise', () => {
    const due = isoCivil(NOON + HOUR);
    expect(holderOf(alert({ state: 'dispatched', assignee: 'li', assigneeName: '李', due }))).to.deep.equal({ who: '李', due });
    expect(holderOf({ ...alert({ state: 'dispatched', assignee: '二中队' }), history: [entry('dispatch', 'w')] })).to.deep.equal({
      who: '二中队',
      since: isoCivil(NOON),
    });
    const taken = {
      ...alert({ state: 'acknowledged' }),
      history: [entry('acknowledge', 'a', '旧'), entry('acknowledge', 'b', '新')],
    };
    expect(holderOf(taken)?.who).to.equal('新');
    for (const state of ['open', 'handled', 'closed'] as const) expect(holderOf(alert({ state, assignee: 'li' }))).to.equal(null);
  });
});

describe('what is news to somebody at a screen', () => {
  const item = (kind: 'opened' | 'extended' | 'changed', one: Alert): LiveItem => ({ seq: 1, kind, alert: one });
  const ids = (items: LiveItem[], known: Alert[] = []) =>
    newsOf(items, new Map(known.map((one) => [one.id, one]))).map((one) => one.id);

  it('is an alert that opened, or opened again', () => {
    expect(ids([item('opened', alert())])).to.deep.equal(['a']);
    expect(ids([item('extended', alert({ rev: 5 }))], [alert({ rev: 4, state: 'closed' })])).to.deep.equal(['a']);
  });

  it('is not what others do, what grows, what was known, what is over or gone before it was told', () => {
    expect(ids([item('changed', alert({ rev: 9, state: 'acknowledged' }))])).to.deep.equal([]);
    expect(ids([item('extended', alert({ rev: 2 }))], [alert()])).to.deep.equal([]);
    expect(ids([item('opened', alert())], [alert()])).to.deep.equal([]);
    expect(ids([item('opened', alert()), item('changed', alert({ rev: 2, state: 'closed' }))])).to.deep.equal([]);
    expect(ids([item('opened', alert()), { seq: 2, kind: 'removed', alert: { id: 'a', rev: 2, seq: 2 } }])).to.deep.equal([]);
  });

  it('a computer slept when far more time went by than a timer was set to', () => {
    expect([hasSlept(0, 5_300, 5_000), hasSlept(0, 24_000, 5_000), hasSlept(0, 3_600_000, 5_000)]).to.deep.equal([
      false,
      false,
      true,
    ]);
  });
});

describe('a vehicle’s way', () => {
  const seen = (kind: 'gate' | 'checkpoint' | 'on-board', device: string, id: string, at: number, payload = {}) => ({
    kind, device, id, message: 'sighting', at: isoCivil(at), receivedAt: isoCivil(at), payload,
  }); // prettier-ignore
  const devices = new Map([
    ['gate/g', { lon: 112, lat: 38 }],
    ['checkpoint/c', { lon: 113, lat: 39 }],
  ]);
  const rows = [
    seen('checkpoint', 'c', '2', NOON + HOUR),
    seen('gate', 'g', '1', NOON),
    seen('gate', 'g', '1', NOON),
    seen('gate', 'g', '3', NOON + 2 * HOUR),
    seen('gate', 'g', '4', NOON + 3 * HOUR),
    seen('on-board', 'v', '5', NOON + 4 * HOUR, { samples: [{ lon: 110, lat: 37 }, { rpm: 700 }] }),
  ];
  const told = { ref: 'r', at: '', decision: 'refuse' as const, reasons: [], published: true, observation: { kind: 'gate' as const, device: 'g', id: '3' } }; // prettier-ignore
  const marks = marksOf(rows, [told], devices);

  it('has each message once, in order of time, with what the gate was told', () => {
    expect(marks.map((mark) => mark.key.at(-1))).to.deep.equal(['1', '2', '3', '4', '5']);
    expect(marks.map((mark) => mark.decision)).to.deep.equal([undefined, undefined, 'refuse', undefined, undefined]);
  });

  it('has one strip per source, gates first', () => {
    expect(stripsOf(marks).map((strip) => [strip.source, strip.marks.length])).to.deep.equal([
      ['gate/g', 3],
      ['checkpoint/c', 1],
      ['on-board/v', 1],
    ]);
  });

  it('goes from place to place, a stay once, a terminal where it says', () => {
    expect(wayOf(marks).map(({ lon, keys }) => [lon, keys.length])).to.deep.equal([
      [112, 1],
      [113, 1],
      [112, 2],
      [110, 1],
    ]);
    expect(wayOf(marksOf(rows.slice(0, 1), [], new Map()))).to.deep.equal([]);
  });

  it('lies on an axis of at most nine marks at whole civil hours or days', () => {
    expect([shareOf(5, 0, 10), shareOf(-1, 0, 10), shareOf(3, 3, 3)]).to.deep.equal([0.5, 0, 0.5]);
    for (const span of [HOUR, 24 * HOUR, 7 * 24 * HOUR, 400 * 24 * HOUR]) {
      const ticks = ticksOf(NOON, NOON + span, 8 * HOUR);
      expect(ticks.length).to.be.within(1, 9);
      expect(ticks.every((at) => (at + 8 * HOUR) % HOUR === 0)).to.equal(true);
    }
  });
});
