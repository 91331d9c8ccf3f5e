import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { breaches } from '../support/axe.ts';
import { DESK, openConsole, PHONE, signIn, startBrowser, type ConsolePage } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { startPlatformProcess, type PlatformProcess } from '../support/platform.ts';

const PASSWORD = 'a long enough one';
const SECRET = 'secret-of-a-device-of-this-test';
const GATE = 'gate/G1';

/** Orders of the bureau on a real platform: a response from its preview to the refused truck and its lifting, and a zone as it is drawn. */
describe('responses and zones in the console', function () {
  this.timeout(180_000);
  let platform: PlatformProcess;
  let browser: Browser;
  let admin = '';
  let bureau: Page;
  let police: Page;
  const opened: ConsolePage[] = [];
  let sent = 0;

  async function call<T>(
    method: string,
    path: string,
    body?: object | string,
    headers: Record<string, string> = { cookie: admin },
  ) {
    const answer = await fetch(`${platform.url}/api/v1${path}`, {
      method,
      headers: { ...headers, 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return { body: (await answer.json().catch(() => ({}))) as T, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
  }
  const rows = (collection: string, each: object[]) => call('PUT', `/registry/${collection}`, each.map((row) => `${JSON.stringify(row)}\n`).join('')); // prettier-ignore
  /** An arrival now; what the gate is answered. */
  async function arrives(): Promise<{ decision: string; rules: string[] }> {
    const { at } = (await call<{ at: string }>('GET', '/time')).body;
    const authorization = `Basic ${Buffer.from(`${GATE}:${SECRET}`).toString('base64')}`;
    const message = { id: `o-${++sent}`, at, direction: 'in', lane: '1', plate: { number: '晋H40004', color: 'yellow' } };
    const { body } = await call<{ decision: string; reasons: { rule: string }[] }>('POST', `/devices/${GATE}/arrival`, message, { authorization }); // prettier-ignore
    return { decision: body.decision, rules: body.reasons.map(({ rule }) => rule) };
  }
  async function enter(user: string, path: string, size = DESK): Promise<Page> {
    const one = await openConsole(browser, `${platform.url}/sign-in?next=${encodeURIComponent(path)}`, size);
    opened.push(one);
    await signIn(one.page, user, PASSWORD);
    await one.page.locator('[data-test=line].up').waitFor({ state: 'attached' });
    return one.page;
  }

  before(async () => {
    await buildConsole();
    browser = await startBrowser();
    platform = await startPlatformProcess({ env: { CLOCK_START: '2021-12-10T10:00:00+08:00' }, startWithinMs: 120_000 });
    admin = (await call('POST', '/session', { username: 'admin', password: 'admin-of-a-test' }, {})).cookie;
    await rows('enterprises', [{ id: 'E1', uscc: '911409020000000001', nameZh: '滹沱物流', county: '140921', industry: 'logistics', annualFreight: 900_000, planningArea: false, dailyTruckPasses: 60, grade: 'B', cleanTransport: 'met', lon: 112.95, lat: 38.49 }]); // prettier-ignore
    await rows('devices', [{ kind: 'gate', id: 'G1', nameZh: '东门', enterpriseId: 'E1', county: '140921', lon: 112.95, lat: 38.49, secret: SECRET }]); // prettier-ignore
    await rows('vehicles', [{ plateNumber: '晋H40004', plateColor: 'yellow', vin: 'LXZTEST0000040004', vehicleType: 'H17', fuel: 'B', stage: '4', useNature: 'F', totalMass: 31_000, firstRegistered: '2016-03-20', status: 'in-use' }]); // prettier-ignore
    await call('POST', '/users', { username: 'li', name: '李晓燕', role: 'bureau', password: PASSWORD });
    await call('POST', '/users', { username: 'wang', name: '王志强', role: 'police', password: PASSWORD });
    [bureau, police] = [await enter('li', '/responses'), await enter('wang', '/')];
  });
  after(async () => {
    await browser?.close();
    await platform?.stop();
    if (platform) await rm(platform.dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  afterEach(function () {
    if (this.currentTest?.state === 'passed') expect(opened.flatMap((one) => one.complaints), 'complaints of the browser').to.deep.equal([]);
  }); // prettier-ignore

  const publish = async (page: Page, reference: string) => {
    await page.locator('[data-test=reference]').fill(reference);
    await page.locator('[data-test=issued-by]').fill('忻州市重污染天气应急指挥部');
    await page.locator('[data-test=publish]').click();
    await page.locator('[data-test=confirm-sentence]').waitFor();
    const sentence = await page.locator('[data-test=confirm-sentence]').innerText();
    await page.locator('[data-test=form-submit]').click();
    await page.waitForURL(/\/responses\?open=/);
    return sentence;
  };
  const band = (page: Page) => page.locator('[data-test=response]');

  it('tell of a mistake at its field', async () => {
    await bureau.locator('[data-test=declare]').click();
    await bureau.locator('[data-test=level-orange]').check();
    await bureau.locator('[data-test=county-140921]').check();
    await bureau.locator('[data-test=end-date]').fill('2021-12-09');
    await bureau.locator('[data-test=end-time]').fill('2400');
    await bureau.locator('[data-test=wrong-end]', { hasText: '结束早于开始' }).waitFor();
    expect(await bureau.locator('[data-test=end-time]').getAttribute('aria-invalid')).to.equal('true');
  });

  it('show whom a response touches before it is published, and say it in one sentence', async () => {
    expect((await arrives()).decision).to.equal('admit');
    await bureau.locator('[data-test=joint-control]').click();
    await bureau.locator('[data-test=county-map][data-ready=true] .picked').nth(2).waitFor({ state: 'attached' });
    await bureau.locator('[data-test=end-date]').fill('2021-12-12');
    await bureau.locator('[data-figure=touched] b', { hasText: '1' }).waitFor();
    await bureau.locator('[data-figure=registered] b', { hasText: '1' }).waitFor();
    expect(await bureau.locator('[data-test=measure]').innerText()).to.match(
      /停运国四及以下重型货车（含燃气）[^]*1 家企业 · 登记车辆 1 辆/,
    );
    expect(await bureau.locator('[data-enterprise=E1]').innerText()).to.match(/滹沱物流\s+定襄\s+60\s+是\s+达标\s+橙色/);
    expect(await breaches(bureau)).to.deep.equal([]);
    expect(await band(police).count()).to.equal(0);
    const sentence = await publish(bureau, '忻气应急〔2021〕12号');
    expect(sentence).to.match(/^发布后立即（约 12-10 10:\d\d），忻府、定襄、原平实施橙色应急响应，至 12-12 24:00；1 家企业/);
  });

  it('stand over another’s screen at once, and refuse the truck that was admitted before', async () => {
    await band(police).getByText('忻府 定襄 原平').waitFor();
    expect(await band(police).innerText()).to.match(/橙色应急响应\s+忻府 定襄 原平\s+至 12-12 24:00/);
    expect(await arrives()).to.deep.equal({ decision: 'refuse', rules: ['peak-shift'] });
    await bureau.locator('[data-state=running]').waitFor();
  });

  it('are lifted from a phone, and the truck is admitted again', async () => {
    const phone = await enter('li', '/responses', PHONE);
    await phone.locator('[data-test=deed-lift]').click();
    await phone.locator('[data-figure=freed] b', { hasText: '1' }).waitFor();
    expect(await phone.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true);
    expect(await publish(phone, '忻气应急〔2021〕13号')).to.include('解除橙色应急响应');
    await band(police).waitFor({ state: 'detached' });
    expect((await arrives()).decision).to.equal('admit');
    await bureau.locator('[data-state=over]', { hasText: '13号' }).waitFor();
  });

  it('keep a zone as it was drawn on the map: corners, and the edge that is not included', async () => {
    await bureau.goto(`${platform.url}/zones/new`);
    const map = bureau.locator('[data-test=zone-map][data-ready=true]');
    await map.waitFor();
    await bureau.locator('[data-test=zone-name]').fill('定襄绕行区');
    const box = (await map.boundingBox())!;
    const at = (x: number, y: number) => ({ x: box.x + box.width * x, y: box.y + box.height * y });
    const press = async (x: number, y: number) => bureau.mouse.click(at(x, y).x, at(x, y).y);
    for (const [x, y] of [[0.35, 0.7], [0.65, 0.7], [0.65, 0.4], [0.35, 0.4]] as const) await press(x, y);
    await press(0.35, 0.7);
    await bureau.locator('[data-test=zone-check]').waitFor();
    // The eastern edge, beside its middle; then a new vertex in the middle of the southern one, drawn down.
    await press(0.65, 0.48);
    await bureau.locator('[data-test=edge-1][aria-pressed=false]').waitFor();
    await bureau.mouse.move(at(0.5, 0.7).x, at(0.5, 0.7).y);
    await bureau.mouse.down();
    await bureau.mouse.move(at(0.5, 0.8).x, at(0.5, 0.8).y, { steps: 5 });
    await bureau.mouse.up();
    await bureau.locator('[data-test=edge-2][aria-pressed=false]').waitFor();
    expect(await bureau.locator('.zone-edge.out').count()).to.equal(2); // on the map, and in the legend
    expect(await breaches(bureau)).to.deep.equal([]);
    const cells = await bureau.locator('tr[data-vertex] input').all();
    const table = await Promise.all(cells.map((cell) => cell.inputValue()));
    await bureau.locator('[data-test=save-zone]').click();
    await bureau.locator('[data-test=form-submit]').click();
    await bureau.waitForURL(/\/zones\?open=Z-1/);
    await bureau.locator('[data-test=panel]', { hasText: '5 边，其中 1 边不含' }).waitFor();
    const [zone] = (await call<{ items: { polygon: { coordinates: number[][][] }; edges: object[] }[] }>('GET', '/registry/zones')).body.items;
    expect(zone!.edges).to.deep.equal([{ index: 2, included: false }]);
    expect(zone!.polygon.coordinates[0]!.slice(0, 5).flat().map(String)).to.deep.equal(table);
  }); // prettier-ignore

  it('let a zone be changed by keyboard alone, and tell when edges cross', async () => {
    await bureau.locator('[data-test=edit-zone]').click();
    await bureau.locator('[data-test=zone-check]').waitFor();
    const [lon, lat] = [bureau.locator('[data-test=lon-0]'), bureau.locator('[data-test=lat-0]')];
    const before = [await lon.inputValue(), await lat.inputValue()];
    await lon.fill(await bureau.locator('[data-test=lon-3]').inputValue());
    await lat.fill(String(Number(await bureau.locator('[data-test=lat-3]').inputValue()) + 0.5));
    await bureau.keyboard.press('Tab');
    await bureau.locator('[data-fault=crosses]').waitFor();
    await lon.fill(before[0]!);
    await lat.fill(before[1]!);
    await bureau.keyboard.press('Tab');
    await bureau.locator('[data-fault]').waitFor({ state: 'detached' });
    await bureau.locator('[data-test=edge-0]').press('Enter');
    await bureau.locator('[data-test=remove-1]').press('Enter');
    await bureau.locator('[data-test=save-zone]').press('Enter');
    await bureau.locator('[data-test=form-submit]').click();
    await bureau.locator('[data-test=panel]', { hasText: '4 边，其中 2 边不含' }).waitFor();
    await bureau.locator('[data-test=history] > ol > li').nth(1).waitFor();
  });
});
