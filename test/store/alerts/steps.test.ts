import { expect } from 'chai';
import mongoose from 'mongoose';
import { createAlerts, type Alerts } from '../../../server/alerts/alerts.ts';
import { alertId } from '../../../server/alerts/evolve.ts';
import { alertFor } from '../../../server/alerts/json.ts';
import type { AlertDoc } from '../../../server/alerts/types.ts';
import { AppError } from '../../../server/errors.ts';
import { alertQuery, alertWithHistory } from '../../../server/http/contract/alerts.ts';
import { createLogWriter } from '../../../server/live/writer.ts';
import { ensureAlertIndexes } from '../../../server/store/alerts.ts';
import { createLiveEventStore, ensureLiveIndexes } from '../../../server/store/live-events.ts';
import { actor, at, finding, storeFindings } from '../../support/alerts.ts';
import { silent } from '../../support/live.ts';
import { startMongo } from '../../support/mongo.ts';

describe('people work on stored alerts', function () {
  this.timeout(60_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let connection: mongoose.Connection;
  let alerts: Alerts;
  let minute = 0;
  const officer = actor('bureau');
  const id = alertId('K');
  const status = async (work: Promise<unknown>) =>
    work.then(
      () => 200,
      (error: unknown) => (error instanceof AppError ? error.status : Promise.reject(error as Error)),
    );

  before(async () => {
    mongo = await startMongo();
    connection = await mongoose.createConnection(mongo.uri).asPromise();
    await ensureAlertIndexes(connection);
    await ensureLiveIndexes(connection);
  });
  after(async () => {
    await connection.close();
    await mongo.stop();
  });
  beforeEach(async () => {
    for (const name of ['findings', 'alerts', 'live_events']) await connection.collection(name).deleteMany({});
    minute = 0;
    alerts = createAlerts({ db: connection.db!, clock: { now: () => at(minute).getTime(), speed: 1 }, log: silent });
    await storeFindings(connection.db!, [finding('a')]);
    await alerts.refresh(['K']);
  });

  it('asks for If-Match, and takes a step only on the revision that was seen', async () => {
    const step = (ifMatch: string | undefined) => alerts.step(id, { step: 'acknowledge', body: {} }, { ifMatch }, officer);
    expect([await status(step(undefined)), await status(step('1')), await status(step('"7"'))]).to.deep.equal([428, 400, 412]);
    const alert = await step('"1"');
    expect(alert).to.include({ rev: 2, state: 'acknowledged' });
    expect(alertWithHistory.safeParse(alert).error).to.equal(undefined);
    expect(await status(step('"1"'))).to.equal(412);
    expect(await status(step('"2"'))).to.equal(409);
  });

  it('lets one of two who step at once win', async () => {
    const step = (who: string) =>
      status(alerts.step(id, { step: 'acknowledge', body: {} }, { ifMatch: '"1"' }, actor('bureau', { username: who })));
    expect((await Promise.all([step('li'), step('wu')])).sort()).to.deep.equal([200, 412]);
  });

  it('answers a repeat with the same key without doing it again, and refuses the key for another request', async () => {
    const fence = { ifMatch: '"1"', idempotencyKey: 'k1' };
    const step = (text: string) => alerts.step(id, { step: 'comment', body: { text } }, fence, officer);
    await Promise.all([step('one'), step('one')]);
    const alert = await step('one');
    expect([alert.rev, alert.history.length]).to.deep.equal([2, 2]);
    expect(await status(step('two'))).to.equal(422);
  });

  it('knows no alert outside of the scope', async () => {
    const stranger = actor('enterprise', { enterpriseId: 'e9' });
    expect(await status(alerts.get(id, stranger))).to.equal(404);
    expect(await status(alerts.step(id, { step: 'comment', body: { text: 'x' } }, { ifMatch: '"1"' }, stranger))).to.equal(404);
    expect((await alerts.get(id, actor('enterprise'))).id).to.equal(id);
  });

  it('shows an enterprise of an alert at several only its own part', async () => {
    await storeFindings(connection.db!, [finding('b', { enterprise: 'e2', device: 'gate/g2', at: at(3) })]);
    await alerts.refresh(['K']);
    const own = await alerts.get(id, actor('enterprise', { enterpriseId: 'e2' }));
    expect(own).to.deep.include({ count: 1, enterprise: 'e2', findings: ['emission-standard|below-stage|b'] });
    expect((await alerts.get(id, officer)).count).to.equal(2);
  });

  it('escalates what is overdue, once', async () => {
    await alerts.step(id, { step: 'dispatch', body: { assignee: 'li', due: at(10).toISOString() } }, { ifMatch: '"1"' }, officer);
    expect(await alerts.sweepOverdue()).to.equal(0);
    minute = 10;
    expect([await alerts.sweepOverdue(), await alerts.sweepOverdue()]).to.deep.equal([1, 0]);
    expect(await alerts.get(id, officer)).to.include({ severity: 'critical', state: 'dispatched' });
  });

  it('lists what the reader may see, by filters, in pages that neither skip nor repeat', async () => {
    const more = Array.from({ length: 25 }, (_, i) =>
      finding(`m${i}`, { alert: `M${i}`, at: at(i % 4), county: i % 2 ? '140981' : '140902' }),
    );
    await storeFindings(connection.db!, more);
    await alerts.refresh(more.map((item) => item.alert!));
    await createLogWriter({ store: createLiveEventStore(connection.db!, silent), log: silent }).turn();
    const walk = async (query: Record<string, string>, reader = officer) => {
      const ids: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await alerts.list(alertQuery.parse({ limit: '7', ...query, ...(cursor && { cursor }) }), reader);
        ids.push(...page.items.map((item) => item.id));
        cursor = page.next;
      }
      return ids;
    };
    const all = await walk({});
    expect([all.length, new Set(all).size]).to.deep.equal([26, 26]);
    expect(await walk({ order: 'asc' })).to.deep.equal([...all].reverse());
    const numbers: Record<string, string>[] = [{ county: '140981' }, { plate: '晋H12345' }, { plate: '晋H1234' }, { plate: '晋H12345,yellow' }, { state: 'closed' }, { state: 'open,acknowledged' }, { provisional: 'true' }, { provisional: 'false' }, { after: '20' }, { from: at(3).toISOString() }, { to: at(1).toISOString() }, { audience: 'police' }]; // prettier-ignore
    const found: number[] = [];
    for (const query of numbers) found.push((await walk(query)).length);
    expect(found).to.deep.equal([12, 26, 0, 26, 0, 26, 0, 26, 6, 6, 8, 0]);
    expect(await walk({}, actor('bureau', { counties: ['140981'] }))).to.have.length(12);
    expect(await walk({}, actor('police'))).to.deep.equal([]);
    for (const state of ['', 'open,', 'open,gone', 'open;closed'])
      expect(alertQuery.safeParse({ state }).success, state).to.equal(false);
    expect(await status(alerts.list(alertQuery.parse({ cursor: 'nonsense' }), officer))).to.equal(400);
    expect(await alerts.stateNumbers(officer)).to.deep.equal({ open: 26 });
    const doc = await connection.collection<AlertDoc>('alerts').findOne({ _id: id });
    expect(alertFor(officer, doc as unknown as AlertDoc).images[0]?.url).to.equal(`/api/v1/images/${'a'.repeat(64)}`);
  });
});
