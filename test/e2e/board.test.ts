import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { DESK, openConsole, PHONE, signIn, startBrowser, type ConsolePage } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { startMockApi, type MockApi } from '../support/mock-api.ts';
import { makeAlert, NOW } from '../support/mock-data.ts';
import { until } from '../support/until.ts';

const MANY = 2_000;
const iso = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().replace('Z', '+08:00');

/** The board over a store of very many alerts; `npm run bench:board` measures the same at 100 000 on a real platform. */
describe('the alert board with very many alerts', () => {
  let browser: Browser;
  let mock: MockApi;
  let opened: ConsolePage[] = [];

  before(async () => {
    await buildConsole();
    browser = await startBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    const alerts = Array.from({ length: MANY }, (_, n) =>
      makeAlert({ id: `m-${n}`, state: 'open', severity: 'warning', firstAt: iso(NOW - (n + 1) * 10_000) }),
    );
    mock = await startMockApi({ alerts });
    opened = [];
  });
  afterEach(async function () {
    const complaints = opened.flatMap((one) => one.complaints);
    for (const { page } of opened) await page.context().close();
    await mock.close();
    if (this.currentTest?.state === 'passed') expect(complaints, 'complaints of the browser').to.deep.equal([]);
  });

  /** On the board, with every layout shift that an eye would see kept in `shifts`, from the first paint on. */
  async function enter(size = DESK): Promise<Page> {
    const one = await openConsole(browser, mock.url, size);
    opened.push(one);
    const { page } = one;
    await signIn(page, 'officer', 'night-shift');
    await page.addInitScript(`
      globalThis.shifts = [];
      new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries())
          if (value > 0.005) shifts.push(value.toFixed(4) + ' ' + sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.nodeName).join(' | '));
      }).observe({ type: 'layout-shift', buffered: true });`);
    await page.reload();
    await page.locator('[data-test=line].up').waitFor({ state: 'attached' });
    await page.locator('[data-alert]').first().waitFor();
    return page;
  }
  const list = (page: Page) => page.locator('[data-test=list]');
  const scrollTo = (page: Page, top: number) => list(page).evaluate((box, to) => box.scrollTo(0, to), top);
  /** Scrolls on by so many px. @returns id and place of the rows that exist then */
  const roll = (page: Page, by: number) =>
    page.evaluate<[id: string, place: string][]>(`(async () => {
      const list = document.querySelector('[data-test=list]');
      list.scrollTop += ${by};
      for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
      return [...list.querySelectorAll('[data-alert]')].map((row) => [row.dataset.alert, row.getAttribute('aria-posinset')]);
    })()`);
  const nodes = (page: Page) => page.evaluate<number>("document.getElementsByTagName('*').length");
  const placeOf = (page: Page, id: string) => page.locator(`[data-alert="${id}"]`).boundingBox();

  for (const size of [DESK, PHONE])
    it(`holds a few rows of them at a time, each at its one place, down to the last, ${size.width} px wide`, async () => {
      const page = await enter(size);
      const seen = new Map<string, string>();
      let most = 0;
      for (let rolls = 0; seen.size < MANY; rolls++) {
        for (const [id, place] of await roll(page, rolls === 0 ? 0 : 1_000)) {
          expect(seen.get(id) ?? place, `${id} at one place`).to.equal(place);
          seen.set(id, place);
        }
        most = Math.max(most, await nodes(page));
        expect(rolls, `${seen.size} of ${MANY} came`).to.be.below(MANY);
      }
      expect(new Set(seen.values()).size).to.equal(MANY);
      expect(most, 'nodes of the page').to.be.below(4_500);
      await page.getByText(`${MANY.toLocaleString('zh-CN')} 条`).waitFor();
    });

  it('does not move what one reads far down: not when news comes, and not when more is read below it', async () => {
    const page = await enter();
    await scrollTo(page, 3_400);
    await page.locator('[data-alert="m-100"]').waitFor();
    const before = await placeOf(page, 'm-100');
    mock.open({ severity: 'critical' });
    await page.locator('[data-test=news]', { hasText: '1 条新告警' }).waitFor();
    await until(
      async () => (await page.evaluate<number>("document.querySelector('[data-test=list] ol').clientHeight")) > 36 * 500,
    );
    expect(await placeOf(page, 'm-100')).to.deep.equal(before);
    expect(await page.locator('[data-test=news]').innerText(), 'still waits').to.include('1 条新告警');
    await page.locator('[data-test=news]').click();
    await page.locator('[data-alert="new-1"][aria-posinset="1"]').waitFor();
  });

  it('shows no more marks on the map than there is room for', async () => {
    for (const [n, alert] of [...mock.alerts.values()].entries())
      alert.place = { ...alert.place!, lon: 111.5 + (n % 61) / 40, lat: 38.2 + (n % 59) / 60 };
    const page = await enter();
    await page.locator('[data-ready=true]').waitFor();
    await scrollTo(page, 3_400);
    await until(
      async () => (await page.evaluate<number>("document.querySelector('[data-test=list] ol').clientHeight")) > 36 * 500,
    );
    const marks = page.locator('.alert-mark');
    expect(await marks.count()).to.be.within(20, 250);
    await marks.filter({ hasText: /\d/ }).first().click();
    await page.waitForTimeout(500);
    expect(await page.locator('[data-test=drawer]').count(), 'a mark of several places brings them nearer').to.equal(0);
  });

  for (const size of [DESK, PHONE])
    it(`does not shift its layout: not while it comes up, not when news comes, ${size.width} px wide`, async () => {
      const page = await enter(size);
      await page.waitForTimeout(700);
      mock.open({ severity: 'critical' });
      await page.locator('[data-alert="new-1"]').waitFor();
      mock.change('m-0', { state: 'closed' }, '李晓燕', 'close');
      await page.locator('[data-alert="m-0"]').waitFor({ state: 'detached' });
      mock.lineDown();
      await page.locator('[data-test=line-down]').waitFor();
      await page.waitForTimeout(300);
      expect(await page.evaluate('shifts')).to.deep.equal([]);
    });

  it('acts on the row that has the focus, also where one came to it with Tab', async () => {
    const page = await enter();
    await page.keyboard.press('j');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('[data-test=drawer] [data-test=verdict]').waitFor();
    expect(new URL(page.url()).searchParams.get('open')).to.equal('m-1');
    await page.keyboard.press('Escape');
    await page.locator('[data-alert="m-1"] button:focus').waitFor();
  });
});
