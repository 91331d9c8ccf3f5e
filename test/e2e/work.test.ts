import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { DESK, openConsole, PHONE, signIn, startBrowser, type ConsolePage } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { startPlatformProcess, type PlatformProcess } from '../support/platform.ts';

const PASSWORD = 'a long enough one';
const SECRET = 'secret-of-the-east-gate-0001';
const GATE = 'gate/E1-G1';
const USERS = [
  { username: 'wang', name: '王志强', role: 'police' },
  { username: 'gao', name: '高峰', role: 'police' },
  { username: 'sun', name: '孙强', role: 'police', counties: ['140921'] },
  { username: 'zhao', name: '赵明', role: 'enterprise', enterpriseId: 'E1' },
  { username: 'li', name: '李晓燕', role: 'bureau' },
];
const ROWS = {
  enterprises: {
    id: 'E1', uscc: '911409020000000001', nameZh: '滹沱钢铁', county: '140921', industry: 'steel', annualFreight: 2_100_000,
    planningArea: false, dailyTruckPasses: 200, grade: 'B', cleanTransport: 'not-met', lon: 112.95, lat: 38.49,
  },
  devices: { kind: 'gate', id: 'E1-G1', nameZh: '东门', enterpriseId: 'E1', lon: 112.95, lat: 38.49, county: '140921', secret: SECRET },
  vehicles: {
    plateNumber: '晋H60001', plateColor: 'yellow', vin: 'LXZTEST00MX060001', vehicleType: 'H17', fuel: 'B', stage: '6', useNature: 'F',
    totalMass: 31_000, firstRegistered: '2010-03-20', status: 'in-use', scrapDue: '2022-12-31',
  },
}; // prettier-ignore

/** The police's whole work on an alert, from a gate's MQTT message to the closed alert: two desks at once and a phone on the road. */
describe('the police work on an alert', function () {
  this.timeout(180_000);
  let platform: PlatformProcess;
  let browser: Browser;
  let client: MqttClient;
  let one: Page;
  let two: Page;
  let phone: Page;
  let admin = '';
  const opened: ConsolePage[] = [];

  before(async () => {
    await buildConsole();
    browser = await startBrowser();
    platform = await startPlatformProcess({ env: { CLOCK_START: '2023-05-10T10:00:00+08:00' }, startWithinMs: 120_000 });
    admin = (await call('POST', '/session', { username: 'admin', password: 'admin-of-a-test' })).cookie;
    for (const [collection, row] of Object.entries(ROWS))
      await call('PUT', `/registry/${collection}`, `${JSON.stringify(row)}\n`);
    for (const user of USERS) await call('POST', '/users', { ...user, password: PASSWORD });
    client = await connectAsync(platform.mqttUrl, { username: GATE, password: SECRET, clientId: GATE.replace('/', '_') });
    [one, two] = [await enter('wang'), await enter('gao')];
    phone = await enter('sun', '/duty', PHONE);
  });
  after(async () => {
    await client?.endAsync(true);
    await browser?.close();
    await platform?.stop();
    if (platform) await rm(platform.dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  async function call(method: string, path: string, body: object | string) {
    const plain = typeof body === 'string';
    const answer = await fetch(`${platform.url}/api/v1${path}`, {
      method,
      headers: { cookie: admin, 'content-type': plain ? 'application/x-ndjson' : 'application/json' },
      body: plain ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
  }
  async function enter(username: string, path = '/', size = DESK): Promise<Page> {
    const open = await openConsole(browser, `${platform.url}/sign-in?next=${encodeURIComponent(path)}`, size);
    opened.push(open);
    await signIn(open.page, username, PASSWORD);
    await open.page.locator('[data-test=line].up').waitFor({ state: 'attached' });
    return open.page;
  }
  const note = (page: Page) => page.locator('[data-test=note] textarea, textarea[data-test=note]');
  const state = (page: Page, word: string) => page.locator(`[data-test=alert] .state.${word}`).first().waitFor();
  const dialogGone = (page: Page) => page.locator('[data-test=step-dialog]').waitFor({ state: 'hidden' });

  it('begins with a gate’s message: both desks see it', async () => {
    const arrival = { id: 'w1', at: '2023-05-10T10:00:00+08:00', lane: '1', direction: 'in', plate: { number: '晋H60001', color: 'yellow', confidence: 0.98 } }; // prettier-ignore
    const { at } = (await (await fetch(`${platform.url}/api/v1/time`)).json()) as { at: string };
    await client.publishAsync(`cleanhaul/v1/${GATE}/arrival`, JSON.stringify({ ...arrival, at }), { qos: 1 });
    for (const page of [one, two]) {
      await page.locator('[data-alert]').first().locator('button').click();
      await page.locator('[data-test=drawer] [data-test=verdict]').waitFor();
    }
  });

  it('lets two act at once: one wins, the other sees who, keeps what was filled in, and decides again', async () => {
    await two.keyboard.press('d');
    await two.locator('[data-test=assignee] input').fill('孙');
    await two.locator('[data-assignee=sun]').click();
    await note(two).fill('在东门外拦查');
    await one.keyboard.press('a');
    await state(one, 'acknowledged');
    await two.locator('[data-test=others]', { hasText: '王志强 签收' }).waitFor();
    expect(await note(two).inputValue()).to.equal('在东门外拦查');
    await two.locator('[data-test=due-in1h]').click();
    await two.locator('[data-test=confirm-dispatch]', { hasText: '仍然派单' }).click();
    await dialogGone(two);
    for (const page of [one, two]) {
      await state(page, 'dispatched');
      await page.locator('[data-test=work]', { hasText: '孙强' }).first().waitFor();
      await page.locator('[data-test=due-left]', { hasText: '还有' }).first().waitFor();
    }
  });

  it('brings the dispatch to the officer’s phone, who handles it with a note', async () => {
    const card = phone.locator('[data-duty]');
    await card.locator('[data-test=work]', { hasText: '办结期限' }).waitFor();
    await card.locator('[data-test=handle]').click();
    await phone.locator('[data-test=outcome-penalised]').check();
    await note(phone).fill('已扣证，通知报废');
    await phone.locator('[data-test=confirm-handle]').click();
    await phone.locator('[data-duty][data-state=handled]').waitFor();
    expect(await phone.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true);
    await state(one, 'handled');
    await one.locator('[data-test=history]', { hasText: '已扣证，通知报废' }).getByText('孙强').waitFor();
  });

  it('hands it over as a clue with its code after a look at what goes, and closes it, for both desks', async () => {
    await one.keyboard.press('t');
    await one.locator('[data-test=preview]', { hasText: '1 条判定可移送' }).waitFor();
    await one.locator('[data-test=offence]').fill('1075');
    await one.locator('[data-test=confirm-hand-over]').click();
    await dialogGone(one);
    await two.locator('[data-test=clue]', { hasText: '1075' }).first().waitFor();
    await two.keyboard.press('c');
    await two.locator('[data-test=confirm-close]').click();
    await dialogGone(two);
    for (const page of [one, two]) {
      await state(page, 'closed');
      await page.keyboard.press('Escape');
      await page.mouse.move(4, 4);
      await page.getByText('没有待办告警').waitFor();
    }
  });

  it('tells the vehicle’s way on the alert’s page, and why on the finding’s', async () => {
    await one.goto(`${platform.url}/?state=all`);
    const id = await one.locator('[data-alert]').first().getAttribute('data-alert');
    await one.goto(`${platform.url}/alerts/${id}`);
    await one.locator('[data-test=strip]', { hasText: '东门' }).locator('[data-test=mark]').click();
    await one.locator('[data-test=track-chosen]', { hasText: '到达' }).waitFor();
    await one.locator('[data-test=finding-link]').first().click();
    await one.locator('[data-test=finding-page] [data-test=verdict]').waitFor();
    await one.locator('[data-test=evidence] summary').first().click();
    expect(await one.locator('[data-test=evidence] pre').first().innerText()).to.include('"number": "晋H60001"');
  });

  it('lets the enterprise contest the finding and the bureau answer it', async () => {
    const path = new URL(one.url()).pathname;
    const enterprise = await enter('zhao', path, PHONE);
    await enterprise.locator('[data-test=dispute-text]').fill('已延期报废，有批文');
    await enterprise.locator('[data-test=dispute-send]').click();
    await enterprise.locator('[data-test=dispute]', { hasText: '待生态环境局答复' }).waitFor();
    const bureau = await enter('li', path);
    await bureau.locator('[data-test=dispute-withdrawn]').check();
    await bureau.locator('[data-test=dispute-reason]').fill('批文属实');
    await bureau.locator('[data-test=dispute-answer-send]').click();
    await bureau.locator('[data-test=dispute-answer]', { hasText: '批文属实' }).waitFor();
    await bureau.locator('[data-test=finding-status].withdrawn').waitFor();
    expect(opened.flatMap((page) => page.complaints)).to.deep.equal([]);
  });
});
