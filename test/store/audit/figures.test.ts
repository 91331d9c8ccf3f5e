import { expect } from 'chai';
import express from 'express';
import { createDayFigures } from '../../../server/audit/day-figures.ts';
import { createRecords } from '../../../server/audit/records.ts';
import { createRemoteSensingFigures } from '../../../server/audit/remote-sensing-figures.ts';
import { createUreaFigures } from '../../../server/audit/urea-figures.ts';
import { ensureAlertIndexes } from '../../../server/store/alerts.ts';
import {
  dayFigures,
  remoteSensingFigures,
  ureaStory,
  ureaVehicle,
  type DayFigures,
  type RemoteSensingFigures,
  type UreaStory,
  type UreaVehicle,
} from '../../../server/http/contract/figures.ts';
import { problemHandler } from '../../../server/http/problems.ts';
import { figuresRouter } from '../../../server/http/routes/figures.ts';
import { recordsRouter } from '../../../server/http/routes/records.ts';
import { createLog } from '../../../server/log.ts';
import { policyBook } from '../../../server/intake/policy-book.ts';
import { createPolicySource } from '../../../server/policies/source.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { WHO, type Who } from '../../support/audit-http.ts';
import { GATE, startCore, type TestCore } from '../../support/core.ts';
import { listen } from '../../support/http.ts';
import {
  after as later,
  arrival,
  feed,
  fill,
  forget,
  furnish,
  passage,
  reading,
  telemetry,
  truck,
} from '../../support/intake.ts';

const OLD = '晋H77001';
const NEW = '晋H77002';
const OLD_VIN = 'LTESTH77001000000';
const DAY = '2022-03-10';
const at = (time: string, day = DAY) => `${day}T${time}:00.000+08:00`;
const YESTERDAY = '2022-03-09';

describe('the figures of the bureau', function () {
  this.timeout(120_000);
  let t: TestCore;
  let web: Awaited<ReturnType<typeof listen>>;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await ensureAlertIndexes(t.store.connection);
    await furnish(t, [truck(OLD, '4', { scr: true, reagentTank: 60 }), truck(NEW, '6')]);
    await t.rows('enterprises', [{ id: 'other-1', uscc: '91140900MA0000002X', nameZh: '另一焦化', county: '140981', industry: 'coking', annualFreight: 2_000_000, planningArea: false, dailyTruckPasses: 90, grade: 'C', cleanTransport: 'met', lon: 112.7, lat: 38.7 }]); // prettier-ignore
    await t.rows('devices', [{ ...GATE, id: 'g3', enterpriseId: 'other-1', county: '140981', secret: 'gate-three-secret-0123456789' }]); // prettier-ignore
    t.clock.set(at('12:00'));
    const policies = policyBook(xinzhou2021, createPolicySource(t.store.db));
    const deps = { db: t.store.db, clock: t.clock, registry: t.core.registry, restMs: -1 };
    const app = express();
    app.set('query parser', 'simple');
    app.use((req, _res, next) => {
      Object.assign(req, { actor: WHO[req.get('x-who') as Who] });
      next();
    });
    app.use(
      figuresRouter({
        day: createDayFigures({ ...deps, statuses: t.core.stores.statuses, rules: Object.keys(xinzhou2021.rules) }),
        remoteSensing: createRemoteSensingFigures({ ...deps, policies }),
        urea: createUreaFigures({ ...deps, registry: t.registry, policies, ...t.core.stores }),
      }),
    );
    app.use(recordsRouter({ records: createRecords({ db: t.store.db, clock: t.clock, registry: t.registry }) }));
    app.use(problemHandler(createLog('silent')));
    web = await listen(app);
  });
  after(async () => {
    await web?.close();
    await t.stop();
  });
  beforeEach(() => t.clock.set(at('12:00')));
  afterEach(() => forget(t));

  async function json<T>(path: string, who: Who = 'auditor'): Promise<T> {
    const answer = await fetch(web.url + path, { headers: { 'x-who': who } });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
  async function code(path: string, who: Who = 'auditor'): Promise<string> {
    const answer = await fetch(web.url + path, { headers: { 'x-who': who } });
    return `${answer.status} ${((await answer.json()) as { code?: string }).code ?? ''}`;
  }
  const rowsOf = async (path: string, who?: Who) => (await json<{ items: unknown[] }>(path, who)).items.length;
  const day = (who?: Who, query = '') => json<DayFigures>(`/figures/day${query}`, who);

  it('count a day and the day before up to the same hour, and each number is the number of rows it leads to', async () => {
    await feed(t, [
      arrival(OLD, at('08:10')),
      arrival(OLD, at('09:10')),
      arrival(NEW, at('09:20')),
      passage(NEW, at('09:22')),
      arrival(OLD, at('10:30', YESTERDAY)),
      arrival(OLD, at('23:30', YESTERDAY)),
      arrival(OLD, at('11:00'), {}, 'g3'),
      reading(NEW, at('07:00'), 60),
    ]);
    const figures = dayFigures.parse(await day());
    expect(figures).to.deep.include({
      date: DAY,
      arrivals: { now: 4, before: 1 },
      passages: { now: 1, before: 0 },
      refused: { now: 3, before: 1 },
      exceedances: { now: 1, before: 0 },
    });
    expect(figures.hours[9]).to.deep.include({ arrivals: 2, passages: 1 });
    expect(figures.hours[23]!.before).to.deep.equal({ arrivals: 1, passages: 0 });
    expect(figures.refusals.reduce((n, r) => n + r.now, 0)).to.equal(3);
    expect(figures.refusedAt.map((r) => [r.enterprise, r.now])).to.deep.equal([
      ['coking-1', 2],
      ['other-1', 1],
    ]);
    const stretch = `from=${encodeURIComponent(figures.from)}&to=${encodeURIComponent(figures.to)}`;
    for (const { rule, now } of figures.refusals)
      expect(await rowsOf(`/decisions?decision=refuse&message=arrival&rule=${rule}&${stretch}`), rule).to.equal(now);
    for (const { rule, code: one, now } of figures.findings)
      expect(await rowsOf(`/findings?rule=${rule}&code=${one}&${stretch}`), one).to.equal(now);
    expect(await rowsOf(`/decisions?message=arrival&${stretch}`)).to.equal(figures.arrivals.now);
    expect(figures.work?.open).to.be.a('number');
    expect(figures.devices?.kinds.find((k) => k.kind === 'gate')).to.deep.equal({ kind: 'gate', all: 3, online: 0 });
    const past = await day('auditor', `?date=${YESTERDAY}`);
    expect(past).to.deep.include({ arrivals: { now: 2, before: 0 } });
    expect(past).not.to.have.any.keys('work', 'devices');
  });

  it('show each reader the own part', async () => {
    await feed(t, [arrival(OLD, at('08:10')), arrival(OLD, at('09:10'), {}, 'g3'), passage(NEW, at('09:22'))]);
    const seen = async (who: Who) => {
      const { arrivals, passages, refusedAt } = await day(who);
      return [arrivals.now, passages.now, refusedAt.map((r) => r.enterprise).join()];
    };
    expect(await seen('auditor')).to.deep.equal([2, 1, 'coking-1,other-1']);
    expect(await seen('bureau')).to.deep.equal([1, 1, 'coking-1']);
    expect(await seen('elsewhere')).to.deep.equal([1, 0, 'other-1']);
    expect(await seen('coking')).to.deep.equal([1, 1, 'coking-1']);
    expect(await seen('far')).to.deep.equal([0, 0, '']);
    expect(await code('/figures/day', 'police')).to.equal('403 forbidden');
    expect(await code('/figures/remote-sensing', 'coking')).to.equal('403 forbidden');
    expect(await code('/figures/urea', 'coking')).to.equal('403 forbidden');
  });

  it('refuse what is no day, no period, or too long a one', async () => {
    for (const path of [
      '/figures/day?date=2022-02-30',
      '/figures/day?day=1',
      '/figures/remote-sensing?from=x',
      '/figures/urea?limit=0',
    ])
      expect(await code(path), path).to.equal('400 malformed');
    expect(await code('/figures/remote-sensing?from=2022-01-01&to=2022-03-01')).to.equal('422 too-long');
    expect(await code('/figures/remote-sensing?from=2022-01-02&to=2022-01-01')).to.equal('422 no-period');
    expect(await code(`/vehicles/${encodeURIComponent('晋H99999')}/yellow/urea`)).to.equal('404 unknown-vehicle');
  });

  it('tell of remote sensing what counts, why others do not, and how values lie against the limits', async () => {
    await feed(t, [
      reading(OLD, at('09:50'), 12, 's1'),
      reading(OLD, at('09:00'), 41, 's1', { measured: { co2: 12, opacity: 41, no: 1650 } }),
      reading(NEW, at('09:30'), 100, 's2'),
      reading(OLD, at('10:00'), 12, 's1', { speed: 130, acceleration: 5 }),
      reading('晋H70000', at('10:10'), 12, 's2'),
      reading(OLD, at('10:00', YESTERDAY), 55, 's2'),
    ]);
    const query = `from=${DAY}&to=${DAY}`;
    const figures = remoteSensingFigures.parse(await json<RemoteSensingFigures>(`/figures/remote-sensing?${query}`));
    const [first, second] = ['s1', 's2'].map((id) => figures.stations.find((s) => s.id === id)!);
    expect(first).to.include({ total: 3, valid: 2, over: 1 });
    expect(second).to.include({ total: 2, valid: 1, over: 1 });
    expect(first!.reasons[0]).to.deep.equal({ reason: 'speed', first: 1, any: 1 });
    expect(second!.reasons[0]).to.deep.equal({ reason: 'plate', first: 1, any: 1 });
    expect(figures.opacity).to.include({ limit: 30, measured: 3, over: 2 });
    expect([figures.opacity.bins[2], figures.opacity.bins[8], figures.opacity.bins[19]]).to.deep.equal([1, 1, 1]);
    expect(figures.no).to.include({ limit: 1500, measured: 1, over: 1 });
    expect(figures.no.bins[16]).to.equal(1);
    expect(figures).to.include({ failedCount: 1 });
    for (const station of figures.stations) {
      const of = `kind=remote-sensing&device=remote-sensing/${station.id}&${query}`;
      expect(await rowsOf(`/observations?${of}`), station.id).to.equal(station.total);
      expect(await rowsOf(`/observations?${of}&invalid=none`), station.id).to.equal(station.valid);
      for (const { reason, first: n } of station.reasons)
        expect(await rowsOf(`/observations?${of}&invalid=${reason}`), reason).to.equal(n);
    }
    const one = await json<RemoteSensingFigures>(`/figures/remote-sensing?${query}&station=s1`);
    expect(one.stations.map((s) => s.id)).to.deep.equal(['s1']);
    expect(one.opacity.measured).to.equal(2);
    expect((await json<RemoteSensingFigures>(`/figures/remote-sensing?${query}`, 'elsewhere')).stations).to.deep.equal([]);
  });

  it('tell a vehicle’s level, fuel and NOx over time, with fills and the window a finding stands on', async () => {
    const start = at('08:00');
    const messages = Array.from({ length: 60 }, (_, m) =>
      telemetry(
        OLD_VIN,
        Array.from({ length: 6 }, (_, s) => ({
          at: later(start, m + s / 6),
          speed: 60,
          engineSpeed: 1500,
          fuelFlow: 30,
          engineTorque: 60,
          scrInlet: 300,
          coolant: 85,
          noxIn: 800,
          noxOut: 760,
          reagent: m < 30 ? 1 : 80,
        })),
      ),
    );
    await feed(t, [...messages, fill(OLD, at('08:29'))]);
    await t.core.sweeps.now();
    const path = `/vehicles/${encodeURIComponent(OLD)}/yellow/urea?from=${DAY}&to=${DAY}`;
    const story = ureaStory.parse(await json<UreaStory>(path));
    expect(story).to.include({ vin: OLD_VIN, stepMinutes: 5, tankL: 60 });
    expect(story.points).to.have.length(12);
    expect(story.points[0]).to.include({ level: 1, noxIn: 800, noxOut: 760 });
    expect(story.points.at(-1)!.level).to.equal(80);
    expect(story.fills.find((f) => f.kind === 'recorded')).to.include({ litres: 40, station: 'p1' });
    const vehicles = (await json<{ items: UreaVehicle[] }>(`/figures/urea?from=${DAY}&to=${DAY}`)).items;
    for (const vehicle of vehicles) ureaVehicle.parse(vehicle);
    expect(vehicles.map((v) => v.vin)).to.deep.equal([OLD_VIN]);
    expect(story.findings.map((f) => f.code)).to.include('scr-ineffective');
    const window = story.findings.find((f) => f.code === 'scr-ineffective')!;
    expect([Date.parse(window.from!), Date.parse(window.to!)]).to.deep.equal([Date.parse(at('08:00')), Date.parse(at('09:00'))]);
    expect(await rowsOf(`/figures/urea?from=${DAY}&to=${DAY}&search=${encodeURIComponent('晋H7700')}`)).to.equal(1);
    expect(await rowsOf(`/figures/urea?from=${DAY}&to=${DAY}&search=LXX`)).to.equal(0);
    const hours = await json<UreaStory>(`/vehicles/${encodeURIComponent(OLD)}/yellow/urea?from=2022-03-01&to=${DAY}`);
    expect(hours.stepMinutes).to.equal(60);
    expect(hours.points).to.have.length(1);
    expect(hours.fills.find((f) => f.kind === 'rise')).to.include({ points: 79 });
    expect(await code(path, 'elsewhere')).to.equal('404 unknown-vehicle');
    expect(await code(path, 'coking')).to.equal('403 forbidden');
  });

  it('are counted along indexes', async () => {
    await feed(t, [arrival(OLD, at('08:10')), reading(NEW, at('07:00'), 60)]);
    const { db } = t.store;
    await db.command({ profile: 2 });
    await day();
    await day('bureau');
    await json(`/figures/remote-sensing?from=${DAY}&to=${DAY}`);
    await json(`/figures/urea?from=${DAY}&to=${DAY}`);
    await db.command({ profile: 0 });
    const asked = await db
      .collection('system.profile')
      .find({ ns: { $in: ['decisions', 'findings', 'observations', 'alerts'].map((name) => `${db.databaseName}.${name}`) } })
      .toArray();
    expect(asked.length).to.be.greaterThan(8);
    for (const { ns, planSummary } of asked as unknown as { ns: string; planSummary?: string }[])
      expect(planSummary ?? 'EOF', ns).not.to.match(/COLLSCAN/);
  });
});
