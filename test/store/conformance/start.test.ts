import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { io, type Socket } from 'socket.io-client';
import {
  PASSWORD, SECRET, civil, device, enterprise, eventually, plate, startInspection, vehicle, type Inspector, type Json, type Who,
} from '../../support/conformance.ts'; // prettier-ignore
import { startPlatformProcess } from '../../support/platform.ts';

/** Starting, stopping, the clock, MQTT and the live line, as the contracts have them, through a restart. */

interface Line {
  socket: Socket;
  hello: () => Json;
  items: Json[];
  upTo: () => number;
  resync: () => Json;
  closed: () => boolean;
}

describe('Starting it, MQTT and live', function () {
  this.timeout(120_000);
  let dataDir: string;
  let it_: Inspector;
  const env = { CLOCK_START: civil('2021-11-15T08:00:00'), CLOCK_SPEED: '10' };
  const sockets: Socket[] = [];
  const clients: MqttClient[] = [];

  const live = (as: Who, auth: object = {}): Line => {
    const cookie = as && 'cookie' in as ? { extraHeaders: { cookie: as.cookie } } : {};
    const token = as && 'token' in as ? { token: as.token } : {};
    const socket = io(`${it_.url}/live`, { transports: ['websocket'], reconnection: false, forceNew: true, auth: { ...auth, ...token }, ...cookie }); // prettier-ignore
    sockets.push(socket);
    let hello: Json;
    let resync: Json;
    let closed = false;
    let upTo = 0;
    const items: Json[] = [];
    socket.on('hello', (h: Json) => (hello = h));
    socket.on('resync', (r: Json) => (resync = r));
    socket.on('alerts', (page: Json) => {
      items.push(...page.items);
      upTo = page.upTo;
    });
    for (const event of ['disconnect', 'connect_error']) socket.on(event, () => (closed = true));
    return { socket, hello: () => hello, resync: () => resync, items, upTo: () => upTo, closed: () => closed };
  };
  const connect = async (username: string, password = SECRET, clientId = username.replace('/', '_')) => {
    const client = mqtt.connect(it_.platform.mqttUrl, { username, password, clientId, protocolVersion: 4, reconnectPeriod: 0, clean: true }); // prettier-ignore
    clients.push(client);
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed')));
    });
    return client;
  };
  const arrive = async (id: string, number = '晋H10001', gate = 'g1') => {
    const answer = await it_.post(`gate/${gate}`, 'arrival', { id, at: new Date(await it_.now()).toISOString(), direction: 'in', lane: '1', plate: plate(number) });
    expect(answer.status, answer.text).to.equal(200);
    return answer.json;
  }; // prettier-ignore

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'cleanhaul-conformance-'));
    it_ = await startInspection({ env, dataDir });
    await it_.rows('enterprises', [enterprise('e1'), enterprise('e2', { county: '140981' })]);
    await it_.rows('devices', [
      device('gate', 'g1', { enterpriseId: 'e1' }),
      device('gate', 'g2', { enterpriseId: 'e2', county: '140981' }),
    ]);
    await it_.rows('vehicles', [
      vehicle('晋H10001', '3'),
      vehicle('晋H10002', '4'),
      vehicle('晋H10003', '4'),
      vehicle('晋H10004', '6'),
    ]);
  });
  after(async () => {
    for (const socket of sockets) socket.disconnect();
    for (const client of clients) client.end(true);
    await it_?.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  it('the start ends with one line `ready http://… mqtt://…`', () => {
    expect(it_.platform.output()).to.match(/^ready http:\/\/\S+ mqtt:\/\/\S+$/m);
    expect(it_.platform.output().match(/^ready /gm)).to.have.length(1);
    expect(it_.platform.output()).not.to.include(PASSWORD);
  });

  it('a second process with an embedded part on the same DATA_DIR refuses to start', async () => {
    const failure: Error = await startPlatformProcess({ dataDir, startWithinMs: 60_000 }).then(
      () => new Error('it started'),
      (error: Error) => error,
    );
    expect(failure.message).to.match(/exited with [1-9]/);
  });

  it('a bad setting stops the start with readable lines', async () => {
    const failure: Error = await startPlatformProcess({ env: { PORT: 'x', CLOCK_SPEED: '-1' } }).then(
      () => new Error('it started'),
      (error: Error) => error,
    );
    expect(failure.message)
      .to.match(/exited with [1-9]/)
      .and.include('PORT')
      .and.include('CLOCK_SPEED');
  });

  it('`validUntil` is `at` + 60 s × speed', async () => {
    const decision = await arrive('speed-1');
    expect(Date.parse(decision.validUntil as string) - Date.parse(decision.at as string)).to.equal(600_000);
  });

  it('MQTT 3.1.1: the retained policy, the decision, the receipt, and the same for a repeat', async () => {
    const got: { topic: string; body: Json; retain: boolean }[] = [];
    const gate = await connect('gate/g1');
    gate.on('message', (topic, payload, packet) => got.push({ topic, body: JSON.parse(payload.toString()), retain: packet.retain }));
    await gate.subscribeAsync(['decision', 'policy', 'receipt', 'rejected'].map((t) => `cleanhaul/v1/gate/g1/${t}`), { qos: 1 });
    await eventually(() => Promise.resolve(expect(got.find((g) => g.topic.endsWith('/policy'))).to.deep.include({ retain: true })));
    expect(got[0]!.body.payloadId).to.match(/^xinzhou-2021#\d+$/);
    const body = JSON.stringify({ id: 'm1', at: new Date(await it_.now()).toISOString(), direction: 'in', lane: '2', plate: plate('晋H10002') });
    const of = (t: string) => got.filter((g) => g.topic.endsWith(`/${t}`)).map((g) => g.body);
    for (const n of [1, 2]) {
      await gate.publishAsync('cleanhaul/v1/gate/g1/arrival', body, { qos: 1 });
      await eventually(() => Promise.resolve(expect(of('decision').length).to.equal(n)));
      await eventually(() => Promise.resolve(expect(of('receipt').filter((r) => (r.ids as string[]).includes('m1')).length).to.equal(n)));
    }
    expect(of('decision')[0]).to.deep.include({ arrivalId: 'm1', lane: '2', decision: 'refuse' });
    expect(of('decision')[1]).to.deep.equal(of('decision')[0]);
    await gate.publishAsync('cleanhaul/v1/gate/g1/passage', '{"id":"bad"}', { qos: 1 });
    await eventually(() => Promise.resolve(expect(of('rejected')[0]).to.include({ code: 'schema', final: true, id: 'bad' })));
    expect(of('rejected')[0]).to.include.keys('sha256', 'message', 'at');
    expect(await it_.list('/decisions?device=gate/g1').then((d) => d.filter((x) => x.arrivalId === 'm1').length)).to.equal(1);
  }); // prettier-ignore

  it('a device may publish and subscribe only its own; a foreign client id or secret is refused', async () => {
    for (const [user, secret, id] of [['gate/g1', 'wrong-wrong-wrong-wrong', undefined], ['gate/g1', SECRET, 'someone-else'], ['gate/none', SECRET, undefined]] as const) {
      const refused = await connect(user, secret, id).then(() => false, () => true); // prettier-ignore
      expect(refused, `${user} ${id}`).to.equal(true);
    }
    expect((await connect('gate/g2', SECRET, 'gate_g2.abc123')).connected).to.equal(true);
  }); // prettier-ignore

  it('two secrets are valid at once on the embedded broker; a disabled device is sent away', async () => {
    const rotated = ['rotated-secret-number-2', 'rotated-secret-number-3'];
    const enters = (secret: string) => connect('gate/g2', secret, 'gate_g2.rot').then((c) => (c.end(true), true), () => false);
    await it_.rows('devices', [device('gate', 'g2', { enterpriseId: 'e2', county: '140981', secret: rotated[0] })]);
    await eventually(async () => expect([await enters(SECRET), await enters(rotated[0]!)]).to.deep.equal([true, true]));
    await it_.rows('devices', [device('gate', 'g2', { enterpriseId: 'e2', county: '140981', secret: rotated[1] })]);
    await eventually(async () => expect([await enters(SECRET), await enters(rotated[0]!), await enters(rotated[1]!)]).to.deep.equal([false, true, true]));
    await it_.rows('devices', [device('gate', 'g2', { enterpriseId: 'e2', county: '140981', secret: SECRET })]);
    const { recordedAt: _r, ...row } = device('gate', 'g3') as Json;
    await it_.rows('devices', [row as object]);
    const client = await connect('gate/g3');
    await it_.rows('devices', [{ ...row, enabled: false }]);
    await eventually(() => Promise.resolve(expect(client.connected).to.equal(false)));
  }); // prettier-ignore

  describe('live', () => {
    it('hello {log, seq, user}; news in order with consecutive numbers; catching up after any absence; bad credentials are refused', async () => {
      const line = live(it_.admin);
      await eventually(() => Promise.resolve(expect(line.hello()).to.have.all.keys('log', 'seq', 'user')));
      const { seq } = line.hello() as { seq: number };
      await arrive('live-1', '晋H10003');
      await eventually(() => Promise.resolve(expect(line.items.length).to.be.greaterThan(0)));
      const [item] = line.items;
      expect(item).to.have.all.keys('seq', 'kind', 'alert');
      expect(item).to.include({ kind: 'opened' });
      expect(item.alert).to.include({ code: 'below-stage', state: 'open' });
      expect(item.alert.vehicle.number).to.equal('晋H10003');
      expect(line.items.map((i) => i.seq)).to.deep.equal(line.items.map((_, i) => seq + 1 + i));
      const shown = await it_.get(`/alerts/${item.alert.id}`);
      expect(shown).to.include({ rev: item.alert.rev, seq: item.seq });
      const all = live(it_.admin, { after: 0 });
      await eventually(() => Promise.resolve(expect(all.upTo()).to.be.at.least(line.upTo())));
      expect(all.items.map((i) => i.seq)).to.deep.equal(all.items.map((_, i) => i + 1));
      const ahead = live(it_.admin, { after: 999_999 });
      await eventually(() => Promise.resolve(expect(ahead.resync()).to.have.property('seq')));
      const nobody = live({ token: 'nothing' });
      await eventually(() => Promise.resolve(expect(nobody.closed()).to.equal(true)));
    });

    it('only what the caller may see; disabling the user ends its sockets within 5 s', async () => {
      const e2 = await it_.user('e2user', 'enterprise', { enterpriseId: 'e2' });
      const line = live(e2, { after: 0 });
      await arrive('live-2', '晋H10001', 'g2');
      await eventually(() => Promise.resolve(expect(line.items.length).to.be.greaterThan(0)));
      for (const { alert } of line.items) expect(alert.enterprise).to.equal('e2');
      await it_.api('PATCH', '/users/e2user', { body: { disabled: true } });
      await eventually(() => Promise.resolve(expect(line.closed()).to.equal(true)), 5);
    });

    it('deleting a token ends its sockets within 5 s', async () => {
      const { id, token } = (await it_.api('POST', '/tokens', { body: { name: 'wall', role: 'bureau', expires: '2099-01-01' } })).json;
      const line = live({ token });
      await eventually(() => Promise.resolve(expect(line.hello()).to.have.property('user')));
      await it_.api('DELETE', `/tokens/${id}`);
      await eventually(() => Promise.resolve(expect(line.closed()).to.equal(true)), 5);
    }); // prettier-ignore
  });

  describe('stopping and starting again', () => {
    it('SIGTERM drains and stops within 10 s; a later start uses the stored anchor and keeps log, numbers, users and decisions', async () => {
    const line = live(it_.admin);
    await eventually(() => Promise.resolve(expect(line.hello()).to.have.property('log')));
    const before = { hello: line.hello(), at: await it_.now(), decisions: await it_.list('/decisions') };
    const began = Date.now();
    expect(await it_.stop()).to.equal(0);
    expect(Date.now() - began).to.be.below(10_500);
    it_ = await startInspection({ dataDir, env: { CLOCK_START: civil('2030-01-01T00:00:00'), CLOCK_SPEED: '1', ADMIN_PASSWORD: 'another-password' } });
    const now = await it_.now();
    expect(now).to.be.greaterThan(before.at).and.below(before.at + 20 * 60_000 * 10);
    expect((await it_.ask('GET', '/readyz')).json.clock).to.include({ speed: 10 });
    expect(await it_.list('/decisions')).to.deep.equal(before.decisions);
    const again = live(it_.admin, { after: before.hello.seq });
    await eventually(() => Promise.resolve(expect(again.hello()).to.include({ log: before.hello.log })));
    await arrive('after-1', '晋H10001');
    await eventually(() => Promise.resolve(expect(again.items.length).to.be.greaterThan(0)));
    expect(again.items[0].seq).to.equal(before.hello.seq + 1);
  }); // prettier-ignore
  });
});
