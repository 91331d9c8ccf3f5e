import { spawn } from 'node:child_process';
import { mkdir, copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { Browser, Page } from 'playwright-core';
import { civilDate } from '../devices/contract/instant.ts';
import type { Policy } from '../server/policy/types.ts';
import { DESK, PHONE, signIn, startBrowser } from '../test/support/browser.ts';

/**
 * `npm run screenshots`: every room of the console on the simulated city, on a desk and on a phone, in Chinese and in English, light and
 * dark, to be looked at. They go to `tmp/screenshots`, which git ignores; `--docs` also renews the few that the documents show.
 */
const program = new Command()
  .name('npm run screenshots --')
  .option('--url <url>', 'a console that runs already (with --user and --password), instead of a demo of its own')
  .option('--user <name>', 'who looks', 'bureau')
  .option('--password <password>', 'with --url')
  .option('--speed <x>', "the demo's city seconds per real second", Number, 120)
  .option('--alerts <n>', 'wait until so many alerts are to be seen', Number, 18)
  .option('--only <text>', 'only pictures whose name contains this')
  .option('--docs', 'also renew the pictures of the documents');
const options = program.parse().opts<{
  url?: string;
  user: string;
  password?: string;
  speed: number;
  alerts: number;
  only?: string;
  docs?: boolean;
}>();

const root = resolve(import.meta.dirname, '..');
const out = join(root, 'tmp', 'screenshots');
/** What README and docs/console.md show. */
const DOCUMENTED = ['board-zh-desk', 'alert-zh-desk', 'gates-en-desk', 'board-zh-desk-dark', 'board-zh-phone'];

interface Look {
  name: string;
  size: { width: number; height: number };
  language: 'zh-CN' | 'en';
  theme: 'light' | 'dark';
}

interface Listed {
  id: string;
  rule: string;
  code: string;
  state: string;
  provisional: boolean;
  count: number;
  vehicle?: { number: string; color: string };
}

const LOOKS: Look[] = [
  { name: 'zh-desk', size: DESK, language: 'zh-CN', theme: 'light' },
  { name: 'en-desk', size: DESK, language: 'en', theme: 'light' },
  { name: 'zh-phone', size: PHONE, language: 'zh-CN', theme: 'light' },
  { name: 'en-phone', size: PHONE, language: 'en', theme: 'light' },
  { name: 'zh-desk-dark', size: DESK, language: 'zh-CN', theme: 'dark' },
];

interface Route {
  name: string;
  path: string;
  /** What is there when the page has come up. */
  ready: string;
  /** Also with the first row's details open. */
  details?: boolean;
  /** It stands on what was prepared, so it is taken only of a demo of one's own. */
  prepared?: boolean;
}

/** A draft that asks for China 6 at once, to be looked at beside the version in force, and a what-if by it. */
const DRAFT = 'xinzhou-2021-2';

const LIST = '[data-test=rows], .empty';
const OFFICE: Route[] = [
  { name: 'findings', path: '/findings', ready: LIST, details: true },
  { name: 'decisions', path: '/decisions', ready: LIST, details: true },
  { name: 'observations', path: '/observations', ready: LIST, details: true },
  { name: 'registry-vehicles', path: '/registry/vehicles', ready: LIST, details: true },
  { name: 'registry-enterprises', path: '/registry/enterprises', ready: LIST },
  { name: 'registry-devices', path: '/registry/devices', ready: LIST },
  { name: 'registry-zones', path: '/registry/zones', ready: LIST },
  { name: 'registry-deliveries', path: '/registry/deliveries', ready: LIST },
  { name: 'responses', path: '/responses', ready: '[data-test=responses] .now' },
  { name: 'response-new', path: '/responses/new', ready: '[data-test=county-map][data-ready=true]' },
  { name: 'zones', path: '/zones', ready: '[data-zone]' },
  { name: 'zone-edit', path: '/zones/Z-CENTRE/edit', ready: '[data-test=zone-check]' },
  { name: 'phase-out', path: '/phase-out', ready: LIST },
  { name: 'devices', path: '/devices', ready: LIST, details: true },
  { name: 'enterprises', path: '/enterprises', ready: '[data-enterprise]' },
  { name: 'enterprise', path: '/enterprises/E03', ready: 'canvas' },
  { name: 'enterprise-rows', path: '/enterprises/E03/rows', ready: LIST, details: true },
  { name: 'report', path: '/enterprises/E03/report', ready: '[data-test=report][data-ready=true]' },
  { name: 'ledger-transport', path: '/ledgers/transport', ready: LIST, details: true },
  { name: 'ledger-in-plant', path: '/ledgers/in-plant', ready: LIST, details: true },
  { name: 'ledger-machinery', path: '/ledgers/machinery', ready: LIST, details: true },
  { name: 'machinery', path: '/machinery', ready: LIST, details: true },
  { name: 'machinery-declarations', path: '/machinery/declarations', ready: LIST },
  { name: 'machinery-findings', path: '/machinery/findings', ready: LIST, details: true },
  { name: 'policies', path: '/policies', ready: '[data-row]' },
  { name: 'policy', path: '/policies/xinzhou-2021', ready: '[data-part=account]' },
  { name: 'policy-draft', path: `/policies/${DRAFT}`, ready: '[data-test=changes]', prepared: true },
  { name: 'policy-edit', path: `/policies/${DRAFT}/edit`, ready: '[data-part=basis]', prepared: true },
  { name: 'jobs', path: '/jobs', ready: LIST },
  { name: 'job', path: '/jobs/:job', ready: '[data-test=what-if-result]', prepared: true },
  { name: 'job-rows', path: '/jobs/:job?view=rows', ready: LIST, details: true, prepared: true },
  { name: 'dead-letters', path: '/dead-letters', ready: LIST, details: true },
];
/**
 * Pages that are no room of the alert's own, by who looks at them (users of the demo). Who builds a page adds its line here: each is
 * taken in every look.
 */
const ROUTES: Record<string, Route[]> = {
  bureau: OFFICE,
  admin: [
    { name: 'users', path: '/users', ready: LIST, details: true },
    { name: 'tokens', path: '/tokens', ready: LIST },
    { name: 'audit-log', path: '/audit-log', ready: LIST, details: true },
  ],
  e04: [
    { name: 'home', path: '/home', ready: '[data-test=lane]' },
    { name: 'responses-own', path: '/responses', ready: '[data-test=responses] .now' },
    { name: 'enterprise-own', path: '/enterprises', ready: 'canvas' },
  ],
  police: [{ name: 'duty', path: '/duty', ready: 'main h1' }],
};

/** Starts the demo and reads from its words where it is and who may look. */
async function startDemo(): Promise<{ url: string; passwords: Map<string, string>; stop(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(root, 'scripts', 'demo.ts'), '--port', '0', '--speed', String(options.speed)],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, MQTT_PORT: '0' } },
  );
  const ended = new Promise<void>((settle) => child.once('exit', () => settle()));
  const passwords = new Map<string, string>();
  const found = new Promise<{ url: string }>((settle) => {
    let url = '';
    createInterface({ input: child.stdout }).on('line', (line) => {
      url = /CleanHaul\s+(http\S+)/.exec(line)?.[1] ?? url;
      const [, user, password] = /^ {2}(\w+)\s+(\S+)$/.exec(line) ?? [];
      if (url !== '' && user !== undefined && password !== undefined) passwords.set(user, password);
      // The users stand together; a line without one comes after them.
      if (passwords.has(options.user) && user === undefined) settle({ url });
    });
  });
  const at = await Promise.race([found, ended.then(() => Promise.reject(new Error('the demo did not start')))]);
  return {
    ...at,
    passwords,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Calls the API as the page's user. */
async function ask<T>(page: Page, path: string): Promise<T> {
  return (await page.request.get(new URL(`/api/v1${path}`, page.url()).href)).json() as Promise<T>;
}

async function enter(browser: Browser, url: string, user: string, password: string, look: Look): Promise<Page> {
  const context = await browser.newContext({ viewport: look.size, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  const page = await context.newPage();
  await page.addInitScript(
    `localStorage.setItem('cleanhaul.language', '${look.language}'); localStorage.setItem('cleanhaul.theme', '${look.theme}');`,
  );
  await page.goto(`${url}/sign-in`);
  await page.locator('[data-test=enter]').waitFor();
  if (user === options.user) await shoot(page, 'sign-in', look);
  await signIn(page, user, password);
  return page;
}

async function shoot(page: Page, room: string, look: Look): Promise<void> {
  const name = `${room}-${look.name}`;
  if (options.only !== undefined && !name.includes(options.only)) return;
  await sleep(1200); // what slides in has arrived
  const path = join(out, `${name}.png`);
  await page.screenshot({ path });
  if (options.docs && DOCUMENTED.includes(name)) await copyFile(path, join(root, 'docs', 'images', `${name}.png`));
  console.log(name);
}

/** One alert of each code, the one that has most to show. */
function oneOfEach(alerts: Listed[]): Listed[] {
  const best = new Map<string, Listed>();
  for (const alert of alerts) {
    const known = best.get(`${alert.rule}-${alert.code}`);
    if (!known || alert.count > known.count) best.set(`${alert.rule}-${alert.code}`, alert);
  }
  return [...best.values()];
}

async function takeRooms(page: Page, url: string, look: Look): Promise<void> {
  const { items } = await ask<{ items: Listed[] }>(page, '/alerts?limit=1000');
  const standing = items.filter((alert) => alert.state !== 'withdrawn');
  const picked =
    standing.find(({ code }) => code === 'below-stage') ?? standing.find(({ rule }) => rule === 'peak-shift') ?? standing[0];
  const visit = async (room: string, path: string, ready: string, deed?: () => Promise<void>) => {
    const name = `${room}-${look.name}`;
    if (options.only !== undefined && !name.includes(options.only)) return;
    await page.goto(url + path);
    await page.locator(ready).first().waitFor();
    await deed?.();
    await shoot(page, room, look);
  };
  await visit('board', '/', '[data-alert]');
  if (look.size === PHONE)
    await visit('board-map', '/', '[data-alert]', async () => {
      await page.locator('[data-test=switch]').click();
      await page.locator('[data-ready=true]').waitFor();
    });
  if (picked) {
    await visit('drawer', `/?open=${picked.id}`, '[data-test=verdict]');
    await visit('alert', `/alerts/${picked.id}`, '[data-test=evidence]');
  }
  await visit('gates', '/gates', '[data-test=lane]');
  await visit('overview', '/overview', 'canvas');
  await visit('remote-sensing', '/remote-sensing', 'canvas');
  await visit('urea', '/urea', '[data-test=count]');
  await visit('map', '/map', '[data-ready=true]');
  if (picked?.vehicle) await visit('vehicle', `/vehicles/${picked.vehicle.number}/${picked.vehicle.color}`, '[data-test=story]');
  for (const alert of look.name.endsWith('desk') ? oneOfEach(standing) : [])
    await visit(`alert-${alert.rule}-${alert.code}`, `/alerts/${alert.id}`, '[data-test=verdict]');
}

/** Makes the draft and the what-if that pages of the policy stand on. @returns the job */
async function prepare(page: Page): Promise<string> {
  const post = async (path: string, data: object) => {
    const answer = await page.request.post(new URL(`/api/v1${path}`, page.url()).href, { data });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as { job: string };
  };
  const { policy } = await ask<{ policy: Policy }>(page, '/policies/xinzhou-2021');
  const rules = structuredClone(policy.rules);
  rules['emission-standard'].requirements = [{ from: '2021-01-01', stage: 6 }];
  rules['remote-sensing'].opacityPercent = 20;
  await post('/policies', { ...policy, version: DRAFT, rules });
  const { at } = await ask<{ at: string }>(page, '/time');
  const day = civilDate(Date.parse(at));
  return (await post('/what-if', { policy: DRAFT, from: `${day}T00:00:00+08:00`, to: at })).job;
}

/** The pages of one user of the demo. @param job the what-if that was prepared; absent where nothing was */
async function takeRoutes(page: Page, url: string, look: Look, routes: Route[], job?: string): Promise<void> {
  for (const { name, path, ready, details, prepared } of routes) {
    if (options.only !== undefined && !`${name}-${look.name}`.includes(options.only)) continue;
    if (prepared === true && job === undefined) continue;
    await page.goto(url + path.replace(':job', job ?? ''));
    await page.locator(ready).first().waitFor();
    await shoot(page, name, look);
    const row = page.locator('[data-row]').first();
    if (!details || (await row.count()) === 0) continue;
    await row.click({ position: { x: 4, y: 4 } });
    await page.locator('[data-test=panel]').waitFor();
    await shoot(page, `${name}-details`, look);
  }
}

await mkdir(out, { recursive: true });
await mkdir(join(root, 'docs', 'images'), { recursive: true });
const demo = options.url === undefined ? await startDemo() : undefined;
const url = demo?.url ?? options.url!;
const passwords = demo?.passwords ?? new Map([[options.user, options.password ?? '']]);
const browser = await startBrowser();
let job: string | undefined;
try {
  for (const [i, look] of LOOKS.entries()) {
    const page = await enter(browser, url, options.user, passwords.get(options.user) ?? '', look);
    for (;;) {
      const { items } = await ask<{ items: unknown[] }>(page, '/alerts?state=open,acknowledged&limit=1000');
      if (i > 0 || items.length >= options.alerts) break;
      await sleep(1000);
    }
    if (demo && options.user === 'bureau') job ??= await prepare(page);
    await takeRooms(page, url, look);
    await page.context().close();
    for (const [user, routes] of Object.entries(ROUTES)) {
      const password = passwords.get(user);
      if (password === undefined) continue;
      const theirs = await enter(browser, url, user, password, look);
      await takeRoutes(theirs, url, look, routes, job);
      await theirs.context().close();
    }
  }
} finally {
  await browser.close();
  await demo?.stop();
}
