import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { DESK, openConsole, PHONE, signIn, startBrowser, type ConsolePage } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { startMockApi, type MockApi } from '../support/mock-api.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeAnswer {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

/** The console in a real browser, under the strictest content security policy, against a platform from memory. */
describe('the console', () => {
  let browser: Browser;
  let mock: MockApi;
  let opened: ConsolePage[] = [];

  before(async () => {
    await buildConsole();
    browser = await startBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    mock = await startMockApi();
    opened = [];
  });
  afterEach(async function () {
    const complaints = opened.flatMap((one) => one.complaints);
    for (const { page } of opened) await page.context().close();
    await mock.close();
    if (this.currentTest?.state === 'passed') expect(complaints, 'complaints of the browser').to.deep.equal([]);
  });

  async function visit(path = '/', size = DESK): Promise<Page> {
    const one = await openConsole(browser, mock.url + path, size);
    opened.push(one);
    return one.page;
  }

  /** Signed in, at a room, with the live line up. */
  async function enter(path = '/', size = DESK): Promise<Page> {
    const page = await visit(path, size);
    await signIn(page, 'officer', 'night-shift');
    await page.locator('[data-test=line].up').waitFor({ state: 'attached' });
    return page;
  }
  const row = (page: Page, id: string) => page.locator(`[data-alert="${id}"]`);
  const firstRow = async (page: Page) => page.locator('[data-alert]').first().getAttribute('data-alert');

  describe('signing in', () => {
    it('says that a password is wrong, and then lets the right one to the page that was asked for', async () => {
      const page = await visit('/gates');
      await page.locator('input[name=username]').fill('officer');
      await page.locator('input[name=password]').fill('wrong');
      await page.locator('[data-test=enter]').click();
      await page.locator('[data-test=trouble]').waitFor();
      expect(await page.locator('[data-test=trouble]').innerText()).to.equal('用户名或密码不正确。');
      await signIn(page, 'officer', 'night-shift');
      await page.locator('[data-test=lane]').first().waitFor();
      expect(new URL(page.url()).pathname).to.equal('/gates');
    });

    it('never leads to another site', async () => {
      const page = await visit('/sign-in?next=//example.org/');
      await signIn(page, 'officer', 'night-shift');
      await page.locator('[data-alert]').first().waitFor();
      expect(page.url()).to.equal(`${mock.url}/`);
    });

    it('is asked for again when one signs out', async () => {
      const page = await enter();
      await page.locator('[data-test=sign-out]').click();
      await page.locator('input[name=username]').waitFor();
      await page.goto(`${mock.url}/map`);
      await page.locator('input[name=username]').waitFor();
    });
  });

  describe('the alert board', () => {
    it('shows a new alert by itself and counts critical ones in the title', async () => {
      const page = await enter();
      await page.locator('[data-alert]').first().waitFor();
      const count = Number(/^\((\d+)\)/.exec(await page.title())?.[1]);
      const alert = mock.open({ severity: 'critical', code: 'past-scrap' });
      await row(page, alert.id).waitFor();
      expect(await firstRow(page)).to.equal(alert.id);
      await page.waitForFunction(`document.title.startsWith('(${count + 1}) ')`);
    });

    it('gathers news while somebody reads further down, and shows it when asked', async () => {
      const page = await enter();
      await page.locator('[data-alert]').first().waitFor();
      await page.locator('[data-test=list]').evaluate((list) => list.scrollTo(0, 300));
      await page.waitForTimeout(100);
      const [one] = [mock.open({ severity: 'critical' }), mock.open({ severity: 'warning' })];
      await page.locator('[data-test=news]').waitFor();
      await page.locator('[data-test=news]', { hasText: '2 条新告警' }).waitFor();
      expect(await page.locator('[data-test=news]').innerText()).to.include('其中严重 1 条');
      expect(await row(page, one.id).count()).to.equal(0);
      await page.locator('[data-test=news]').click();
      await row(page, one.id).waitFor();
    });

    it('keeps its filters in the address', async () => {
      const page = await enter('/?severity=critical&county=140930');
      await page.locator('[data-alert]').first().waitFor();
      const severities = await page
        .locator('[data-alert]')
        .evaluateAll((rows) => rows.map((one) => one.className.includes('critical')));
      expect(severities.every(Boolean)).to.equal(true);
      mock.open({ severity: 'warning' });
      await page.locator('[data-test=filter-clear]').click();
      await row(page, 'new-1').waitFor();
      expect(new URL(page.url()).search).to.equal('');
    });

    it('leaves out what may still be taken back, when asked', async () => {
      const page = await enter('/?provisional=no');
      await page.locator('[data-alert]').first().waitFor();
      expect(await page.locator('[data-alert].provisional').count()).to.equal(0);
      const maybe = mock.open({ provisional: true });
      const sure = mock.open({ provisional: false });
      await row(page, sure.id).waitFor();
      expect(await row(page, maybe.id).count()).to.equal(0);
    });

    it('says why it is empty', async () => {
      const page = await enter('/?plate=晋H00000');
      await page.getByText('没有符合筛选条件的告警').waitFor();
    });

    it('is worked with the keyboard: j, Enter, a, c', async () => {
      const page = await enter();
      await page.locator('[data-alert]').first().waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.locator('[data-test=drawer] [data-test=verdict]').waitFor();
      expect(await page.locator('[data-test=verdict]').first().innerText()).to.include('国四 < 要求国五');
      await page.keyboard.press('a');
      await page.locator('[data-test=drawer] [data-state], [data-test=drawer] .state.acknowledged').first().waitFor();
      await page.keyboard.press('c');
      await page.locator('[data-test=note] textarea, textarea[data-test=note]').fill('已现场核实');
      await page.locator('[data-test=confirm-close]').click();
      await row(page, 'a-000').waitFor({ state: 'detached' });
      expect(mock.alerts.get('a-000')).to.include({ state: 'closed' });
      expect(mock.alerts.get('a-000')?.history?.at(-1)).to.include({ step: 'close', note: '已现场核实' });
      await page.keyboard.press('Escape');
      await page.locator('[data-test=drawer]').waitFor({ state: 'detached' });
    });

    it('shows two people each other’s change, and who was first', async () => {
      const [one, two] = [await enter(), await enter()];
      await row(one, 'a-000').waitFor();
      await row(two, 'a-000').locator('button').click();
      await two.locator('[data-test=acknowledge]').waitFor();
      mock.change('a-000', { state: 'acknowledged' }, '李晓燕', 'acknowledge', false);
      await two.locator('[data-test=acknowledge]').click();
      await two.locator('[data-test=toast]').waitFor();
      expect(await two.locator('[data-test=toast]').innerText()).to.include('李晓燕 已先一步签收');
      await two.locator('[data-test=acknowledge]').waitFor({ state: 'detached' });
      mock.change('a-001', { state: 'closed' }, '李晓燕', 'close');
      await row(one, 'a-001').waitFor({ state: 'detached' });
    });

    it('lets go of an alert that left the reader’s scope', async () => {
      const page = await enter();
      await row(page, 'a-003').waitFor();
      mock.remove('a-003');
      await row(page, 'a-003').waitFor({ state: 'detached' });
    });

    it('says that the line is down, stays readable, and catches up', async () => {
      const page = await enter();
      await row(page, 'a-000').waitFor();
      mock.lineDown();
      await page.locator('[data-test=line-down]').waitFor();
      const missed = mock.open({ severity: 'critical' });
      expect(await row(page, 'a-000').count()).to.equal(1);
      mock.lineUp();
      await row(page, missed.id).waitFor();
      await page.locator('[data-test=line-down]').waitFor({ state: 'detached' });
    });

    it('reads everything anew when the line cannot be replayed', async () => {
      const page = await enter();
      await row(page, 'a-000').waitFor();
      mock.change('a-000', { state: 'closed' }, '李晓燕', 'close', false);
      mock.resync();
      await row(page, 'a-000').waitFor({ state: 'detached' });
      const alert = mock.open();
      await row(page, alert.id).waitFor();
    });

    it('comes back to its filters from another room', async () => {
      const page = await enter('/?rule=diversion');
      await page.locator('[data-alert]').first().waitFor();
      await page.locator('nav a[href="/gates"]').click();
      await page.locator('[data-test=lane]').first().waitFor();
      await page.locator('nav a[href^="/?"]').click();
      await page.locator('[data-alert]').first().waitFor();
      expect(new URL(page.url()).search).to.equal('?rule=diversion');
    });

    it('shows the list first on a phone, with the map one tap away', async () => {
      const page = await enter('/', PHONE);
      await page.locator('[data-alert]').first().waitFor();
      expect(await page.locator('[data-test=map]').isVisible()).to.equal(false);
      await page.locator('[data-test=switch]').click();
      await page.locator('[data-test=map]').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true);
    });
  });

  describe('the other rooms', () => {
    it('show an alert with its reasons, law and evidence, in the reader’s language', async () => {
      const page = await enter('/alerts/a-002');
      await page.locator('[data-test=evidence] summary').first().waitFor();
      expect(await page.locator('[data-test=basis]').first().innerText()).to.include('HJ 845-2017');
      await page.locator('[data-test=evidence] summary').first().click();
      expect(await page.locator('[data-test=evidence] pre').first().innerText()).to.include('"opacity": 38.4');
      await page.locator('[data-test=language]').click();
      await page.getByText('Two consecutive results over the limit').waitFor();
      expect(await page.getAttribute('html', 'lang')).to.equal('en');
    });

    it('show a lane’s next vehicle when it comes, and a gate that is away', async () => {
      const page = await enter('/gates');
      await page.locator('[data-test=lane]').first().waitFor();
      expect(await page.locator('[data-test=lane].away').count()).to.equal(1);
      const vehicle = { number: '晋H77777', color: 'yellow', stage: '6', known: true };
      mock.gates([
        {
          gate: 'G-HH-1',
          lane: '1',
          at: new Date(Date.UTC(2021, 10, 15, 13, 43)).toISOString(),
          direction: 'in',
          vehicle,
          decision: 'admit',
          reasons: [],
        },
      ]);
      await page.getByRole('img', { name: '晋H·77777 黄牌' }).waitFor();
    });

    it('find a vehicle from the search on top', async () => {
      const page = await enter('/gates');
      await page.keyboard.press('/');
      await page.keyboard.insertText('晋h 36821');
      await page.keyboard.press('Enter');
      await page.locator('[data-test=story]').waitFor();
      expect(decodeURIComponent(new URL(page.url()).pathname)).to.equal('/vehicles/晋H36821/yellow');
    });

    it('show the response in force over every room', async () => {
      const page = await enter('/map');
      await page.locator('[data-ready=true]').waitFor();
      expect(await page.locator('[data-test=response]').innerText()).to.match(
        /橙色应急响应[\s\S]*忻府 定襄 原平[\s\S]*至 11-16 24:00/,
      );
      expect(await page.locator('.leaflet-overlay-pane path.county').count()).to.equal(14);
    });

    it('say that an address leads nowhere', async () => {
      const page = await enter();
      await page.goto(`${mock.url}/nowhere`);
      await page.getByText('没有这个页面').waitFor();
    });
  });

  for (const theme of ['light', 'dark']) {
    it(`is accessible in every room (${theme})`, async () => {
      const page = await enter();
      await page.evaluate(`localStorage.setItem('cleanhaul.theme', '${theme}')`);
      for (const [path, ready] of [
        ['/?open=a-000', '[data-test=verdict]'],
        ['/alerts/a-002', '[data-test=evidence] summary'],
        ['/gates', '[data-test=lane]'],
        ['/map', '[data-ready=true]'],
        ['/vehicles/晋H36821/yellow', '[data-test=story]'],
        ['/sign-in', '[data-test=enter]'],
      ] as const) {
        await page.goto(mock.url + path);
        await page.locator(ready).first().waitFor();
        await page.waitForTimeout(300);
        await page.evaluate(AXE);
        const { violations } = await page.evaluate<AxeAnswer>("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] })");
        const found = violations.flatMap(({ id, nodes }) =>
          nodes.slice(0, 3).map((node) => `${id}: ${node.html} ${node.failureSummary}`),
        );
        expect(found, path).to.deep.equal([]);
      }
    });
  }
});
