import { expect } from 'chai';
import type { Db } from 'mongodb';
import mongoose from 'mongoose';
import { createAlerts } from '../../../server/alerts/alerts.ts';
import { alertId } from '../../../server/alerts/evolve.ts';
import type { AlertWithHistory } from '../../../server/http/contract/alerts.ts';
import type { FindingDoc } from '../../../server/store/types.ts';
import { at, finding, NOON, storeFindings } from '../../support/alerts.ts';
import { silent } from '../../support/live.ts';
import { startMongo } from '../../support/mongo.ts';
import { startPlatformProcess, type PlatformProcess } from '../../support/platform.ts';

interface Answer {
  status: number;
  json: AlertWithHistory & { code?: string; detail?: string; items?: { username: string; name: string }[] };
  etag: string | null;
}

const PASSWORD = 'a long enough one';
const USERS = [
  { username: 'li', name: '李晓燕', role: 'bureau' },
  { username: 'wu', name: '吴敏', role: 'bureau', counties: ['140981'] },
  { username: 'wang', name: '王志强', role: 'police' },
  { username: 'sun', name: '孙强', role: 'police', counties: ['140902'] },
  { username: 'gao', name: '高峰', role: 'police', counties: ['140981'] },
  { username: 'market', name: '市监', role: 'market' },
  { username: 'zhao', name: '赵明', role: 'enterprise', enterpriseId: 'e1' },
  { username: 'qian', name: '钱进', role: 'enterprise', enterpriseId: 'e2' },
  { username: 'audit', name: '审计', role: 'auditor' },
];

/** Alerts as people's work, through HTTP, two platform processes on one store: what rules.md §7 and the HTTP contract say of it. */
describe('people work on alerts through two processes', function () {
  this.timeout(120_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let connection: mongoose.Connection;
  let db: Db;
  let one: PlatformProcess;
  let two: PlatformProcess;
  const cookies = new Map<string, string>();
  let made = 0;

  before(async () => {
    mongo = await startMongo();
    connection = await mongoose.createConnection(mongo.uri).asPromise();
    db = connection.db!;
    const env = { MONGODB_URI: mongo.uri, CLOCK_START: '2021-11-15T12:00:00+08:00' };
    one = await startPlatformProcess({ env, startWithinMs: 100_000 });
    two = await startPlatformProcess({ env: { ...env, INSTANCE: '2' }, startWithinMs: 100_000 });
    await signIn('admin', 'admin-of-a-test');
    for (const user of USERS) {
      expect((await call('admin', 'POST', '/users', { ...user, password: PASSWORD })).status).to.equal(201);
      await signIn(user.username, PASSWORD);
    }
  });
  after(async () => {
    await Promise.all([one?.stop(), two?.stop()]);
    await connection?.close();
    await mongo?.stop();
  });

  async function signIn(username: string, password: string): Promise<void> {
    const answer = await fetch(`${one.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    cookies.set(username, answer.headers.get('set-cookie')!.split(';')[0]!);
  }

  async function call(who: string, method: string, path: string, body?: object, headers = {}, via = one): Promise<Answer> {
    const answer = await fetch(`${via.url}/api/v1${path}`, {
      method,
      headers: { cookie: cookies.get(who)!, 'content-type': 'application/json', 'accept-language': 'en', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: (await answer.json()) as Answer['json'], etag: answer.headers.get('etag') };
  }
  const get = (who: string, id: string) => call(who, 'GET', `/alerts/${id}`);
  /** A step as of the revision the alert has now. */
  async function step(who: string, id: string, name: string, body: object = {}): Promise<Answer> {
    const { etag } = await get('admin', id);
    return call(who, 'POST', `/alerts/${id}/${name}`, body, { 'if-match': etag! });
  }

  /** Stores findings under one alert's key and brings the alert into line, as the intake does. */
  async function judged(key: string, ...findings: [id: string, more?: Partial<FindingDoc>][]): Promise<string> {
    await storeFindings(
      db,
      findings.map(([id, more]) => finding(`${key}-${id}`, { recordedAt: at(++made), ...more, alert: key })),
    );
    return refreshed(key);
  }
  async function refreshed(key: string): Promise<string> {
    await createAlerts({ db, clock: { now: () => NOON, speed: 1 }, log: silent }).refresh([key]);
    return alertId(key);
  }
  const failed: Partial<FindingDoc> = { rule: 'remote-sensing', code: 'failed', device: 'remote-sensing/s1', clue: '6063' };
  const due = () => new Date(NOON + 3_600_000).toISOString();

  it('goes acknowledge → dispatch → handle → close, and keeps who, when and the note of each', async () => {
    const id = await judged('flow', ['a', failed]);
    expect((await step('wang', id, 'acknowledge', { note: '我来办' })).json.state).to.equal('acknowledged');
    const sent = (await step('wang', id, 'dispatch', { assignee: 'sun', due: due() })).json;
    expect(sent).to.include({ state: 'dispatched', assignee: 'sun', assigneeName: '孙强' });
    expect(Date.parse(sent.due!)).to.equal(Date.parse(due()));
    expect((await step('sun', id, 'handle', { outcome: 'warned', note: '已警告' })).json).to.include({
      state: 'handled',
      outcome: 'warned',
    });
    const { json, etag } = await step('wang', id, 'close');
    expect([json.state, etag]).to.deep.equal(['closed', `"${json.rev}"`]);
    expect(json.history.map((entry) => [entry.step, entry.byName ?? entry.by, entry.note])).to.deep.equal([
      ['opened', 'system', undefined],
      ['acknowledge', '王志强', '我来办'],
      ['dispatch', '王志强', undefined],
      ['handle', '孙强', '已警告'],
      ['close', '王志强', undefined],
    ]);
    const opened = (await step('wang', id, 'reopen', { note: '又来了' })).json;
    expect(opened.state).to.equal('open');
    expect(opened).to.not.have.any.keys('assignee', 'assigneeName', 'due', 'outcome');
  });

  it('lets one of two who act at once through different processes win, and tells the other 412', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const id = await judged(`race-${i}`, ['a', failed]);
        const seen = { 'if-match': '"1"' };
        const both = await Promise.all([
          call('wang', 'POST', `/alerts/${id}/acknowledge`, {}, seen, one),
          call('sun', 'POST', `/alerts/${id}/dispatch`, { assignee: 'wang', due: due() }, seen, two),
        ]);
        return { id, both };
      }),
    );
    for (const { id, both } of answers) {
      expect(both.map((answer) => answer.status).sort()).to.deep.equal([200, 412]);
      expect(both.find((answer) => answer.status === 412)?.json.code).to.equal('stale');
      const { json } = await get('wang', id);
      expect([json.rev, json.history.length]).to.deep.equal([2, 2]);
    }
  });

  it('does a step once however often it is sent with one Idempotency-Key, to either process', async () => {
    const id = await judged('once', ['a', failed]);
    const send = (via: PlatformProcess, text: string) =>
      call('wang', 'POST', `/alerts/${id}/comment`, { text }, { 'if-match': '"1"', 'idempotency-key': 'k-1' }, via);
    const answers = await Promise.all([send(one, 'hm'), send(two, 'hm'), send(one, 'hm'), send(two, 'hm')]);
    expect(answers.map((answer) => answer.status)).to.deep.equal([200, 200, 200, 200]);
    expect((await get('wang', id)).json.history.filter((entry) => entry.step === 'comment')).to.have.length(1);
    expect((await send(two, 'something else')).status).to.equal(422);
    const nobody = await call('wang', 'POST', `/alerts/${id}/comment`, { text: 'x' }, {}, two);
    expect(nobody.status).to.equal(428);
  });

  it('opens a handled or closed alert again on a more severe finding, and extends it on any other', async () => {
    const id = await judged('again', ['a', failed]);
    await step('wang', id, 'acknowledge');
    await step('wang', id, 'handle', { outcome: 'warned' });
    await judged('again', ['a', failed], ['b', { ...failed, at: at(3) }]);
    expect((await get('wang', id)).json).to.include({ state: 'handled', count: 2 });
    await step('wang', id, 'close');
    await judged('again', ['c', { ...failed, severity: 'critical', at: at(4) }]);
    const { json } = await get('wang', id);
    expect(json).to.include({ state: 'open', count: 3, severity: 'critical' });
    expect(json.history.at(-1)).to.include({ step: 'reopened', by: 'system' });
  });

  it('withdraws an alert nobody acted on with its findings, marks one that somebody did, and opens it again on a new one', async () => {
    const alone = await judged('alone', ['a', failed]);
    await step('zhao', alone, 'comment', { text: 'not mine' });
    await judged('alone', ['a', { ...failed, status: 'withdrawn' }]);
    expect((await get('wang', alone)).json).to.include({ state: 'withdrawn', count: 0, barred: 'withdrawn' });
    await judged('alone', ['b', failed]);
    expect((await get('wang', alone)).json).to.include({ state: 'open', count: 1 });

    const acted = await judged('acted', ['a', failed]);
    await step('wang', acted, 'acknowledge');
    await judged('acted', ['a', { ...failed, status: 'withdrawn' }]);
    const { json } = await get('wang', acted);
    expect(json).to.include({ state: 'acknowledged', count: 0 });
    expect(json.history.at(-1)).to.include({ step: 'findings-withdrawn', by: 'system' });
  });

  it('hands over a clue with its code; nothing provisional, retroactive, disputed or withdrawn, and says why', async () => {
    const clue = { to: 'traffic-police', code: '6063' };
    const good = await judged('clue', ['a', failed]);
    const answer = await step('wang', good, 'hand-over', { ...clue, note: '两次超标' });
    expect(answer.json.clue).to.include({ ...clue, by: 'wang' });
    expect(answer.json.history.at(-1)).to.deep.include({ step: 'hand-over', detail: clue, note: '两次超标' });

    const CASES: [what: string, more: Partial<FindingDoc>, who: string, says: RegExp][] = [
      ['pending', { ...failed, status: 'pending', provisional: true }, 'wang', /waits to be confirmed/],
      ['disputed', { ...failed, disputed: true }, 'wang', /dispute waits/],
      ['retroactive', { ...failed, retroactive: true }, 'admin', /re-judgement/],
    ];
    for (const [what, more, who, says] of CASES) {
      const id = await judged(`clue-${what}`, ['a', more]);
      expect((await get(who, id)).json.barred, what).to.equal(what);
      const refused = await step(who, id, 'hand-over', clue);
      expect([refused.status, refused.json.code], what).to.deep.equal([409, 'nothing-to-hand-over']);
      expect(refused.json.detail, what).to.match(says);
      await judged(`clue-${what}`, ['b', failed]);
      expect((await step('wang', id, 'hand-over', clue)).status, `${what}, and one that is not`).to.equal(200);
    }
    for (const who of ['li', 'market', 'zhao', 'audit'])
      expect((await step(who, good, 'hand-over', clue)).status, who).to.be.oneOf([403, 404]);
  });

  it('tells each audience of its own: police, bureau, market, enterprise, the device’s owner', async () => {
    const far: Partial<FindingDoc> = { device: 'checkpoint/c1', enterprise: undefined };
    const AUDIENCES: [more: Partial<FindingDoc>, seenBy: string[]][] = [
      [{ rule: 'diversion', code: 'through-traffic', ...far }, ['police', 'bureau']],
      [{ rule: 'route', code: 'off-route', ...far }, ['police', 'bureau']],
      [{ ...failed, enterprise: undefined }, ['police', 'bureau']],
      [{ rule: 'cloned-plate', code: 'two-places', ...far }, ['police', 'bureau']],
      [{ rule: 'phase-out', code: 'past-scrap' }, ['police', 'bureau', 'enterprise']],
      [{ rule: 'identification', code: 'unplated-vehicle' }, ['police', 'bureau', 'enterprise']],
      [{ rule: 'sale-ban', code: 'sold-below-stage', ...far }, ['bureau', 'market']],
      [{ rule: 'emission-standard', code: 'below-stage' }, ['bureau', 'enterprise']],
      [{ rule: 'gate-ledger', code: 'no-exit', severity: 'info' }, ['bureau', 'enterprise']],
      [{ rule: 'device-health', code: 'silent', severity: 'info', device: 'remote-sensing/s1' }, ['bureau', 'enterprise']],
      [{ rule: 'diversion', code: 'through-traffic', retroactive: true, ...far }, ['bureau']],
    ];
    const readers = { police: 'wang', bureau: 'li', market: 'market', enterprise: 'zhao' };
    for (const [n, [{ enterprise, ...more }, told]] of AUDIENCES.entries()) {
      const key = `audience-${n}`;
      const whole = finding(`${key}-a`, { ...more, alert: key });
      if (enterprise === undefined && 'enterprise' in AUDIENCES[n]![0]) delete whole.enterprise;
      await storeFindings(db, [whole]);
      const id = await refreshed(key);
      const seen: string[] = [];
      for (const [role, who] of Object.entries(readers)) if ((await get(who, id)).status === 200) seen.push(role);
      expect(seen, `${more.rule} ${more.code}`).to.deep.equal(told);
      expect((await get('qian', id)).status, 'another enterprise').to.equal(404);
      expect((await get('audit', id)).status, 'the auditor').to.equal(200);
    }
  });

  it('keeps people to their counties and roles', async () => {
    const id = await judged('scope', ['a', failed]);
    expect([(await get('sun', id)).status, (await get('gao', id)).status, (await get('wu', id)).status]).to.deep.equal([
      200, 404, 404,
    ]);
    expect((await step('gao', id, 'acknowledge')).status).to.equal(404);
    expect((await step('audit', id, 'comment', { text: 'x' })).status).to.equal(403);
    expect((await step('zhao', id, 'acknowledge')).status).to.be.oneOf([403, 404]);
    const own = await judged('scope-gate', ['a']);
    expect((await step('zhao', own, 'acknowledge')).status).to.equal(403);
    expect((await step('zhao', own, 'comment', { text: '已劝返' })).status).to.equal(200);
    const bare = await call('audit', 'POST', `/alerts/${own}/dispatch`);
    expect(bare.status, 'a role’s step is refused before its body and headers are looked at').to.equal(403);
  });

  it('names whom an alert can be dispatched to: who may see it and handle it', async () => {
    const names = async (who: string, id: string) => {
      const { status, json } = await call(who, 'GET', `/alerts/${id}/assignees`);
      return status === 200 ? json.items?.map((user) => user.username).sort() : status;
    };
    const road = await judged('whom', ['a', failed]);
    expect(await names('wang', road)).to.deep.equal(['li', 'sun', 'wang']);
    expect(await names('admin', road)).to.deep.equal(['admin', 'li', 'sun', 'wang']);
    const gate = await judged('whom-gate', ['a']);
    expect(await names('li', gate)).to.deep.equal(['li']);
    expect([await names('zhao', gate), await names('audit', gate), await names('gao', road)]).to.deep.equal([403, 403, 404]);
    await step('wang', road, 'dispatch', { assignee: 'sun', due: due() });
    const { json } = await call('sun', 'GET', '/alerts?assignee=sun&state=dispatched');
    expect(json.items).to.have.length(1);
    expect((await call('gao', 'GET', '/alerts?assignee=sun')).json.items).to.deep.equal([]);
    expect((await step('wang', road, 'dispatch', { assignee: '二中队', due: due() })).json).to.not.have.property('assigneeName');
    expect((await step('wang', road, 'dispatch', { assignee: 'sun', due: at(-5).toISOString() })).status).to.equal(422);
  });
});
