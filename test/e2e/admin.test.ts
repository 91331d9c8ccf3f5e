import { readFile, rm } from 'node:fs/promises';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openConsole, signIn, startBrowser, type ConsolePage } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { startPlatformProcess, type PlatformProcess } from '../support/platform.ts';

const ADMIN = 'admin-of-a-test';
const PASSWORD = 'a long enough one';
const SECRET = 'secret-of-the-east-gate-0001';
const GATE = 'gate/E1-G1';

const enterprise = {
  id: 'E1', uscc: '911409020000000001', nameZh: '滹沱钢铁', nameEn: 'Hutuo Steel', county: '140921', industry: 'steel', annualFreight: 2_100_000,
  planningArea: false, dailyTruckPasses: 200, grade: 'B', cleanTransport: 'not-met', lon: 112.95, lat: 38.49,
}; // prettier-ignore
const gate = {
  kind: 'gate', id: 'E1-G1', nameZh: '东门', enterpriseId: 'E1', lon: 112.95, lat: 38.49, county: '140921', secret: SECRET,
  calibratedUntil: '2023-05-30',
}; // prettier-ignore
const truck = (plateNumber: string, more: object = {}) => ({
  plateNumber, plateColor: 'yellow', vin: `LXZTEST00MX0${plateNumber.slice(-5)}`, vehicleType: 'Q11', fuel: 'B', stage: '3', useNature: 'F',
  totalMass: 31_000, firstRegistered: '2012-03-20', status: 'in-use', ...more,
}); // prettier-ignore

/** The office's pages on a real platform, in a real browser: import, users, tokens, device secrets, dead letters. */
describe('the office in the console', function () {
  this.timeout(180_000);
  let platform: PlatformProcess;
  let browser: Browser;
  let admin: string;
  let owner: Page;
  const opened: ConsolePage[] = [];

  before(async () => {
    await buildConsole();
    browser = await startBrowser();
    platform = await startPlatformProcess({ env: { CLOCK_START: '2023-05-10T10:00:00+08:00' }, startWithinMs: 120_000 });
    admin = (await call('POST', '/session', { username: 'admin', password: ADMIN })).cookie;
    await call('PUT', '/registry/enterprises', ndjson([enterprise]));
    await call('PUT', '/registry/devices', ndjson([gate]));
    await call('PUT', '/registry/vehicles', ndjson([truck('晋H10001'), truck('晋H10002', { stage: '6' })]));
    await call('PUT', '/registry/vehicles', ndjson([truck('晋H10002', { stage: '5', validFrom: '2021-10-01' })]));
    for (const user of [
      { username: 'li', name: '李晓燕', role: 'bureau' },
      { username: 'shen', name: '审计员', role: 'auditor' },
      { username: 'guan', name: '管理员', role: 'administrator' },
    ])
      await call('POST', '/users', { ...user, password: PASSWORD });
    // Refused for its age: a message of two years ago.
    await arrival({ id: 'old-1', at: '2021-05-10T10:00:00+08:00' }, 422);
    await arrival({ id: 'new-1', at: '2023-05-10T10:00:00+08:00' }, 200);
    owner = await enter('admin', ADMIN);
  });
  after(async () => {
    await browser?.close();
    await platform?.stop();
    if (platform) await rm(platform.dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  const ndjson = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  async function call(method: string, path: string, body: object | string, cookie = admin ?? '') {
    const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
    const answer = await fetch(`${platform.url}/api/v1${path}`, {
      method,
      headers: { cookie, 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return { json: JSON.parse(text) as Record<string, unknown>, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
  }
  async function arrival(more: object, status: number) {
    const body = { lane: '1', direction: 'in', plate: { number: '晋H10001', color: 'yellow', confidence: 0.98 }, ...more };
    const answer = await fetch(`${platform.url}/api/v1/devices/${GATE}/arrival`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${GATE}:${SECRET}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    expect(answer.status, await answer.text()).to.equal(status);
  }
  async function enter(username: string, password = PASSWORD): Promise<Page> {
    const one = await openConsole(browser, `${platform.url}/sign-in`);
    opened.push(one);
    await signIn(one.page, username, password);
    return one.page;
  }
  const room = async (page: Page, path: string) => {
    await page.goto(platform.url + path);
    await page.locator('[data-test=rows]').waitFor();
  };

  it('tries an import first, names each wrong row, and writes the good ones when asked', async () => {
    await room(owner, '/registry/vehicles');
    await owner.locator('[data-test=import]').click();
    const head = 'plateNumber,plateColor,vin,vehicleType,fuel,stage,useNature,totalMass,firstRegistered,status';
    const csv = `${head}\n晋H20001,yellow,LXZTEST00MX020001,Q11,B,5,F,31000,2018-03-20,in-use\n晋H20002,purple,LXZTEST00MX020002,Q11,B,5,F,much,2018-03-20,in-use\n`;
    await owner
      .locator('[data-test=file]')
      .setInputFiles({ name: 'vehicles.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await owner.locator('[data-test=answer]').waitFor();
    expect(await owner.locator('[data-test=accepted]').innerText()).to.equal('1');
    expect(await owner.locator('[data-test=rejected]').innerText()).to.equal('1');
    const error = await owner.locator('[data-test=error]').first().innerText();
    expect(error)
      .to.match(/^2\s+schema/)
      .and.include('plateColor')
      .and.include('totalMass');
    const [report] = await Promise.all([owner.waitForEvent('download'), owner.locator('[data-test=errors-csv]').click()]);
    expect(await readFile(await report.path(), 'utf8')).to.include('plateColor');
    const before = (await call('POST', '/session', { username: 'admin', password: ADMIN })).cookie;
    const seen = await fetch(`${platform.url}/api/v1/registry/vehicles?plate=${encodeURIComponent('晋H20001')}`, {
      headers: { cookie: before },
    });
    expect(((await seen.json()) as { items: unknown[] }).items, 'a trial writes nothing').to.deep.equal([]);
    await owner.locator('[data-test=confirm-import]').click();
    await owner.locator('[data-test=import-close]').click();
    await owner.locator('[data-row^="晋H20001"]').waitFor();
  });

  it('shows a new device’s secret once', async () => {
    await room(owner, '/registry/devices');
    await owner.locator('[data-test=import]').click();
    const { secret: _s, ...west } = { ...gate, id: 'E1-G2', nameZh: '西门' };
    await owner
      .locator('[data-test=file]')
      .setInputFiles({ name: 'd.ndjson', mimeType: 'application/x-ndjson', buffer: Buffer.from(ndjson([west])) });
    await owner.locator('[data-test=confirm-import]').click();
    expect((await owner.locator('[data-test=secret]').innerText()).length).to.be.at.least(22);
    await owner.locator('[data-test=import-close]').click();
    await owner.locator('[data-test=secret]').waitFor({ state: 'hidden' });
    await room(owner, '/registry/devices');
    expect(await owner.locator('[data-test=secret]').count()).to.equal(0);
  });

  it('replaces a device’s secret, and the device enters with the new one', async () => {
    await owner.locator('[data-row^="gate/E1-G2"]').click();
    await owner.locator('[data-test=rotate]').click();
    await owner.locator('[data-test=rotate-do]').click();
    const secret = (await owner.locator('[data-test=rotate-dialog] [data-test=secret]').innerText()).trim();
    const answer = await fetch(`${platform.url}/api/v1/devices/gate/E1-G2/policy`, {
      headers: { authorization: `Basic ${Buffer.from(`gate/E1-G2:${secret}`).toString('base64')}` },
    });
    expect(answer.status).to.not.equal(401);
    await owner.locator('[data-test=rotate-dialog] .el-button--primary').click();
  });

  it('tells how a row came to be: since when, and what it was before', async () => {
    await room(owner, '/registry/vehicles?search=晋H10002');
    await owner.locator('[data-row^="晋H10002"]').click();
    const story = owner.locator('[data-test=history]');
    await story.getByText('自 2021-10-01 起').waitFor();
    expect((await story.textContent())!.replace(/\s+/g, '')).to.include('排放阶段国五此前：国六');
    await room(owner, '/registry/vehicles?search=晋H10002&at=2021-09-01T00:00');
    expect(await owner.locator('[data-row^="晋H10002"]').innerText()).to.include('国六');
  });

  it('lists what is due for phase-out', async () => {
    await room(owner, '/phase-out');
    expect(await owner.locator('[data-row]').count()).to.equal(1);
    await owner.locator('[data-row^="晋H10001"]').waitFor();
  });

  it('makes a user who can then sign in, and disables her', async () => {
    await room(owner, '/users');
    await owner.locator('[data-test=create-user]').click();
    await owner.locator('input[name=new-username]').fill('sun');
    await owner.locator('input[name=new-name]').fill('孙丽');
    await owner.locator('input[name=new-password]').fill('short');
    await owner.locator('[data-test=form-submit]').click();
    await owner.locator('[data-test=trouble]', { hasText: '至少 8 个字符' }).waitFor();
    await owner.locator('input[name=new-password]').fill(PASSWORD);
    await owner.locator('[data-test=form-submit]').click();
    await owner.locator('[data-row=sun]').waitFor();
    const theirs = await enter('sun');
    await theirs.locator('[data-test=plate-search]').waitFor();
    await owner.locator('[data-row=sun]').click();
    // Whoever is quick changes the form before the user has been read anew: the change stays.
    let letGo = () => {};
    const changed = new Promise<void>((resolve) => (letGo = resolve));
    await owner.route('**/api/v1/users/sun', (route) => changed.then(() => route.continue()), { times: 1 });
    const read = owner.waitForResponse((response) => response.url().endsWith('/users/sun'));
    await owner.locator('[data-test=edit-user]').click();
    await owner.locator('[data-test=disabled]').check();
    letGo();
    await read;
    await owner.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    expect(await owner.locator('[data-test=disabled]').isChecked()).to.equal(true);
    expect(await owner.locator('input[name=new-name]').inputValue()).to.equal('孙丽');
    await owner.locator('[data-test=form-submit]').click();
    await owner.locator('[data-row=sun]', { hasText: '已停用' }).waitFor();
    await theirs.goto(`${platform.url}/duty`);
    await theirs.locator('input[name=username]').waitFor();
  });

  it('shows a token once and deletes it', async () => {
    await owner.goto(`${platform.url}/tokens`);
    await owner.locator('[data-test=create-token]').click();
    await owner.locator('input[name=token-name]').fill('省平台对接');
    await owner.locator('[data-test=form-submit]').click();
    expect(await owner.locator('[data-test=secret]').innerText()).to.match(/^ch_/);
    await owner.locator('[data-test=form-close]').click();
    await owner.locator('[data-row]', { hasText: '省平台对接' }).click();
    await owner.locator('[data-test=remove-token]').click();
    await owner.locator('[data-test=form-submit]').click();
    await owner.getByText('还没有令牌').waitFor();
  });

  it('shows a dead letter as text and hex and puts it in again', async () => {
    const page = await enter('li');
    await room(page, '/dead-letters');
    await page.locator('[data-row]', { hasText: '时间过早' }).click();
    await page.locator('[data-test=raw]', { hasText: '"id": "old-1"' }).waitFor();
    await page.locator('[data-test=view-hex]').click();
    await page.locator('[data-test=raw]', { hasText: /^000000 {2}7b/ }).waitFor();
    await page.locator('[data-test=replay]').click();
    await page.locator('[data-test=outcome]', { hasText: '已接收' }).waitFor();
    await room(page, '/observations?plate=晋H10001&from=2021-05-10&to=2021-05-10');
    expect(await page.locator('[data-row]').count()).to.equal(1);
  });

  it('tells the auditor what people did, and offers no deed', async () => {
    const page = await enter('shen');
    await room(page, '/audit-log?action=dead-letter-replayed');
    expect(await page.locator('[data-row]').first().innerText())
      .to.include('li')
      .and.include('重新处理死信');
    await room(page, '/dead-letters');
    await page.locator('[data-row]').first().click();
    await page.locator('[data-test=panel]').waitFor();
    expect(await page.locator('[data-test=replay]').count()).to.equal(0);
    await room(page, '/registry/vehicles');
    expect(await page.locator('[data-test=import]').count()).to.equal(0);
  });

  it('begins in the registry for an administrator, who has no alerts', async () => {
    const page = await enter('guan');
    await page.waitForURL('**/registry');
    await page.locator('[data-test=rows]').waitFor();
    expect(await page.locator('nav a[href="/"]').count()).to.equal(0);
  });

  it('saves a list as a file with its end', async () => {
    await room(owner, '/registry/vehicles');
    await owner.locator('[data-test=export]').click();
    await owner.locator('[data-test=format-csv]').check();
    const [file] = await Promise.all([owner.waitForEvent('download'), owner.locator('[data-test=export-start]').click()]);
    const text = await readFile(await file.path(), 'utf8');
    expect(text)
      .to.match(/#end 3\n$/)
      .and.include('号牌号码');
    await owner.locator('[data-test=export-state]', { hasText: '共 3 行' }).waitFor();
  });

  it('keeps no file whose last line is missing, and says so', async () => {
    await room(owner, '/registry/enterprises');
    await owner.route('**/registry/enterprises?*format=*', (route) => route.fulfill({ contentType: 'text/csv', body: 'id\r\nE1\r\n' })); // prettier-ignore
    await owner.locator('[data-test=export]').click();
    await owner.locator('[data-test=format-csv]').check();
    await owner.locator('[data-test=export-start]').click();
    await owner.locator('[data-test=export-state]', { hasText: '文件不完整' }).waitFor();
  });

  it('made the browser complain of nothing', () => {
    expect(opened.flatMap((one) => one.complaints)).to.deep.equal([]);
  });

  it('shows what the API is, with scripts and styles of its own only', async () => {
    const { page, complaints } = await openConsole(browser, `${platform.url}/api/v1/docs#/alerts/postAlertsIdDispatch`);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    await page.reload({ waitUntil: 'domcontentloaded' });
    await page.locator('.opblock-body').waitFor();
    expect(await page.locator('.opblock-summary-description').first().textContent()).to.match(/ · /);
    expect(await page.locator('.errors-wrapper, .version-pragma, .warning').count()).to.equal(0);
    expect([...new Set(asked)]).to.deep.equal([new URL(platform.url).origin]);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });
});
