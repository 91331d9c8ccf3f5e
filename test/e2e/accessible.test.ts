import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { breaches } from '../support/axe.ts';
import { DESK, openConsole, PHONE, signIn, startBrowser } from '../support/browser.ts';
import { buildConsole } from '../support/console-build.ts';
import { FILLED_AT, fillPlatform, PASSWORD, type Filled } from '../support/filled-platform.ts';
import { startPlatformProcess, type PlatformProcess } from '../support/platform.ts';
import { until } from '../support/until.ts';

/** Every route of the router, with the room of the rail it belongs to. Read as text: the module itself needs a browser. */
const ROUTES = readFileSync(new URL('../../web/src/router.ts', import.meta.url), 'utf8')
  .split(/(?=\bpath: ')/)
  .slice(1)
  .map((text) => {
    const [path, name, room] = [/^path: '([^']+)'/, /name: '([^']+)'/, /title: 'nav\.([\w-]+)'/].map(
      (one) => one.exec(text)?.[1],
    );
    return { path: path!, name: name!, room };
  });

/** Looked at in the dark, and at 390 px, besides: one of each kind of page. */
const ALSO = new Set([
  '/sign-in', '/', '/alerts/:id', '/findings/:id', '/gates', '/map', '/home', '/duty', '/overview', '/responses/new', '/enterprises/:id', '/registry/:collection?',
  '/policies/:version', '/jobs/:id',
]); // prettier-ignore

/**
 * Every address of the console, on a platform that has something of everything, looked through by axe: as the owner who sees all, as an
 * enterprise and as the police in their rooms; some in the dark and on a phone.
 */
describe('every page of the console', function () {
  this.timeout(400_000);
  let platform: PlatformProcess;
  let browser: Browser;
  let filled: Filled;
  /** What stands for the variable part of a route, each of them looked at. */
  let parts: Record<string, string[]>;
  /** Routes that somebody before has looked at: what is the same for everybody is not looked at twice. */
  const seen = new Set<string>();

  before(async () => {
    await buildConsole();
    browser = await startBrowser();
    platform = await startPlatformProcess({ env: { CLOCK_START: FILLED_AT }, startWithinMs: 120_000 });
    filled = await fillPlatform(platform);
    parts = {
      '/': [`/?open=${filled.alert}`], '/responses': ['/responses?open=R1'], '/zones': ['/zones?open=Z1'], '/alerts/:id': [`/alerts/${filled.alert}`],
      '/findings/:id': [`/findings/${encodeURIComponent(filled.finding)}`], '/jobs/:id': [`/jobs/${filled.job}`, `/jobs/${filled.job}?view=rows`],
      '/responses/:id': ['/responses/R1'], '/zones/:id': ['/zones/Z1'], '/enterprises/:id': ['/enterprises/E1'],
      ':deed(raise|lower|area|extend|lift)': ['raise', 'lift'], ':number': ['晋H55555'], ':colour': ['yellow'],
      ':gate': [`G1#token=${filled.displayToken}`], ':version': [filled.draft], ':ledger?': ['transport', 'in-plant', 'machinery'],
      ':part?': ['', 'declarations', 'findings'], ':collection?': ['vehicles', 'devices'], ':rest(.*)*': ['nowhere'],
    }; // prettier-ignore
  });
  after(async () => {
    await browser?.close();
    await platform?.stop();
    if (platform) await rm(platform.dataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  /** The addresses of a route with its variable parts filled in. A part that nobody knows is not passed over: it fails. */
  function addressesOf(route: string): string[] {
    let addresses = parts[route] ?? [route];
    for (const [whole, part] of route.matchAll(/(?:^\/[\w-]+\/)?(:\w+(?:\([^/]*\)\*?)?\??)/g)) {
      if (parts[route]) break;
      const known = parts[whole] ? whole : part!;
      expect(parts, `a value for ${part} of ${route}`).to.have.property(known);
      addresses = addresses.flatMap((address) => parts[known]!.map((value) => address.replace(known, value)));
    }
    return addresses;
  }

  /** Until the page has its heading, loads nothing more and stands still. @returns what was still missing after half a minute */
  async function unsettled(page: Page): Promise<string[]> {
    let missing: string[] = [];
    const look = async () => {
      missing = await page.evaluate<string[]>(`[
        ...([...document.querySelectorAll('h1, [data-test=display]')].some((one) => one.checkVisibility()) ? [] : ['no heading']),
        ...[...document.querySelectorAll('.loading, [aria-busy=true], [data-ready=false]')].map((one) => 'waits: ' + one.className),
        ...document.getAnimations().filter((one) => one.playState === 'running').map((one) => 'moves: ' + one.effect?.target?.className),
      ]`);
      return missing.length === 0;
    };
    await until(look, 30_000).catch(() => undefined);
    return missing;
  }

  for (const [who, user, password] of [
    ['owner', 'admin', 'admin-of-a-test'],
    ['enterprise', 'zhao', PASSWORD],
    ['police', 'wang', PASSWORD],
  ] as const) {
    it(`has no serious fault that axe can find, fits a phone, has a title and complains of nothing (${who})`, async () => {
      expect(ROUTES.length).to.be.greaterThan(40);
      const { page, complaints } = await openConsole(browser, `${platform.url}/sign-in`);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await signIn(page, user, password);
      const errors: string[] = [];
      page.on('console', (message) => message.type() === 'error' && errors.push(`${message.text()} ${message.location().url}`));

      const found: string[] = [];
      const rail = await page
        .locator('nav.rail a')
        .evaluateAll((links) => links.map((one) => one.getAttribute('href')!.split('?')[0]));
      const rooms = new Set(ROUTES.filter(({ path }) => rail.includes(path.replace(/\/:\w+\?$/, ''))).map(({ name }) => name));
      expect(rooms.size, 'rooms of the rail').to.be.greaterThan(5);
      for (const { path, room } of ROUTES) {
        if (room !== undefined && !rooms.has(room)) continue;
        for (const any of addressesOf(path)) {
          // An enterprise sees no drafts.
          const address = who === 'enterprise' ? any.replace(filled.draft, 'xinzhou-2021') : any;
          const wrong = (list: string[], look: string) => found.push(...list.map((one) => `${address} ${look}: ${one}`));
          await page.goto(platform.url + address, { waitUntil: 'domcontentloaded' });
          if (path === '/display/:gate') await filled.arrive();
          wrong(await unsettled(page), 'never came up');
          const row = page.locator('[data-test=rows] [data-row]').first();
          if ((await row.count()) > 0) {
            await row.click({ position: { x: 4, y: 4 } });
            wrong(await unsettled(page), 'details');
          }
          wrong(await breaches(page), 'light');
          if (await page.locator('[data-test=failed]').count()) wrong(['failed to load'], 'light');
          if (!/^(\(\d+\) )?(.+ · )?(清运|门禁显示屏)$/.test(await page.title())) wrong([await page.title()], 'title');
          if (seen.has(path)) continue;
          if (ALSO.has(path)) {
            await page.evaluate("document.documentElement.classList.add('dark')");
            wrong(await unsettled(page), 'dark');
            wrong(await breaches(page), 'dark');
            await page.evaluate("document.documentElement.classList.remove('dark')");
          }
          await page.setViewportSize(PHONE);
          wrong(await unsettled(page), '390 px');
          const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          if (wide > 0) wrong([`${wide} px too wide`], '390 px');
          if (ALSO.has(path)) wrong(await breaches(page), '390 px');
          await page.setViewportSize(DESK);
        }
        seen.add(path);
      }
      await page.context().close();
      expect(found).to.deep.equal([]);
      expect([...complaints, ...errors.filter((one) => !one.includes(filled.missingPhoto))]).to.deep.equal([]);
    });
  }
});
