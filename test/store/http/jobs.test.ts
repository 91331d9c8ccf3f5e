import { expect } from 'chai';
import { pino } from 'pino';
import { Registry as Metrics } from 'prom-client';
import { ROLES } from '../../../server/alerts/types.ts';
import { createJobList } from '../../../server/audit/job-list.ts';
import { createJobRows } from '../../../server/audit/job-rows.ts';
import { createRecords } from '../../../server/audit/records.ts';
import { createApp } from '../../../server/http/app.ts';
import { jobsRouter } from '../../../server/http/routes/jobs.ts';
import type { Jobs } from '../../../server/intake/jobs.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { createIdentity } from '../../../server/users/identity.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { listen } from '../../support/http.ts';
import { arrival, feed, furnish, passage, truck } from '../../support/intake.ts';
import { jobsOn } from '../../support/jobs.ts';
import { until } from '../../support/until.ts';

const PERIOD = { from: '2021-11-15T00:00:00+08:00', to: '2021-11-16T00:00:00+08:00' };
const REASON = '登记信息更正, 见 "更正单"';
/** China 6 at once. */
const stricter = structuredClone(xinzhou2021);
stricter.version = 'stricter';
stricter.rules['emission-standard'].requirements = [{ from: '2021-01-01', stage: 6 }];

describe('jobs over HTTP', function () {
  this.timeout(60_000);
  let t: TestCore;
  let jobs: Jobs;
  let web: Awaited<ReturnType<typeof listen>>;
  const tokens = new Map<string, string>();

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0, sweeps: true });
    await furnish(t, [truck('晋H00005', '5'), truck('晋H00004', '4')]);
    t.clock.set('2021-11-15T12:00:00+08:00');
    await feed(t, [
      passage('晋H00005', '2021-11-15T08:00:00+08:00', { cargo: { name: '煤', tonnes: 31.5 } }),
      arrival('晋H00004', '2021-11-15T08:01:00+08:00'),
    ]);
    await t.rows('vehicles', [{ ...truck('晋H00004', '6'), validFrom: '2021-07-01' }]);
    const { db } = t.store;
    const { clock, registry } = t;
    const identity = createIdentity({ db, clock });
    await identity.indexes();
    const admin = { username: 'admin', name: 'admin', role: 'owner' as const };
    for (const role of ROLES) {
      if ((role as string) === 'display') continue;
      const body = {
        name: role,
        role: role as 'bureau',
        expires: '2099-01-01',
        ...(role === 'enterprise' && { enterpriseId: 'coking-1' }),
      };
      tokens.set(role, (await identity.createToken(body, admin)).token);
    }
    jobs = jobsOn(t, { policies: [xinzhou2021, stricter] });
    await jobs.indexes();
    jobs.start();
    web = await listen(
      createApp({
        log: pino({ level: 'silent' }), clock, identity, registry,
        records: createRecords({ db, clock, registry }),
        checks: { store: () => Promise.resolve({ ok: true }), broker: () => Promise.resolve({ ok: true }) },
        metrics: new Metrics(), secure: false, webDirectory: '/nowhere',
        routers: [jobsRouter({ jobs, list: createJobList({ db, clock }), rows: createJobRows({ db, clock }), audit: (...entry) => identity.audit(...entry) })],
      }),
    ); // prettier-ignore
  });
  after(async () => {
    await web.close();
    await jobs.stop();
    await t.stop();
  });

  async function call(who: string, method: string, path: string, body?: unknown) {
    const answer = await fetch(`${web.url}/api/v1${path}`, {
      method,
      headers: {
        ...(tokens.has(who) && { authorization: `Bearer ${tokens.get(who)}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        'accept-language': 'en',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = (/json/.test(answer.headers.get('content-type') ?? '') && !/ndjson/.test(answer.headers.get('content-type')!) ? JSON.parse(text) : {}) as Record<string, unknown>; // prettier-ignore
    return { status: answer.status, text, json };
  }
  const ended = async (job: string) => {
    await until(
      async () => ['done', 'failed'].includes(String((await call('bureau', 'GET', `/jobs/${job}`)).json.state)),
      20_000,
    );
    return (await call('bureau', 'GET', `/jobs/${job}`)).json;
  };
  const asked = async (path: string, body: object) => {
    const answer = await call('bureau', 'POST', path, body);
    expect(answer.status, answer.text).to.equal(202);
    return String(answer.json.job);
  };

  it('a re-judge is asked for by the bureau and the owner alone', async () => {
    expect((await call('nobody', 'POST', '/re-judge', {})).status).to.equal(401);
    for (const role of ROLES.filter((r) => tokens.has(r))) {
      const { status } = await call(role, 'POST', '/re-judge', {});
      expect(status, role).to.equal(['bureau', 'owner'].includes(role) ? 400 : 403);
    }
  });

  it('wrong input is refused with its place', async () => {
    const said = async (body: object) => {
      const { status, json } = await call('bureau', 'POST', '/re-judge', body);
      return [status, json.code];
    };
    const right = { ...PERIOD, reason: REASON };
    expect(await said({ ...right, from: PERIOD.to, to: PERIOD.from })).to.deep.equal([422, 'empty-period']);
    expect(await said({ ...right, to: PERIOD.from })).to.deep.equal([422, 'empty-period']);
    for (const wrong of [
      { ...right, more: 1 },
      { ...right, reason: ' ' },
      { ...right, from: '2021-11-15T00:00:00' },
      PERIOD,
      { ...right, reason: 'x'.repeat(1001) },
    ])
      expect((await said(wrong))[0], JSON.stringify(wrong).slice(0, 80)).to.equal(400);
    expect((await call('bureau', 'GET', '/jobs/none/rows')).status).to.equal(404);
    expect((await call('bureau', 'GET', '/jobs/none/rows?format=pdf')).status).to.equal(400);
  });

  it('a what-if’s rows are lists and files: what was, what would be, and the tonnes', async () => {
    const job = await asked('/what-if', { policy: 'stricter', ...PERIOD });
    await ended(job);
    const rows = (await call('auditor', 'GET', `/jobs/${job}/rows?what=decision`)).json.items as Record<string, unknown>[];
    expect(rows).to.have.length(1);
    expect(rows[0]).to.include({
      plate: '晋H00005,yellow',
      enterprise: 'coking-1',
      before: 'admit',
      after: 'refuse',
      tonnes: 31.5,
    });
    const csv = (await call('auditor', 'GET', `/jobs/${job}/rows?format=csv&header=zh`)).text;
    expect(csv)
      .to.contain('原判定,新判定,货物吨数')
      .and.to.match(/#end 2\n$/);
    expect(csv).to.contain('emission-standard,below-stage,,warning/refuse');
    expect((await call('auditor', 'GET', `/jobs/${job}/rows?format=ndjson`)).text).to.match(/#end 2\n$/);
    const workbook = await call('auditor', 'GET', `/jobs/${job}/rows?format=xlsx`);
    expect(workbook.text.slice(0, 2)).to.equal('PK');
    const counted = async (filter: string) => ((await call('auditor', 'GET', `/jobs/${job}/rows?${filter}`)).json.items as unknown[]).length; // prettier-ignore
    expect(await counted('before=admit&after=refuse')).to.equal(1);
    expect(await counted('before=refuse&after=admit')).to.equal(0);
    expect(await counted('what=finding&before=none'), 'findings that would be new').to.equal(1);
    expect(await counted('what=finding&after=none'), 'findings that would go').to.equal(0);
    expect((await call('market', 'GET', `/jobs/${job}/rows`)).status).to.equal(403);
    expect(((await call('enterprise', 'GET', `/jobs/${job}/rows`)).json.items as unknown[]).length).to.equal(2);
  });

  it('a re-judge stands once in the audit log, with who, why and the period, and ends with its result', async () => {
    const job = await asked('/re-judge', { ...PERIOD, reason: REASON });
    const shown = await ended(job);
    expect(shown).to.include({ state: 'done', kind: 're-judge' });
    expect(shown.result).to.deep.include({ decisions: { 'refuse→admit': 1 } });
    const entries = await t.store.db.collection<{ target?: string }>('audit_log').find({ target: job }).toArray();
    expect(entries).to.have.length(1);
    expect(entries[0]).to.deep.include({ action: 're-judge', detail: { ...PERIOD, reason: REASON } });
    const own = (await call('enterprise', 'GET', `/jobs/${job}`)).json.result as Record<string, unknown>;
    expect(own).to.have.all.keys('enterprises');
    const csv = (await call('bureau', 'GET', `/jobs/${job}/rows?format=csv`)).text;
    expect(csv).to.contain('refuse,admit');
  });
});
