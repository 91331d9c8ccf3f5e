import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { DESK, freezePages, openConsole, PHONE, signIn, startBrowser, type ConsolePage } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { startMockApi, type MockApi } from '../support/mock-api.ts';
import { until } from '../support/until.ts';

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
      await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
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

    it('is worked with the keyboard: j, Enter, a, d, h, t, c', async () => {
      const page = await enter();
      await page.locator('[data-alert]').first().waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.locator('[data-test=drawer] [data-test=verdict]').waitFor();
      expect(await page.locator('[data-test=verdict]').first().innerText()).to.include('国四 < 要求国五');
      await page.keyboard.press('a');
      await page.locator('[data-test=drawer] [data-state], [data-test=drawer] .state.acknowledged').first().waitFor();
      await page.keyboard.press('d');
      await page.locator('[data-test=assignee] input').fill('刘');
      await page.locator('[data-assignee=liu]').click();
      await page.locator('[data-test=due-in1h]').click();
      await page.locator('[data-test=confirm-dispatch]').click();
      await page.locator('[data-test=drawer] [data-test=work]', { hasText: '刘建国' }).waitFor();
      await page.locator('[data-test=step-dialog]').waitFor({ state: 'hidden' });
      await page.keyboard.press('h');
      await page.locator('[data-test=outcome-warned]').check();
      await page.locator('[data-test=confirm-handle]').click();
      await page.locator('[data-test=drawer] .state.handled').first().waitFor();
      await page.locator('[data-test=step-dialog]').waitFor({ state: 'hidden' });
      await page.keyboard.press('t');
      await page.locator('[data-test=preview]', { hasText: '1 条判定可移送' }).waitFor();
      await page.locator('[data-test=offence]').fill('6063');
      await page.locator('[data-test=confirm-hand-over]').click();
      await page.locator('[data-test=clue]', { hasText: '6063' }).waitFor();
      await page.locator('[data-test=step-dialog]').waitFor({ state: 'hidden' });
      await page.keyboard.press('c');
      await page.locator('[data-test=note] textarea, textarea[data-test=note]').fill('已现场核实');
      await page.locator('[data-test=confirm-close]').click();
      await row(page, 'a-000').waitFor({ state: 'detached' });
      expect(mock.alerts.get('a-000')).to.include({ state: 'closed' });
      expect(mock.alerts.get('a-000')?.history?.at(-1)).to.include({ step: 'close', note: '已现场核实' });
      await page.locator('[data-test=step-dialog]').waitFor({ state: 'hidden' });
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
      await two.keyboard.press('Escape');
      mock.change('a-001', { state: 'closed' }, '李晓燕', 'close');
      await row(one, 'a-001').waitFor({ state: 'detached' });
    });

    it('shows in a dialog what somebody else did meanwhile, and keeps what was filled in', async () => {
      const page = await enter('/?open=a-001');
      await page.locator('[data-test=dispatch]').click();
      await page.locator('[data-test=assignee] input').fill('刘');
      await page.locator('[data-assignee=liu]').click();
      await page.locator('[data-test=note] textarea, textarea[data-test=note]').fill('先去南门');
      mock.change('a-001', { state: 'acknowledged' }, '李晓燕', 'acknowledge', false);
      await page.locator('[data-test=due-in4h]').click();
      await page.locator('[data-test=confirm-dispatch]').click();
      await page.locator('[data-test=others]', { hasText: '李晓燕 签收' }).waitFor();
      expect(mock.alerts.get('a-001')?.state).to.equal('acknowledged');
      const confirm = page.locator('[data-test=confirm-dispatch]', { hasText: '仍然派单' });
      await confirm.click();
      await page.locator('[data-test=drawer] .state.dispatched').first().waitFor();
      expect(mock.alerts.get('a-001')).to.include({ state: 'dispatched', assignee: 'liu' });
      expect(mock.alerts.get('a-001')?.history?.at(-1)).to.include({ step: 'dispatch', note: '先去南门' });
      await page.locator('[data-test=step-dialog]').waitFor({ state: 'hidden' });

      await page.keyboard.press('h');
      await page.locator('[data-test=outcome-other]').check();
      mock.change('a-001', { state: 'closed' }, '李晓燕', 'close');
      await page.locator('[data-test=hindrance]').waitFor();
      expect(await page.locator('[data-test=confirm-handle]').isDisabled()).to.equal(true);
    });

    it('says why a provisional alert cannot be handed over', async () => {
      const maybe = mock.open({ provisional: true });
      const page = await enter(`/?open=${maybe.id}`);
      await page.locator('[data-test=why]', { hasText: '移送: 判定尚为暂定' }).waitFor();
      expect(await page.locator('[data-test=hand-over]').isDisabled()).to.equal(true);
      await page.keyboard.press('t');
      await page.locator('[data-test=toast]', { hasText: '判定尚为暂定' }).waitFor();
    });

    it('does not move what lies under the mouse: news waits, and what is done with stays until the mouse leaves', async () => {
      const page = await enter();
      await row(page, 'a-003').hover();
      const top = async () => (await row(page, 'a-003').boundingBox())?.y;
      const before = await top();
      mock.open({ severity: 'critical' });
      mock.open();
      mock.change('a-000', { state: 'closed' }, '李晓燕', 'close');
      await page.locator('[data-test=news]', { hasText: '2 条新告警' }).waitFor();
      await page.locator('[data-alert="a-000"][data-state=closed]').waitFor();
      expect(await top()).to.equal(before);
      await page.mouse.move(5, 5);
      await row(page, 'new-2').waitFor();
      await row(page, 'a-000').waitFor({ state: 'detached' });
      expect(await page.locator('[data-test=news]').count()).to.equal(0);
    });

    it('shows after an absence all that happened in it, each once', async () => {
      const page = await enter();
      await row(page, 'a-000').waitFor();
      mock.lineDown();
      await page.locator('[data-test=line-down]').waitFor();
      const missed = [mock.open(), mock.open(), mock.open()];
      mock.change(missed[0]!.id, { state: 'acknowledged' }, '李晓燕', 'acknowledge');
      mock.change('a-000', { state: 'closed' }, '李晓燕', 'close');
      mock.remove('a-003');
      mock.lineUp();
      for (const alert of missed) await row(page, alert.id).waitFor();
      await row(page, 'a-000').waitFor({ state: 'detached' });
      await row(page, 'a-003').waitFor({ state: 'detached' });
      const ids = await page.locator('[data-alert]').evaluateAll((rows) => rows.map((one) => one.getAttribute('data-alert')));
      expect(new Set(ids).size).to.equal(ids.length);
      await page.locator(`[data-alert="${missed[0]!.id}"][data-state=acknowledged]`).waitFor();
    });

    it('shows after the laptop slept all that happened meanwhile, each once: the line was given up, or still seems to stand', async () => {
      await mock.close();
      mock = await startMockApi({ ping: { pingInterval: 400, pingTimeout: 800 } });
      const page = await enter();
      await row(page, 'a-000').waitFor();
      const critical = async () => Number(/^\((\d+)\)/.exec(await page.title())?.[1]);
      const before = await critical();
      const seenOnce = async (ids: string[]) => {
        for (const id of ids) await row(page, id).waitFor();
        const all = await page.locator('[data-alert]').evaluateAll((rows) => rows.map((one) => one.getAttribute('data-alert')));
        expect(new Set(all).size).to.equal(all.length);
      };

      let wake = await freezePages(browser);
      // Some still went out over the line before the server noticed; some had nobody to go to.
      const missed = [mock.open({ severity: 'critical' }), mock.open({ severity: 'critical' })];
      try {
        await until(() => mock.lines() === 0);
        missed.push(mock.open({ severity: 'critical' }));
        mock.change('a-000', { state: 'closed' }, '李晓燕', 'close');
      } finally {
        wake();
      }
      await seenOnce(missed.map(({ id }) => id));
      await row(page, 'a-000').waitFor({ state: 'detached' });
      await page.locator('[data-test=line].up').waitFor({ state: 'attached' });
      await until(async () => (await critical()) === before + 3);

      // An hour later by the page's clock, over a line of which neither side knows that it is dead.
      const lines = mock.calls.filter((call) => call === 'live').length;
      wake = await freezePages(browser);
      missed.push(mock.open({ severity: 'critical' }));
      wake();
      await page.evaluate('{ const real = Date.now; Date.now = () => real() + 3_600_000; }');
      await until(() => mock.calls.filter((call) => call === 'live').length > lines);
      missed.push(mock.open({ severity: 'critical' }));
      await seenOnce(missed.map(({ id }) => id));
      await until(async () => (await critical()) === before + 5);
    });

    it('remembers that somebody asked for sound, and rings without a complaint', async () => {
      const page = await enter();
      await page.locator('[data-test=notice]').click();
      await page.locator('[data-test=notice-sound]').check();
      await page.reload();
      await page.locator('[data-test=line].up').waitFor({ state: 'attached' });
      const alert = mock.open({ severity: 'critical' });
      await row(page, alert.id).waitFor();
      await page.waitForTimeout(1_200);
      await page.locator('[data-test=notice]').click();
      expect(await page.locator('[data-test=notice-sound]').isChecked()).to.equal(true);
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
      await page.locator('nav a[href="/gates"]:visible').click();
      await page.locator('[data-test=lane]').first().waitFor();
      await page.locator('nav a[href^="/?"]:visible').click();
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

    it('show photos side by side and large, and a calm place for one that was not uploaded', async () => {
      const image = (digit: string) => `/api/v1/images/${digit.repeat(64)}`;
      mock.open({
        images: [
          { role: 'head', url: image('a') },
          { role: 'vehicle', url: image('b') },
        ],
      });
      const page = await visit('/alerts/new-1');
      const photo =
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="#456"/></svg>';
      await page.route(`**${image('a')}*`, (route) => route.fulfill({ contentType: 'image/svg+xml', body: photo }));
      await signIn(page, 'officer', 'night-shift');
      await page.locator('[data-test=photo-missing]', { hasText: '车身 · 照片未上传' }).waitFor();
      await page.locator('[data-test=photo]').click();
      await page.locator('[data-test=zoom-in]').click();
      expect(await page.locator('[data-test=viewer-image]').getAttribute('style')).to.include('scale(1.5)');
      await page.keyboard.press('Escape');
      await page.locator('[data-test=viewer]').waitFor({ state: 'detached' });
    });

    it('show why a finding stands, contest it as an enterprise', async () => {
      await mock.close();
      mock = await startMockApi({ user: { role: 'enterprise', enterpriseId: 'E01' } });
      const page = await enter('/findings/f-stage');
      await page.locator('[data-test=verdict]', { hasText: '国四 < 要求国五' }).waitFor();
      expect(await page.locator('[data-test=basis]').first().innerText()).to.match(
        /忻政办发〔2021〕50号[\s\S]*有效期 2021-05-27 起/,
      );
      expect(await page.locator('[data-test=policy]').innerText()).to.include('xinzhou-2021');
      await page.locator('[data-test=dispute-text]').fill('该车已更换国六车辆，识别有误');
      await page.locator('[data-test=dispute-send]').click();
      await page.locator('[data-test=notes]', { hasText: '有异议，待答复' }).waitFor();
      await page.locator('[data-test=dispute]', { hasText: '待生态环境局答复' }).waitFor();
    });

    it('show an officer on a phone what is sent to them, the overdue first, to be handled with a note', async () => {
      const past = mock.open({
        state: 'dispatched',
        assignee: 'officer',
        assigneeName: '王志强',
        due: '2021-11-15T20:00:00+08:00',
      });
      const page = await enter('/duty', PHONE);
      await page.locator(`[data-duty="${past.id}"] .overdue`).waitFor();
      const next = mock.open({ state: 'dispatched', assignee: 'officer', due: '2021-11-16T20:00:00+08:00' });
      await page.locator(`[data-duty="${next.id}"]`).waitFor();
      expect(await page.locator('[data-duty]').first().getAttribute('data-duty')).to.equal(past.id);
      expect(await page.locator('[data-test=duty-overdue]').innerText()).to.equal('1 件超期');
      await page.locator(`[data-duty="${past.id}"] [data-test=handle]`).click();
      await page.locator('[data-test=outcome-penalised]').check();
      await page.locator('[data-test=note] textarea, textarea[data-test=note]').fill('现场罚款');
      await page.locator('[data-test=confirm-handle]').click();
      await page.locator(`[data-duty="${past.id}"][data-state=handled]`).waitFor();
      expect(mock.alerts.get(past.id)?.history?.at(-1)).to.include({ step: 'handle', note: '现场罚款' });
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(true);
      await page.locator('[data-test=duty-plate]').fill('晋h36821');
      await page.locator('[data-test=duty-find]').click();
      await page.locator('[data-test=story]').waitFor();
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
});
