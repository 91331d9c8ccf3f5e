import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { DESK, openConsole, PHONE, signIn, startBrowser, type ConsolePage } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { startPlatformProcess, type PlatformProcess } from '../support/platform.ts';
import { freePort } from '../support/ports.ts';
import { until } from '../support/until.ts';

const ADMIN = 'admin-of-a-test';
const PASSWORD = 'a long enough one';
const SECRET = 'secret-of-the-east-gate-0001';
const GATE = 'gate/E1-G1';

const enterprise = {
  id: 'E1', uscc: '911409020000000001', nameZh: '滹沱钢铁', nameEn: 'Hutuo Steel', county: '140921', industry: 'steel', annualFreight: 2_100_000,
  planningArea: false, dailyTruckPasses: 200, grade: 'B', cleanTransport: 'not-met', lon: 112.95, lat: 38.49,
}; // prettier-ignore
const gate = {
  kind: 'gate',
  id: 'E1-G1',
  nameZh: '东门',
  enterpriseId: 'E1',
  lon: 112.95,
  lat: 38.49,
  county: '140921',
  secret: SECRET,
};
const truck = (plateNumber: string, more: object) => ({
  plateNumber, plateColor: 'yellow', vin: `LXZTEST00MX0${plateNumber.slice(-5)}`, vehicleType: 'H17', fuel: 'B', stage: '6', useNature: 'F',
  totalMass: 31_000, firstRegistered: '2019-03-20', status: 'in-use', ...more,
}); // prettier-ignore

/** From a message of a device to the row on the screen: a real platform as its own process, a real browser, nothing between. */
describe('the live path', function () {
  this.timeout(180_000);
  let platform: PlatformProcess;
  let ports: { PORT: string; MQTT_PORT: string };
  let browser: Browser;
  let bureau: Page;
  let police: Page;
  let client: MqttClient;
  let admin: string;
  const opened: ConsolePage[] = [];
  const decisions: { arrivalId: string; decision: string }[] = [];
  let sent = 0;

  before(async () => {
    await buildConsole();
    browser = await startBrowser();
    ports = { PORT: String(await freePort()), MQTT_PORT: String(await freePort()) };
    const env = { CLOCK_START: '2023-05-10T10:00:00+08:00', ...ports };
    platform = await startPlatformProcess({ env, startWithinMs: 120_000 });
    admin = (await call('POST', '/session', { username: 'admin', password: ADMIN })).cookie;
    await rows('enterprises', [enterprise]);
    await rows('devices', [gate]);
    await rows('vehicles', [
      truck('晋H55555', { stage: '5' }),
      truck('晋H60001', { scrapDue: '2022-12-31' }),
      truck('晋H60002', { scrapDue: '2022-12-31' }),
    ]);
    for (const user of [
      { username: 'li', name: '李晓燕', role: 'bureau' },
      { username: 'wang', name: '王志强', role: 'police' },
      { username: 'zhao', name: '赵明', role: 'enterprise', enterpriseId: 'E1' },
    ])
      await call('POST', '/users', { ...user, password: PASSWORD });
    client = await connectAsync(platform.mqttUrl, {
      username: GATE,
      password: SECRET,
      clientId: GATE.replace('/', '_'),
      reconnectPeriod: 200,
    });
    client.on('message', (_topic, payload) => decisions.push(JSON.parse(payload.toString()) as (typeof decisions)[number]));
    await client.subscribeAsync(`cleanhaul/v1/${GATE}/decision`, { qos: 1 });
    bureau = await enter('li');
    police = await enter('wang', { language: 'en' });
  });
  after(async () => {
    await client?.endAsync(true);
    await browser?.close();
    await platform?.stop();
    if (platform) await rm(platform.dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  /** The API as a program sees it. @throws with what it said when it was not done */
  async function call(method: string, path: string, body: object | string, cookie = admin ?? '') {
    const answer = await fetch(`${platform.url}/api/v1${path}`, {
      method,
      headers: {
        cookie,
        'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json',
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return { json: JSON.parse(text) as Record<string, unknown>, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
  }
  async function rows(collection: string, each: object[]) {
    const { json } = await call('PUT', `/registry/${collection}`, each.map((row) => `${JSON.stringify(row)}\n`).join(''));
    expect(json, collection).to.include({ accepted: each.length, rejected: 0 });
  }
  async function arrival(number: string, lane: string) {
    const { at } = (await (await fetch(`${platform.url}/api/v1/time`, { headers: { cookie: admin } })).json()) as { at: string };
    return { id: `b1-${++sent}`, at, lane, direction: 'in', plate: { number, color: 'yellow', confidence: 0.98 } };
  }
  async function post(body: object): Promise<{ decision: string }> {
    const answer = await fetch(`${platform.url}/api/v1/devices/${GATE}/arrival`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${GATE}:${SECRET}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    expect(answer.status).to.equal(200);
    return (await answer.json()) as { decision: string };
  }
  /** Somebody at a screen, with the live line up, and a mark that a reload would wipe away. */
  async function enter(username: string, { language = 'zh-CN', path = '/', size = DESK } = {}): Promise<Page> {
    const one = await openConsole(browser, `${platform.url}/sign-in`, size);
    opened.push(one);
    const { page } = one;
    await page.evaluate(`localStorage.setItem('cleanhaul.language', '${language}')`);
    await page.goto(`${platform.url}/sign-in?next=${encodeURIComponent(path)}`);
    await signIn(page, username, PASSWORD);
    await page.locator('[data-test=line].up').waitFor({ state: 'attached' });
    await page.evaluate('window.neverReloaded = true');
    return page;
  }
  const rowOf = (page: Page, plate: string) => page.locator('[data-alert]', { has: page.locator(`[aria-label*="${plate}"]`) });
  const notReloaded = async (page: Page) => expect(await page.evaluate('window.neverReloaded')).to.equal(true);

  it('brings an arrival from a gate’s MQTT client to the board by itself', async () => {
    await bureau.getByText('没有待办告警').waitFor();
    await client.publishAsync(`cleanhaul/v1/${GATE}/arrival`, JSON.stringify(await arrival('晋H55555', '1')), { qos: 1 });
    await rowOf(bureau, '晋H·55555').waitFor();
    await until(() => decisions.length === 1);
    expect(decisions[0]).to.include({ arrivalId: 'b1-1', decision: 'refuse' });
    expect(await rowOf(bureau, '晋H·55555').getAttribute('data-state')).to.equal('open');
    await notReloaded(bureau);
  });

  it('opens with the sentence, what was measured against which limit, the law and the raw message', async () => {
    await rowOf(bureau, '晋H·55555').locator('button').click();
    const drawer = bureau.locator('[data-test=drawer]');
    await drawer.locator('[data-test=verdict]').waitFor();
    expect(await drawer.locator('[data-test=verdict]').innerText()).to.equal('国五 < 要求国六 · 年货运量210万吨');
    const table = (await drawer.locator('table').first().innerText()).replace(/\s+/g, ' ');
    expect(table)
      .to.match(/排放阶段 国五 国六/)
      .and.match(/年货运量 2,100,000 t 1,500,000 t/);
    expect(await drawer.locator('[data-test=basis]').first().innerText()).to.include('忻政办发〔2021〕50号');
    await drawer.locator('[data-test=evidence] summary').first().click();
    const raw = drawer.locator('[data-test=evidence] pre').first();
    await raw.waitFor();
    expect(await raw.innerText()).to.match(/"number": "晋H55555"/);
    await bureau.locator('[data-test=language]').click();
    await drawer.getByText('China 5 < required China 6').waitFor();
    expect(await drawer.locator('[data-test=verdict]').innerText()).to.equal(
      'China 5 < required China 6 · freight 2.1 Mt a year',
    );
    await bureau.locator('[data-test=language]').click();
    await drawer.getByText('国五 < 要求国六').waitFor();
    await bureau.keyboard.press('Escape');
  });

  it('shows one person’s step to the other, by name', async () => {
    expect((await post(await arrival('晋H60001', '1'))).decision).to.equal('refuse');
    await rowOf(bureau, '晋H·60001').waitFor();
    await rowOf(police, '晋H·60001').locator('button').click();
    await police.locator('[data-test=acknowledge]').click();
    await bureau.locator('[data-alert][data-state=acknowledged]').waitFor();
    await rowOf(bureau, '晋H·60001').locator('button').click();
    await bureau.locator('[data-test=drawer] [data-test=history]', { hasText: '签收' }).getByText('王志强').waitFor();
    expect(await rowOf(police, '晋H·55555').count(), 'the police is not told of emission standards').to.equal(0);
    await bureau.keyboard.press('Escape');
    await police.keyboard.press('Escape');
  });

  it('lets an enterprise answer at its own gate, and take no step', async () => {
    const page = await enter('zhao', { size: PHONE });
    await page.locator('nav a[href="/"]:visible').click();
    await rowOf(page, '晋H·55555').locator('button').click();
    await page.locator('[data-test=comment] textarea, textarea[data-test=comment]').fill('车辆已劝返，正在联系车队换车');
    expect(await page.locator('[data-test=acknowledge], [data-test=close]').count()).to.equal(0);
    await page.locator('[data-test=send-comment]').click();
    await page.locator('[data-test=history]', { hasText: '车辆已劝返' }).waitFor();
    await rowOf(bureau, '晋H·55555').locator('button').click();
    await bureau.locator('[data-test=drawer] [data-test=history]', { hasText: '车辆已劝返' }).getByText('赵明').waitFor();
    await bureau.keyboard.press('Escape');
    await page.context().close();
  });

  it('goes on where it was when the server was killed and started again', async () => {
    await platform.kill();
    await bureau.locator('[data-test=line-down]').waitFor();
    expect(await rowOf(bureau, '晋H·55555').count(), 'the page stays readable').to.equal(1);
    platform = await startPlatformProcess({ env: ports, dataDir: platform.dataDir, startWithinMs: 120_000 });
    expect((await post(await arrival('晋H60002', '2'))).decision).to.equal('refuse');
    for (const page of [bureau, police]) {
      await rowOf(page, '晋H·60002').waitFor({ timeout: 60_000 });
      await page.locator('[data-test=line-down]').waitFor({ state: 'detached' });
      await notReloaded(page);
    }
    await until(() => client.connected, 30_000);
    await client.publishAsync(`cleanhaul/v1/${GATE}/arrival`, JSON.stringify(await arrival('晋H55555', '1')), { qos: 1 });
    await rowOf(bureau, '晋H·55555').getByText('2 次').waitFor();
  });

  it('shows each lane of the gate with its last vehicle, in both languages', async () => {
    await bureau.locator('nav a[href="/gates"]:visible').click();
    await police.locator('nav a[href="/gates"]:visible').click();
    for (const [page, name, refused] of [
      [bureau, '滹沱钢铁', '禁行'],
      [police, 'Hutuo Steel', 'Refuse'],
    ] as const) {
      await page.locator('[data-test=enterprise]', { hasText: name }).waitFor();
      for (const plate of ['晋H·55555', '晋H·60002']) {
        const lane = page.locator('[data-test=lane]', { has: page.locator(`[aria-label*="${plate}"]`) });
        await lane.getByText(refused, { exact: true }).waitFor();
      }
    }
    expect((await post(await arrival('晋H60001', '2'))).decision).to.equal('refuse');
    await bureau.locator('[data-test=lane] [aria-label*="晋H·60001"]').waitFor();
    await notReloaded(bureau);
  });

  it('shows the screen at the barrier its gate, and with its token nothing else', async () => {
    const token = async (gateId: string) =>
      String(
        (await call('POST', '/tokens', { name: '东门显示屏', role: 'display', gateId, expires: '2099-01-01' })).json['token'],
      );
    const own = await token('E1-G1');
    const one = await openConsole(browser, `${platform.url}/display/E1-G1#token=${own}`);
    opened.push(one);
    const screen = one.page.locator('[data-test=display]');
    await screen.getByText('东门').waitFor();
    expect(one.page.url(), 'the token leaves the address').to.equal(`${platform.url}/display/E1-G1`);
    expect((await post(await arrival('晋H55555', '1'))).decision).to.equal('refuse');
    await screen.locator('[aria-label*="晋H·55555"]').waitFor();
    expect(await screen.locator('[data-test=display-word]').innerText()).to.equal('禁止通行');
    await screen.getByText('国五 < 要求国六').waitFor();

    const asked = async (path: string, shown: string) =>
      (await fetch(`${platform.url}/api/v1${path}`, { headers: { authorization: `Bearer ${shown}` } })).status;
    expect(await asked('/display/E1-G1', own)).to.equal(200);
    expect(await asked('/display/E1-G1', await token('other'))).to.equal(404);
    for (const path of [
      '/gates',
      '/alerts',
      '/findings',
      '/decisions',
      '/observations',
      '/registry/vehicles',
      '/vehicles/晋H55555/yellow',
    ])
      expect(await asked(path, own), path).to.equal(403);

    const strange = await openConsole(browser, `${platform.url}/display/other#token=${own}`);
    opened.push(strange);
    await strange.page.getByText('令牌无效').waitFor();
    for (const page of [one.page, strange.page]) await page.context().close();
  });

  it('tells the screen at the barrier that the line is down, and clears what it showed', async () => {
    const { json } = await call('POST', '/tokens', { name: '屏', role: 'display', gateId: 'E1-G1', expires: '2099-01-01' });
    const one = await openConsole(browser, `${platform.url}/display/E1-G1?token=${String(json['token'])}`, PHONE);
    opened.push(one);
    await one.page.locator('[data-test=display]').getByText('东门').waitFor();
    await post(await arrival('晋H60001', '2'));
    await one.page.locator('[aria-label*="晋H·60001"]').waitFor();
    await platform.kill();
    await one.page.locator('[data-test=display-down]').waitFor();
    expect(await one.page.locator('[data-test=display-word]').count()).to.equal(0);
    platform = await startPlatformProcess({ env: ports, dataDir: platform.dataDir, startWithinMs: 120_000 });
    await one.page.locator('[data-test=display-down]').waitFor({ state: 'detached' });
    await post(await arrival('晋H60002', '2'));
    await one.page.locator('[aria-label*="晋H·60002"]').waitFor();
    await one.page.context().close();
  });

  it('arrives compressed, under the platform’s own content security policy', async () => {
    const ask = (path: string) => fetch(platform.url + path, { headers: { cookie: admin, 'accept-encoding': 'gzip' } });
    const page = await ask('/');
    expect(page.headers.get('content-security-policy')).to.match(/default-src 'self'/);
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1];
    for (const path of [script!, '/xinzhou-counties.geojson', '/api/v1/findings']) {
      const answer = await ask(path);
      expect([path, answer.status, answer.headers.get('content-encoding')]).to.deep.equal([path, 200, 'gzip']);
    }
    const file = await ask('/api/v1/findings?format=csv');
    expect(file.headers.get('content-encoding')).to.equal(null);
    expect(await file.text()).to.match(/#end \d+\n$/);
    expect(opened.flatMap((one) => one.complaints)).to.deep.equal([]);
  });
});
