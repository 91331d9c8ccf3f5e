import { readFile, rm } from 'node:fs/promises';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { breaches } from '../support/axe.ts';
import { DESK, openConsole, PHONE, signIn, startBrowser, type ConsolePage } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { startPlatformProcess, type PlatformProcess } from '../support/platform.ts';

const PASSWORD = 'a long enough one';
const SECRET = 'secret-of-a-device-of-this-test';
const NOW = '2023-05-15T10:00:00+08:00';
const MONTH = '2023-05';
const at = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

/** Accounts, ledgers and machinery on a real platform: from a month's table to the rows of one figure, and onto paper. */
describe('the pages of freight', function () {
  this.timeout(180_000);
  let platform: PlatformProcess;
  let browser: Browser;
  let admin = '';
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
    call('POST', `/devices/${device}/${message}`, { id: `a-${++sent}`, ...body }, { authorization: `Basic ${Buffer.from(`${device}:${SECRET}`).toString('base64')}` }); // prettier-ignore
  const pass = (number: string, color: string, minutes: number, direction: 'in' | 'out', more: object = {}, gate = 'G1') =>
    send(`gate/${gate}`, 'passage', {
      at: at(minutes),
      direction,
      lane: '1',
      plate: { number, color },
      outcome: 'passed',
      ...more,
    });
  const account = (query: string) =>
    fetch(`${platform.url}/api/v1/accounts/clean-transport?${query}`, { headers: { cookie: admin } });

  before(async () => {
    await buildConsole();
    browser = await startBrowser();
    platform = await startPlatformProcess({ env: { CLOCK_START: NOW }, startWithinMs: 120_000 });
    admin = await call('POST', '/session', { username: 'admin', password: 'admin-of-a-test' }, {});
    const enterprise = (id: string, nameZh: string, industry: string) => ({ id, uscc: `91140902000000000${id}`, nameZh, county: '140902', industry, annualFreight: 2_100_000, planningArea: false, dailyTruckPasses: 200, grade: 'B', cleanTransport: 'met', lon: 112.73, lat: 38.42 }); // prettier-ignore
    await rows('enterprises', [enterprise('E1', '云中焦化', 'coking'), enterprise('E2', '忻府铝材', 'nonferrous')]);
    const place = { county: '140902', lon: 112.73, lat: 38.42, secret: SECRET };
    await rows('devices', [
      { kind: 'gate', id: 'G1', nameZh: '云中焦化1号门', enterpriseId: 'E1', ...place },
      { kind: 'gate', id: 'G2', nameZh: '忻府铝材1号门', enterpriseId: 'E2', ...place },
      { kind: 'machinery-gate', id: 'S1', nameZh: '和平街工地', minStage: 3, ...place },
    ]);
    const truck = (plateNumber: string, plateColor: string, stage: string, fuel: string) => ({ plateNumber, plateColor, vin: `VIN${plateNumber.slice(-5)}`, vehicleType: 'H17', fuel, stage, useNature: 'F', totalMass: 31_000, firstRegistered: '2019-03-20', status: 'in-use' }); // prettier-ignore
    await rows('vehicles', [truck('晋H80006', 'yellow', '6', 'B'), truck('晋H80004', 'yellow', '4', 'B'), truck('晋H80001D', 'yellow-green', 'D', 'C')]); // prettier-ignore
    await rows('machinery', [{ registrationCode: 'JH-2', machineryKind: 'loader', stage: '2', owner: '甲', county: '140902' }]);
    await rows('declarations', [{ siteId: 'S1', registrationCode: 'JH-2', from: '2023-05-01' }]);
    await call('POST', '/users', { username: 'li', name: '李晓燕', role: 'bureau', password: PASSWORD });
    await call('POST', '/users', { username: 'zhao', name: '赵明', role: 'enterprise', enterpriseId: 'E1', password: PASSWORD });
    const load = (tonnes: number) => ({ cargo: { name: '焦炭', tonnes } });
    await pass('晋H80006', 'yellow', -50, 'in', load(30.5));
    await pass('晋H80006', 'yellow', -20, 'out', load(20));
    await pass('晋HB0004', 'yellow', -40, 'in', {
      ...load(30),
      release: { mode: 'forced', operator: '门卫乙', reason: '领导要求' },
    });
    await pass('晋H80001D', 'yellow-green', -30, 'in');
    await send('gate/G1', 'arrival', { at: at(-10), direction: 'in', lane: '1', plate: { number: '晋H80004', color: 'yellow' } });
    await pass('晋H80001D', 'yellow-green', -15, 'in', load(28), 'G2');
    await send('machinery-gate/S1', 'passage', { at: at(-25), direction: 'in', registrationCode: 'JH-2' });
    // Looked at once, then corrected: there is a revision to look back at.
    await account(`month=${MONTH}&enterprise=E1`);
    await rows('deliveries', [{ id: 'D1', enterpriseId: 'E1', month: MONTH, mode: 'rail', cargo: '焦炭', tonnes: 150, direction: 'out' }]); // prettier-ignore
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
    it(`lead from the month's table to a figure, its rows, an old revision and the report, ${size.width} px wide`, async () => {
      const page = await enter('/enterprises', 'li', size);
      await page.locator('[data-enterprise=E1]').waitFor();
      expect(await page.locator('[data-test=proposes-not-met]').innerText()).to.match(/^1\s/);
      expect(await page.locator('[data-enterprise=E1]').innerText())
        .to.include('57.53%')
        .and.to.include('未达标');
      await page.locator('[data-enterprise=E1] a[href^="/enterprises/E1?"]').click();
      await page.locator('canvas').first().waitFor();
      expect(await page.locator('[data-test=gap]').innerText()).to.include('22.47');

      await page.locator('[data-figure="tonnes.total"]').click();
      const sum = page.locator('[data-test=adds-up]');
      await sum.waitFor();
      expect(await page.locator('[data-test=total]').innerText()).to.include('260.75');
      expect(await sum.innerText()).to.match(/全部 5 条，相加 260\.75 吨\s+✓/);
      await page
        .locator('[data-row]')
        .nth(1)
        .click({ position: { x: 6, y: 6 } });
      await page.locator('[data-test=panel]').waitFor();
      await page.locator('[data-test=close-panel]').click();
      await page.locator('[data-test=back]').click();

      await page.locator('[data-differences="2"]').click();
      expect(await page.locator('[data-test=differences]').innerText()).to.match(/铁路\s+0 吨\s+150 吨/);
      await page.locator('[data-revision="1"]').click();
      await page.locator('[data-test=old]').waitFor();
      expect(new URL(page.url()).searchParams.get('revision')).to.equal('1');
      expect(await page.locator('.card').first().innerText()).to.include('0%');
      await page.locator('[data-test=to-last]').click();
      await page.locator('[data-test=old]').waitFor({ state: 'detached' });

      await page.locator('[data-test=to-report]').click();
      await page.locator('[data-test=report][data-ready=true]').waitFor();
    });
  }

  it('print the report alone on A4, with its revision and digest', async () => {
    const page = await enter(`/enterprises/E1/report?month=${MONTH}&revision=2`);
    await page.locator('[data-test=report][data-ready=true]').waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav.rail').isVisible()).to.equal(false);
    expect(await page.locator('[data-test=print]').isVisible()).to.equal(false);
    const stored = (await (await account(`month=${MONTH}&enterprise=E1&revision=2`)).json()) as { digest: string };
    expect(await page.locator('footer').innerText()).to.include(stored.digest);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).to.be.within(1, 2);
    expect(pdf).to.match(/\/MediaBox\s*\[0 0 (594|595)[.\d]* 84[12]/);
  });

  it('record the bureau’s decision on the account it looked at', async () => {
    const page = await enter(`/enterprises/E1?month=${MONTH}`);
    await page.locator('[data-test=decide]').click();
    await page.locator('[data-test=form-submit]').click();
    expect(await page.locator('[data-test=trouble]').innerText()).to.include('理由');
    await page.locator('[data-test=reason]').fill('核查比例低于 80%，已现场核实');
    expect(await breaches(page)).to.deep.equal([]);
    await page.locator('[data-test=form-submit]').click();
    const decided = page.locator('[data-test=decision]');
    await decided.locator('text=已现场核实').waitFor();
    await page.locator('[data-test=in-force]', { hasText: '未达标' }).waitFor();
    expect(await decided.innerText()).to.include('忻政办发〔2021〕50号');
  });

  it('show the ledgers with what is odd about a row, and export them with Chinese headings', async () => {
    const page = await enter('/ledgers?enterprise=E1');
    const forced = page.locator('[data-row]', { hasText: '强制放行' });
    await forced.waitFor();
    expect(await forced.locator('[data-test=read]').innerText()).to.equal('晋H·B0004');
    expect(await page.locator('[data-row]').nth(0).innerText()).to.include('进 · 在厂 30 分');
    await forced.locator('[data-test=row-photos]').click();
    expect(await page.locator('[data-test=panel]').innerText()).to.include('领导要求');
    await page.locator('[data-test=close-panel]').click();

    await page.locator('[data-test=export]').click();
    await page.locator('[data-test=format-csv]').click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator('[data-test=export-start]').click()]);
    const text = await readFile(await file.path(), 'utf8');
    expect(text).to.match(/^\ufeff编号,时间,.*原始识读/);
    expect(text).to.match(/#end 4\n$/);
    await page.locator('.el-dialog__headerbtn').click();
    await page.locator('[data-test=ledger-in-plant]').click();
    await page.locator('[data-row]', { hasText: '已配对' }).waitFor();
    expect(new URL(page.url()).searchParams.get('enterprise')).to.equal('E1');
  });

  it('lead from a machine that was refused to its row in the ledger', async () => {
    const page = await enter('/machinery');
    await page.locator('[data-row=JH-2]').waitFor();
    await page.locator('[data-test=machinery-declarations]').click();
    await page.locator('[data-row]', { hasText: '和平街工地' }).waitFor();
    await page.locator('[data-test=machinery-findings]').click();
    await page.locator('[data-row]', { hasText: '国二' }).click();
    await page.locator('[data-test=panel] a[href^="/ledgers/machinery"]').click();
    expect(await page.locator('[data-test=panel]').innerText()).to.include('JH-2');
  });

  it('show an enterprise its own account and ledgers, and nobody else’s', async () => {
    const page = await enter('/enterprises', 'zhao');
    await page.locator('canvas').first().waitFor();
    expect(new URL(page.url()).pathname).to.equal('/enterprises/E1');
    expect(await page.locator('[data-test=decide], a[href^="/enterprises?"]').count()).to.equal(0);
    await page.goto(`${platform.url}/ledgers`);
    await page.locator('[data-row]').first().waitFor();
    expect(await page.locator('[data-row]').count()).to.equal(4);
    expect(await page.locator('[data-test=filter-enterprise]').count()).to.equal(0);
    await page.goto(`${platform.url}/enterprises/E2`);
    await page.locator('[data-test=failed]').waitFor();
    expect(await page.locator('main').innerText()).to.not.include('忻府铝材');
    await page.goto(`${platform.url}/enterprises/E2/rows?month=${MONTH}`);
    await page.locator('[data-test=failed]').waitFor();
  });
});
