import { readFile, rm } from 'node:fs/promises';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { breaches } from '../support/axe.ts';
import { DESK, openConsole, PHONE, signIn, startBrowser, type ConsolePage } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { startPlatformProcess, type PlatformProcess } from '../support/platform.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'a long enough one';
const SECRET = 'secret-of-a-device-of-this-test';
const NOW = '2021-11-15T10:00:00+08:00';
const at = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
/** `datetime-local` in Beijing, so many platform minutes from a moment. */
const civil = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16);

/** The bureau runs its policy in the console, on a real platform: drafted, compared, tried on the past, activated by a second person. */
describe('the policy in the console', function () {
  this.timeout(180_000);
  let platform: PlatformProcess;
  let browser: Browser;
  let admin = '';
  let li: Page;
  const opened: ConsolePage[] = [];
  let sent = 0;

  async function call(method: string, path: string, body?: object | string, headers: Record<string, string> = {}) {
    const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
    const answer = await fetch(`${platform.url}/api/v1${path}`, {
      method,
      headers: { ...(admin !== '' && { cookie: admin }), ...(body !== undefined && { 'content-type': type }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return {
      json: (text === '' ? {} : JSON.parse(text)) as unknown,
      cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '',
    };
  }
  const rows = (collection: string, each: object[]) =>
    call('PUT', `/registry/${collection}`, each.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const send = (message: string, body: object) =>
    call('POST', `/devices/gate/G1/${message}`, { id: `p-${++sent}`, direction: 'in', lane: '1', ...body }, { authorization: `Basic ${Buffer.from(`gate/G1:${SECRET}`).toString('base64')}` }); // prettier-ignore
  const truck = (plateNumber: string, stage: string) => ({ plateNumber, plateColor: 'yellow', vin: `LXZTEST00000${plateNumber.slice(-5)}`, vehicleType: 'H17', fuel: 'B', stage, useNature: 'F', totalMass: 31_000, firstRegistered: '2019-03-20', status: 'in-use' }); // prettier-ignore
  const plate = (number: string) => ({ plate: { number, color: 'yellow' } });
  const platformNow = async () => Date.parse(((await call('GET', '/time')).json as { at: string }).at);

  before(async () => {
    await buildConsole();
    browser = await startBrowser();
    platform = await startPlatformProcess({ env: { CLOCK_START: NOW, CLOCK_SPEED: '60' }, startWithinMs: 120_000 });
    admin = (await call('POST', '/session', { username: 'admin', password: 'admin-of-a-test' })).cookie;
    await rows('enterprises', [{ id: 'E1', uscc: '911409020000000001', nameZh: '滹沱钢铁', county: '140921', industry: 'steel', annualFreight: 2_100_000, planningArea: false, dailyTruckPasses: 5, grade: 'B', cleanTransport: 'met', lon: 112.95, lat: 38.49 }]); // prettier-ignore
    await rows('devices', [{ kind: 'gate', id: 'G1', nameZh: '东门', enterpriseId: 'E1', county: '140921', lon: 112.95, lat: 38.49, secret: SECRET }]); // prettier-ignore
    await rows('vehicles', [truck('晋H55555', '5'), truck('晋H66666', '6')]);
    for (const [username, name, role] of [
      ['li', '李晓燕', 'bureau'],
      ['wang', '王强', 'bureau'],
      ['shen', '审计员', 'auditor'],
    ])
      // prettier-ignore
      await call('POST', '/users', { username, name, role, password: PASSWORD });
    for (const number of ['晋H55555', '晋H66666']) await send('arrival', { at: at(-3), ...plate(number) });
    await send('passage', { at: at(-2), ...plate('晋H55555'), outcome: 'passed', cargo: { name: '煤', tonnes: 31.5 } });
    li = await enter('li');
  });
  after(async () => {
    await browser?.close();
    await platform?.stop();
    if (platform) await rm(platform.dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  afterEach(function () {
    if (this.currentTest?.state === 'passed')
      expect(opened.flatMap((one) => one.complaints), 'complaints of the browser').to.deep.equal([]); // prettier-ignore
  });

  async function enter(user: string, size = DESK): Promise<Page> {
    const one = await openConsole(browser, `${platform.url}/sign-in`, size);
    opened.push(one);
    await signIn(one.page, user, PASSWORD);
    return one.page;
  }
  async function go(page: Page, path: string, ready: string): Promise<void> {
    await page.goto(platform.url + path);
    await page.locator(ready).first().waitFor();
  }
  const field = (page: Page, path: string) => page.locator(`[data-field="${path}"]`);
  const text = (page: Page, selector: string) => page.locator(selector).first().innerText();

  it('is drafted as a copy; what is wrong is told at its field; what differs in words', async () => {
    await go(li, '/policies', '[data-row=xinzhou-2021]');
    await li.locator('[data-test=draft]').click();
    await li.locator('input[name=version]').fill('stricter 2');
    await li.locator('[data-test=form-submit]').click();
    await li.locator('.bad', { hasText: '字母、数字' }).waitFor();
    await li.locator('input[name=version]').fill('stricter');
    await li.locator('[data-test=form-submit]').click();
    await li.locator('[data-part=peak-shift]').waitFor();
    expect(new URL(li.url()).pathname).to.equal('/policies/stricter/edit');

    const freight = field(li, 'rules.emission-standard.minAnnualFreightTonnes');
    await freight.locator('input').fill('一百万');
    await field(li, 'rules.reading-validity.speedKmh').locator('input').first().fill('130');
    await field(li, 'account.minPercent').locator('input').fill('');
    await li.locator('[data-test=save]').click();
    expect(await freight.locator('[data-test=wrong]').innerText()).to.equal('应为数字');
    expect(await field(li, 'rules.reading-validity.speedKmh').locator('[data-test=wrong]').innerText()).to.equal('下限大于上限');
    expect(await field(li, 'account.minPercent').locator('[data-test=wrong]').innerText()).to.equal('应为数字');
    expect(await freight.locator('input').getAttribute('aria-invalid')).to.equal('true');
    expect(await li.locator('[data-test=misfits] li').count()).to.equal(3);
    expect(await breaches(li)).to.deep.equal([]);

    await freight.locator('input').fill('１,000,000');
    await field(li, 'rules.reading-validity.speedKmh').locator('input').first().fill('5');
    await field(li, 'account.minPercent').locator('input').fill('80');
    await field(li, 'rules.emission-standard.requirements.0.stage').locator('select').selectOption('6');
    await field(li, 'rules.sale-ban.minStage').locator('select').selectOption('5');
    await li.locator('[data-test=save]').click();
    await li.locator('[data-test=unsaved]', { hasText: '没有未保存' }).waitFor();

    await go(li, '/policies/stricter', '[data-test=changes]');
    const change = (path: string) => li.locator(`[data-test=change][data-path="${path}"]`).innerText();
    expect((await change('rules.emission-standard.minAnnualFreightTonnes')).replace(/\s+/g, ' ')).to.equal('重点企业排放标准 年货运量达到 1,500,000 吨 1,000,000 吨'); // prettier-ignore
    expect((await change('rules.emission-standard.requirements.0.stage')).replace(/\s+/g, ' ')).to.contain('第 1 档 · 排放阶段不低于 国五 国六'); // prettier-ignore
    expect(await li.locator('[data-test=change]').count()).to.equal(3);
    expect(await li.locator('[data-part=emission-standard]').innerText()).to.match(
      /忻政办发〔2021〕50号 第15条[\s\S]*2021-05-27/,
    );
    const [file] = await Promise.all([li.waitForEvent('download'), li.locator('[data-test=download]').click()]);
    expect(JSON.parse(await readFile(await file.path(), 'utf8'))).to.include({ version: 'stricter' });
  });

  it('is tried on a past period, with what would have been refused, row by row', async () => {
    await go(li, '/policies/stricter', '[data-test=what-if]');
    await li.locator('[data-test=what-if]').click();
    await li.locator('[data-test=form-submit]').click();
    await li.locator('[data-test=job]').waitFor();
    const address = new URL(li.url()).pathname;
    expect(address).to.match(/^\/jobs\/[\w-]+$/);
    await go(li, address, '[data-test=what-if-result]');
    expect(await text(li, '[data-test=to-refuse] .value')).to.equal('2');
    expect(await text(li, '[data-test=to-admit] .value')).to.equal('0');
    expect(await text(li, '[data-test=tonnes] .value')).to.equal('31.5 吨');
    expect(await text(li, '[data-code=below-stage]')).to.match(/低于要求排放阶段\s+2\s+0/);
    expect(await text(li, '[data-enterprise=E1]')).to.match(/滹沱钢铁\s+2\s+0\s+0\s+31.5/);
    expect(await text(li, '[data-test=not-judged]')).to.include('销售禁令');

    await li.locator('[data-change=admit-refuse]').click();
    await li.locator('[data-test=count]', { hasText: '共 2 条' }).waitFor();
    expect(await text(li, '[data-row]')).to.include('放行 → 禁行');
    await li.locator('[data-test=export]').click();
    await li.locator('[data-test=format-csv]').check();
    const [rowsFile] = await Promise.all([li.waitForEvent('download'), li.locator('[data-test=export-start]').click()]);
    expect(await readFile(await rowsFile.path(), 'utf8')).to.match(/admit,refuse[\s\S]*#end 2\s*$/);
  });

  it('brings together what two people changed in a draft, and lets one delete it', async () => {
    const { json } = await call('GET', '/policies/xinzhou-2021');
    const policy = structuredClone(
      (json as { policy: { version: string; rules: Record<string, Record<string, unknown>> } }).policy,
    );
    policy.version = 'shared';
    await call('POST', '/policies', policy);
    await go(li, '/policies/shared/edit', '[data-part=diversion]');
    policy.rules['diversion']!['pendingHours'] = 8;
    policy.rules['route']!['corridorM'] = 300;
    await call('PUT', '/policies/shared', policy, { 'if-match': '"1"' });
    await field(li, 'rules.route.corridorM').locator('input').fill('250');
    await li.locator('[data-test=save]').click();
    expect(await text(li, '[data-test=overtaken]'))
      .to.include('admin')
      .and.include('渣土与专用车路线 · 偏离路线超过');
    expect(await field(li, 'rules.diversion.pendingHours').locator('input').inputValue()).to.equal('8');
    await li.locator('[data-test=save]').click();
    await li.locator('[data-test=unsaved]', { hasText: '没有未保存' }).waitFor();
    const saved = (await call('GET', '/policies/shared')).json as { policy: typeof policy };
    expect(saved.policy.rules['route']!['corridorM']).to.equal(250);
    expect(saved.policy.rules['diversion']!['pendingHours']).to.equal(8);

    await go(li, '/policies/shared', '[data-test=remove]');
    await li.locator('[data-test=remove]').click();
    await li.locator('[data-test=form-submit]').click();
    await li.locator('[data-row=stricter]').waitFor();
    expect(await li.locator('[data-row=shared]').count()).to.equal(0);
  });

  it('is not activated by who drafted it, but by a second person, from a moment to come; the first sees it in force', async () => {
    await go(li, '/policies/stricter', '[data-test=own-draft]');
    expect(await li.locator('[data-test=activate]').isDisabled()).to.equal(true);
    expect(await text(li, '[data-test=own-draft]')).to.include('另一人');

    const wang = await enter('wang');
    await go(wang, '/policies/stricter', '[data-test=changes]');
    await wang.locator('[data-test=activate]').click();
    expect(await wang.locator('[data-test=form-dialog] [data-test=change]').count()).to.equal(3);
    await wang.locator('[data-test=activate-from]').fill(civil(Date.parse(NOW) - 60_000));
    await wang.locator('[data-test=form-submit]').click();
    expect(await text(wang, '[data-test=trouble]')).to.include('已过');
    expect(await breaches(wang)).to.deep.equal([]);
    await wang.locator('[data-test=activate-from]').fill(civil((await platformNow()) + 30 * 60_000));
    await wang.locator('[data-test=form-submit]').click();
    await wang.locator('[data-test=policy-state]', { hasText: '待生效' }).waitFor();
    expect(await wang.locator('[data-test=edit], [data-test=remove]').count()).to.equal(0);

    await until(async () => {
      await go(li, '/policies', '[data-row=stricter]');
      return (await li.locator('[data-row=stricter] [data-test=policy-state]').innerText()) === '现行';
    }, 110_000);
    expect(await text(li, '[data-row=stricter]')).to.match(/li，[\s\S]*wang，/);
    // What happens now is judged by it; what happened before, and is heard of late, by the one before.
    const { from } = (await call('GET', '/policies/stricter')).json as { from: string };
    const told = async (ms: number) => ((await send('arrival', { at: new Date(ms).toISOString(), ...plate('晋H55555') })).json as { decision: string }).decision; // prettier-ignore
    expect(await told(Date.parse(from))).to.equal('refuse');
    expect(await told(Date.parse(from) - 1)).to.equal('admit');
    await go(li, '/policies/stricter/edit', 'text=已启用，不能再修改');
  });

  it('is only read by others, on a phone as well', async () => {
    const shen = await enter('shen', PHONE);
    await go(shen, '/policies/stricter', '[data-part=account]');
    expect(await shen.locator('[data-test=copy], [data-test=what-if], [data-test=activate]').count()).to.equal(0);
    const overflow = await shen.evaluate<number>(`document.querySelector('[data-test=policy]').scrollWidth - innerWidth`);
    expect(overflow).to.be.at.most(0);
  });

  it('does not touch the past; a re-judge does, warned of first', async () => {
    await call('PUT', '/registry/vehicles', `${JSON.stringify({ ...truck('晋H66666', '4'), validFrom: '2021-01-01' })}\n`);
    await go(li, '/jobs', '[data-test=rows]');
    await li.locator('[data-test=re-judge]').click();
    await li.locator('input[name=reason]').fill('登记信息更正');
    await li.locator('[data-test=form-submit]').click();
    expect(await text(li, '[data-test=trouble]')).to.include('改动已有的判定');
    expect(await breaches(li)).to.deep.equal([]);
    await li.locator('[data-test=understood]').check();
    await li.locator('[data-test=form-submit]').click();
    await li.locator('[data-test=re-judge-result]').waitFor({ timeout: 60_000 });
    expect(await text(li, '[data-change=admit-refuse]')).to.equal('1');
    await li.locator('[data-code=below-stage] a').click();
    await li.locator('[data-test=count]', { hasText: '共 1 条' }).waitFor();
  });
});
