import { connect } from 'node:net';
import { expect } from 'chai';
import mongoose from 'mongoose';
import type { GateLane, LiveEventDoc } from '../../../server/alerts/types.ts';
import type { GateState } from '../../../server/http/contract/live.ts';
import { ensureAlertIndexes } from '../../../server/store/alerts.ts';
import { ensureLiveIndexes } from '../../../server/store/live-events.ts';
import { createRevisions } from '../../../server/store/revisions.ts';
import { finding, at, storeFindings } from '../../support/alerts.ts';
import { client, startLive } from '../../support/live.ts';
import { until } from '../../support/until.ts';
import { startMongo } from '../../support/mongo.ts';

describe('the live socket', function () {
  this.timeout(60_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let connection: mongoose.Connection;
  const closing: (() => unknown)[] = [];

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
    for (const name of ['findings', 'alerts', 'live_events', 'live_meta', 'gate_lanes'])
      await connection.collection(name).deleteMany({});
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function server(more: Parameters<typeof startLive>[1] = {}) {
    const started = await startLive(mongo.uri, more);
    let up = true;
    const stop = async () => {
      if (up) await started.stop();
      up = false;
    };
    closing.push(stop);
    return { ...started, stop };
  }
  function connected(url: string, auth: Parameters<typeof client>[1]) {
    const joined = client(url, auth);
    closing.push(joined.close);
    return joined;
  }
  let n = 0;
  async function happen(
    on: { alerts: { refresh(keys: string[]): Promise<void> } },
    key: string,
    more: Parameters<typeof finding>[1] = {},
  ) {
    n += 1;
    await storeFindings(connection.db!, [finding(`f${n}`, { alert: key, recordedAt: at(n), ...more })]);
    await on.alerts.refresh([key]);
  }
  const seqs = (items: { seq: number }[]) => items.map((item) => item.seq);
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

  it('greets, tells news in order and says nothing of what was before', async () => {
    const one = await server();
    await happen(one, 'A');
    await until(async () => (await connection.collection('live_events').countDocuments()) === 1);
    const { told } = connected(one.url, { token: 'bureau' });
    await until(() => told.hello !== undefined);
    expect(told.hello).to.deep.include({ seq: 1, user: { name: 'bureau', role: 'bureau' } });
    await happen(one, 'B');
    await happen(one, 'A');
    await until(() => told.upTo === 3);
    expect(told.items.map((item) => [item.seq, item.kind, item.alert.rev, item.alert.seq])).to.deep.equal([
      [2, 'opened', 1, 2],
      [3, 'extended', 2, 3],
    ]);
  });

  it('gives a client that was away everything in order, also when the server was started anew meanwhile', async () => {
    const one = await server();
    const first = connected(one.url, { token: 'bureau' });
    await until(() => first.told.hello !== undefined);
    await happen(one, 'A');
    await until(() => first.told.upTo === 1);
    first.close();
    for (let i = 0; i < 30; i += 1) await happen(one, `K${i % 7}`);
    await one.stop();
    const two = await server({ options: { page: 4 } });
    const second = connected(two.url, { token: 'bureau', after: 1, log: first.told.hello!.log });
    await happen(two, 'Z');
    await until(() => second.told.upTo === 32);
    expect(seqs([...first.told.items, ...second.told.items])).to.deep.equal(upTo(32));
    expect(second.told.hello?.log).to.equal(first.told.hello?.log);
    expect(second.told.resync).to.equal(undefined);
  });

  it('tells the same to the clients of two servers, whichever of them changes alerts, also when the writing one is stopped', async () => {
    const [one, two] = [await server(), await server()];
    const watchers = [connected(one.url, { token: 'bureau', after: 0 }), connected(two.url, { token: 'bureau', after: 0 })];
    for (let i = 0; i < 20; i += 1) await happen(i % 2 ? one : two, `K${i % 5}`);
    await until(() => watchers.every(({ told }) => told.upTo === 20));
    await one.stop();
    for (let i = 0; i < 5; i += 1) await happen(two, `K${i}`);
    await until(() => watchers[1]!.told.upTo === 25); // the other goes on
    expect(seqs(watchers[0]!.told.items)).to.deep.equal(upTo(20));
    expect(seqs(watchers[1]!.told.items)).to.deep.equal(upTo(25));
  });

  it('shows each reader only what lies in its scope, and says when an alert left it', async () => {
    const one = await server();
    const here = connected(one.url, { token: 'bureau:140902', after: 0 });
    const there = connected(one.url, { token: 'bureau:140981', after: 0 });
    const gate = connected(one.url, { token: 'enterprise:e1', after: 0 });
    const police = connected(one.url, { token: 'police', after: 0 });
    const all = connected(one.url, { token: 'auditor', after: 0 });
    await happen(one, 'A');
    await happen(one, 'B', { county: '140981', enterprise: 'e2', rule: 'cloned-plate', code: 'impossible-travel' });
    await until(() => all.told.upTo === 2);
    // The finding moves to the other county: the first bureau loses the alert.
    await storeFindings(connection.db!, [finding('moved', { alert: 'A', county: '140981', enterprise: 'e2' })]);
    await connection.db!.collection('findings').updateMany({ alert: 'A', county: '140902' }, { $set: { status: 'withdrawn' } });
    await one.alerts.refresh(['A']);
    await until(() => all.told.upTo === 3 && here.told.items.length === 2 && there.told.items.length === 2);
    expect(here.told.items.map((item) => [item.seq, item.kind])).to.deep.equal([[1, 'opened'], [3, 'removed']]); // prettier-ignore
    expect(Object.keys(here.told.items[1]!.alert).sort()).to.deep.equal(['id', 'rev', 'seq']);
    expect(there.told.items.map((item) => item.seq)).to.deep.equal([2, 3]);
    await until(() => gate.told.items.length === 2 && police.told.items.length === 1);
    expect(gate.told.items.map((item) => item.kind)).to.deep.equal(['opened', 'removed']);
    expect(police.told.items.map((item) => item.seq)).to.deep.equal([2]);
  });

  it('asks a client to read anew when its log is another one, its number is from the future, or it is too far behind', async () => {
    const one = await server({ options: { maxBehind: 5 } });
    for (let i = 0; i < 8; i += 1) await happen(one, `K${i}`, { county: i < 2 ? '140981' : '140902' });
    await until(async () => (await connection.collection('live_events').countDocuments()) === 8);
    const cases = [
      connected(one.url, { token: 'bureau', after: 1, log: 'another' }),
      connected(one.url, { token: 'bureau', after: 9 }),
      connected(one.url, { token: 'bureau', after: 0 }),
    ];
    await until(() => cases.every(({ told }) => told.resync === 8));
    expect(cases.flatMap(({ told }) => told.items)).to.deep.equal([]);
    const near = connected(one.url, { token: 'bureau:140981', after: 0 });
    await until(() => near.told.items.length === 2); // only two of them are visible to this one
    expect(near.told.resync).to.equal(undefined);
  });

  it('asks a client to read anew when what it missed is no longer kept', async () => {
    const one = await server();
    for (let i = 0; i < 4; i += 1) await happen(one, 'A');
    await until(async () => (await connection.collection('live_events').countDocuments()) === 4);
    await connection.collection<LiveEventDoc>('live_events').deleteMany({ _id: { $lte: 2 } });
    const two = await server();
    const late = connected(two.url, { token: 'bureau', after: 1 });
    const just = connected(two.url, { token: 'bureau', after: 2 });
    await until(() => late.told.resync === 4 && just.told.upTo === 4);
    expect(seqs(just.told.items)).to.deep.equal([3, 4]);
  });

  it('refuses who is not signed in, a page of another site, and ends the sockets of ended sessions', async () => {
    const gone = new Set<string>();
    const one = await server({ gone, options: { recheckMs: 200 } });
    const nobody = connected(one.url, {});
    await until(() => nobody.told.error === 'unauthenticated');
    const two = await server({ gone });
    const clients = [
      connected(one.url, { token: 'bureau' }),
      connected(two.url, { token: 'bureau' }),
      connected(one.url, { token: 'police' }),
    ];
    await until(() => clients.every(({ told }) => told.hello !== undefined));
    gone.add('bureau');
    two.ended();
    await until(() => clients.slice(0, 2).every(({ told }) => told.disconnected));
    expect(clients[2]!.told.disconnected).to.equal(false);
    const foreign = await fetch(`${one.url}/socket.io/?EIO=4&transport=polling`, {
      headers: { Origin: 'http://elsewhere.example' },
    });
    expect(foreign.status).to.equal(403);
  });

  it('keeps nothing for a client that does not read, and goes on with it later without a gap', async () => {
    const one = await server({ options: { page: 20, gatherMs: 5, maxBehind: 1_000_000 } });
    const slow = connected(one.url, { token: 'bureau', after: 0 });
    await until(() => slow.told.hello !== undefined);
    const raw = (slow.socket.io.engine.transport as unknown as { ws: { _socket?: { pause(): void; resume(): void } } }).ws
      ._socket;
    expect(raw, 'the client is a WebSocket of its own').to.not.equal(undefined);
    raw!.pause();
    // Some megabytes at once: more than the kernel takes for it.
    const filler = 'x'.repeat(20_000);
    const alert = { id: 'a', rev: 1, rule: filler };
    const events = Array.from({ length: 1500 }, (_, i) => ({ _id: i + 1, event: `e${i}`, alertId: 'a', publishedAt: new Date(), kind: 'changed', now: { audiences: ['bureau'], counties: [], enterprises: [] }, alert })); // prettier-ignore
    for (let i = 0; i < events.length; i += 250)
      await connection.collection<LiveEventDoc>('live_events').insertMany(events.slice(i, i + 250) as unknown as LiveEventDoc[]);
    const quick = connected(one.url, { token: 'bureau', after: 1499 });
    await until(() => quick.told.upTo === 1500); // others are not delayed
    await until(async () => one.live.clients() === 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(slow.told.upTo).to.be.lessThan(1500);
    raw!.resume();
    await until(() => slow.told.upTo === 1500); // it goes on
    expect(seqs(slow.told.items)).to.deep.equal(upTo(1500));
  });

  it('shows the lanes of gates on connection and as they change, on every server, each to whom it concerns', async () => {
    const [one, two] = [await server(), await server()];
    const lane = (gate: string, minute: number, more: Partial<GateLane> = {}): GateLane => ({
      _id: `${gate}|1`,
      gateId: gate,
      lane: '1',
      enterprise: gate === 'g1' ? 'e1' : 'e2',
      county: '140902',
      at: at(minute),
      direction: 'in',
      plate: { number: '晋H12345', color: 'yellow' },
      stage: '4',
      known: true,
      decision: 'refuse',
      reasons: [],
      ref: `R${minute}`,
      ...more,
    });
    await one.live.publishGateState([lane('g1', 1), lane('g1', 3), lane('g2', 2)]);
    const board = connected(two.url, { token: 'bureau' });
    const own = connected(two.url, { token: 'enterprise:e1' });
    const latest = (told: { gates: unknown[][] }) =>
      new Map((told.gates.flat() as GateState[]).map((state) => [state.gate, state.ref]));
    await until(() => latest(board.told).size === 2 && latest(own.told).size === 1);
    expect([...latest(board.told)]).to.deep.include.members([['g1', 'R3'], ['g2', 'R2']]); // prettier-ignore
    await one.live.publishGateState([lane('g1', 2), lane('g2', 5)]);
    await until(() => latest(board.told).get('g2') === 'R5');
    expect([...latest(own.told)]).to.deep.equal([['g1', 'R3']]);
  });

  it('is not harmed by what is no handshake', async () => {
    const one = await server();
    const odd = connected(one.url, { token: 'bureau', after: 'x' as unknown as number });
    await until(() => odd.told.error === 'bad-handshake');
    await new Promise<void>((resolve) => {
      const socket = connect(one.port, '127.0.0.1', () =>
        socket.end('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n\r\n'),
      );
      socket.on('close', () => resolve());
      socket.on('error', () => resolve());
      socket.resume();
    });
    const fine = connected(one.url, { token: 'bureau' });
    await until(() => fine.told.hello !== undefined);
  });

  it('tells that responses were published, also by another process, and nothing of what consoles do not hold', async () => {
    const one = await server();
    const other = await server();
    const told = [connected(one.url, { token: 'bureau' }).told, connected(other.url, { token: 'market' }).told];
    await until(() => told.every(({ hello }) => hello));
    const revisions = createRevisions(connection.db!);
    await revisions.bump('vehicles');
    await revisions.bump('responses');
    one.live.registryChanged();
    await until(() => told.every(({ registry }) => registry.length > 0));
    expect(told.map(({ registry }) => registry)).to.deep.equal([['responses'], ['responses']]);
  });

  it('tells many clients of few views the same, each once and in order, whoever of them is slow to begin', async () => {
    const live = await server();
    const views = ['auditor', 'bureau:140902', 'bureau:140921', 'enterprise:e1'];
    const clients = Array.from({ length: 24 }, (_, i) => connected(live.url, { token: views[i % views.length]! }));
    await until(() => clients.every((c) => c.told.hello));
    const late: ReturnType<typeof connected>[] = [];
    for (let i = 0; i < 30; i++) {
      await happen(live, `many${i % 10}`, { county: i % 2 === 0 ? '140902' : '140921' });
      if (i % 10 === 5) late.push(connected(live.url, { token: 'auditor', after: 0 }));
    }
    const log = connection.collection<LiveEventDoc>('live_events');
    await until(async () => (await log.countDocuments({})) === 30);
    const everything = await log.find({}).sort({ _id: 1 }).toArray();
    const seen = (view: string) => everything.filter((e) => !view.startsWith('bureau') || e.now.counties.includes(view.slice(7)));
    const wanted = (i: number) => seen(views[i % views.length]!).map((event) => event._id);
    await until(() => clients.every((c, i) => c.told.items.length >= wanted(i).length) && late.every((c) => c.told.items.length >= everything.length)); // prettier-ignore
    for (const [i, c] of clients.entries()) expect(c.told.items.map((item) => item.seq)).to.deep.equal(wanted(i));
    for (const c of late) expect(c.told.items.map((item) => item.seq)).to.deep.equal(wanted(0));
    expect(wanted(1)).to.not.have.lengthOf(0);
  });
});
