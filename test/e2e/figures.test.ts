import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { DESK, openConsole, PHONE, signIn, startBrowser, type ConsolePage } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { startPlatformProcess, type PlatformProcess } from '../support/platform.ts';

const PASSWORD = 'a long enough one';
const SECRET = 'secret-of-a-device-of-this-test';
const NOW = '2023-05-10T10:00:00+08:00';
const at = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
const VIN = 'LXZTEST0000055555';

/** The figures on a real platform: what devices sent is counted, drawn, and one click from its rows. */
describe('the pages of figures', function () {
  this.timeout(180_000);
  let platform: PlatformProcess;
  let browser: Browser;
  let admin: string;
  let opened: ConsolePage[] = [];
  let sent = 0;

  async function call(method: string, path: string, body: object | string, headers: Record<string, string> = { cookie: admin }) {
    const answer = await fetch(`${platform.url}/api/v1${path}`, {
      method,
      headers: { ...headers, 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  }
  const rows = (collection: string, each: object[]) => call('PUT', `/registry/${collection}`, each.map((row) => `${JSON.stringify(row)}\n`).join('')); // prettier-ignore
  const send = (device: string, message: string, body: object) =>
    call('POST', `/devices/${device}/${message}`, { id: `f-${++sent}`, ...body }, { authorization: `Basic ${Buffer.from(`${device}:${SECRET}`).toString('base64')}` }); // prettier-ignore
  const plate = { number: '晋H55555', color: 'yellow' };

  before(async () => {
    await buildConsole();
    browser = await startBrowser();
    platform = await startPlatformProcess({ env: { CLOCK_START: NOW }, startWithinMs: 120_000 });
    admin = '';
    admin = await call('POST', '/session', { username: 'admin', password: 'admin-of-a-test' }, {});
    await rows('enterprises', [{ id: 'E1', uscc: '911409020000000001', nameZh: '滹沱钢铁', county: '140921', industry: 'steel', annualFreight: 2_100_000, planningArea: false, dailyTruckPasses: 200, grade: 'B', cleanTransport: 'not-met', lon: 112.95, lat: 38.49 }]); // prettier-ignore
    const place = { county: '140921', lon: 112.95, lat: 38.49, secret: SECRET };
    await rows('devices', [
      { kind: 'gate', id: 'G1', nameZh: '东门', enterpriseId: 'E1', ...place },
      { kind: 'remote-sensing', id: 'R1', nameZh: '北路遥测点', calibratedUntil: '2030-01-01', ...place },
      { kind: 'on-board', id: VIN, nameZh: '终端', secret: SECRET },
    ]);
    await rows('vehicles', [{ plateNumber: plate.number, plateColor: 'yellow', vin: VIN, vehicleType: 'H17', fuel: 'B', stage: '5', useNature: 'F', totalMass: 31_000, firstRegistered: '2019-03-20', status: 'in-use', scr: true }]); // prettier-ignore
    await call('POST', '/users', { username: 'li', name: '李晓燕', role: 'bureau', password: PASSWORD });
    await call('POST', '/users', { username: 'zhao', name: '赵明', role: 'enterprise', enterpriseId: 'E1', password: PASSWORD });
    for (const minutes of [-3, -2, -1]) await send('gate/G1', 'arrival', { at: at(minutes), direction: 'in', lane: '1', plate });
    await send('remote-sensing/R1', 'reading', { at: at(-3), plate, speed: 40, acceleration: 0.5, measured: { co2: 12, opacity: 45, no: 900 } }); // prettier-ignore
    await send('remote-sensing/R1', 'reading', { at: at(-2), plate, speed: 130, acceleration: 0.5, measured: { co2: 12, opacity: 12 } }); // prettier-ignore
    const samples = Array.from({ length: 30 }, (_, i) => ({ at: at(-6 + i / 6), speed: 50, fuelFlow: 25, reagent: 40, noxIn: 800, noxOut: 90 })); // prettier-ignore
    await send(`on-board/${VIN}`, 'telemetry', { at: samples.at(-1)!.at, samples });
  });
  after(async () => {
    await browser?.close();
    await platform?.stop();
    if (platform) await rm(platform.dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  beforeEach(() => (opened = []));
  afterEach(async function () {
    const complaints = opened.flatMap((one) => one.complaints);
    for (const { page } of opened) await page.context().close();
    if (this.currentTest?.state === 'passed') expect(complaints, 'complaints of the browser').to.deep.equal([]);
  });

  async function enter(path: string, user = 'li', size = DESK): Promise<Page> {
    const one = await openConsole(browser, `${platform.url}/sign-in?next=${encodeURIComponent(path)}`, size);
    opened.push(one);
    await signIn(one.page, user, PASSWORD);
    return one.page;
  }

  for (const size of [DESK, PHONE]) {
    it(`show the day, ${size.width} px wide, and lead from a figure to its rows`, async () => {
      const page = await enter('/overview', 'li', size);
      await page.locator('canvas').first().waitFor();
      expect(await page.locator('.card').nth(1).innerText()).to.include('禁止通行\n3');
      await page.locator('.card').nth(1).locator('a').first().click();
      await page.locator('[data-test=count]', { hasText: '共 3 条' }).waitFor();
      expect(new URL(page.url()).searchParams.get('decision')).to.equal('refuse');
    });
  }

  it('show an enterprise its own day, and nothing of the rest', async () => {
    const page = await enter('/overview', 'zhao');
    await page.locator('canvas').first().waitFor();
    expect(await page.locator('nav a[href="/remote-sensing"]').count()).to.equal(0);
  });

  it('show which readings count and why others do not', async () => {
    const page = await enter('/remote-sensing');
    await page.locator('canvas').first().waitFor();
    await page.locator('summary').first().click();
    expect(await page.locator('tbody tr').first().innerText()).to.match(/北路遥测点\s+2\s+1\s+50%/);
    await page.locator('tbody tr a').first().click();
    await page.locator('[data-test=count]', { hasText: '共 2 条' }).waitFor();
  });

  it('show a vehicle’s urea over time', async () => {
    const page = await enter(`/urea/${encodeURIComponent(plate.number)}/yellow?days=1`);
    await page.locator('canvas').nth(2).waitFor();
    await page.locator('summary').first().click();
    expect(await page.locator('tbody tr').first().innerText()).to.include('40');
    await page.locator('a[href="/urea"]').last().click();
    await page.locator('[data-test=count]').waitFor();
  });
});
