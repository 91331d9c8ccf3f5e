import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { MongoClient } from 'mongodb';
import type { Page } from 'playwright-core';
import { COUNTIES } from '../web/src/geo/counties.ts';
import type { AlertDoc } from '../server/alerts/types.ts';
import { openConsole, signIn, startBrowser } from '../test/support/browser.ts';
import { buildConsole } from '../test/support/console-build.ts';
import { startMongo } from '../test/support/mongo.ts';
import { startPlatformProcess } from '../test/support/platform.ts';

/**
 * `npm run bench:board`: the alert board over a store of 100 000 alerts to be done, in a real browser. Races to the end,
 * scrolls again at a hand's pace, throws the bar to and fro, and takes a colleague's step while all is loaded; tells frame
 * times beside those of a page at rest, the nodes of the page, pages and how long each was waited for. Exit code 1 where a row is missing, comes twice or the page grew with the list.
 */
const options = new Command()
  .name('npm run bench:board --')
  .option('--alerts <n>', 'alerts in the store', Number, 100_000)
  .option('--step <px>', 'how far a frame scrolls', Number, 1_200)
  .parse()
  .opts<{ alerts: number; step: number }>();

const ADMIN = 'admin-of-a-test';
const DAY = 86_400_000;
/** Nodes of the whole page beyond which rows must have stayed in it. */
const MOST_NODES = 6_000;

/** One of many, each at a place of its own, spread over ninety days. */
function alertOf(n: number, now: number): AlertDoc {
  const at = new Date(now - Math.floor((n / options.alerts) * 90 * DAY));
  const county = COUNTIES[n % COUNTIES.length]!;
  const number = `晋H${String(10_000 + (n % 89_999))}`;
  const id = `bench-${String(n).padStart(6, '0')}`;
  const place = {
    device: `checkpoint/C${n % 60}`,
    name: `${n % 60}号卡口`,
    lon: 112 + (n % 60) / 50,
    lat: 38.2 + (n % 47) / 50,
    county,
  };
  return {
    _id: id, key: id, rev: 1, seq: options.alerts - n, openedSeq: options.alerts - n, rule: 'diversion', code: 'through-traffic',
    state: n % 7 === 0 ? 'acknowledged' : 'open', severity: n % 50 === 0 ? 'critical' : 'warning', worst: 'warning', provisional: false, penal: 1,
    count: 1 + (n % 3), firstAt: at, lastAt: at, newest: at, createdAt: at, updatedAt: at, findings: [`f-${n}`], images: [],
    audiences: ['police'], counties: [county], enterprises: [], plate: `${number},yellow`,
    vehicle: { number, color: 'yellow', stage: String(3 + (n % 4)), known: true }, place, history: [], pending: [], done: [],
  }; // prettier-ignore
}

interface Ride {
  /** ms between frames */
  frames: number[];
  nodes: number;
  /** Rows that were met at two places. */
  moved: number;
  rows: number;
  places: number;
}

const percentile = (values: number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
const told = (frames: number[]) =>
  `${frames.length} frames, ${[0.5, 0.95, 0.99, 1].map((share) => `${share === 1 ? 'worst' : `p${share * 100}`} ${percentile(frames, share).toFixed(0)} ms`).join(', ')}`;

/** Ten steps of a colleague while all is loaded. @returns ms of each task over 50 ms the page had with the news */
async function news(page: Page, url: string): Promise<number[]> {
  await page.evaluate('longTasks.length = 0');
  for (let n = 0; n < 10; n++) {
    const id = `bench-${String(n * 7 + 1).padStart(6, '0')}`;
    const headers = { 'if-match': '"1"' };
    const answer = await page.request.post(`${url}/api/v1/alerts/${id}/acknowledge`, { data: {}, headers });
    if (!answer.ok()) throw new Error(`${id}: ${answer.status()} ${await answer.text()}`);
    await page.waitForTimeout(400);
  }
  return page.evaluate<number[]>('longTasks');
}

const stage = (text: string) => console.error(`… ${text}`);

stage('the console');
await buildConsole();
stage('the platform');
const mongo = await startMongo();
const platform = await startPlatformProcess({ env: { MONGODB_URI: mongo.uri }, startWithinMs: 120_000 });
const browser = await startBrowser();
try {
  const client = await MongoClient.connect(mongo.uri);
  stage('the alerts');
  const alerts = client.db().collection<AlertDoc>('alerts');
  const now = Date.now();
  for (let n = 0; n < options.alerts; n += 5_000)
    await alerts.insertMany(
      Array.from({ length: Math.min(5_000, options.alerts - n) }, (_, i) => alertOf(n + i, now)),
      { ordered: false },
    );
  await client
    .db()
    .collection<{ _id: number; publishedAt: Date }>('live_events')
    .insertOne({ _id: options.alerts, publishedAt: new Date(now) });
  await client.close();
  stage('scrolling');
  const { page, complaints } = await openConsole(browser, platform.url);
  const waits: number[] = [];
  page.on('requestfinished', (request) => {
    if (new URL(request.url()).pathname === '/api/v1/alerts') waits.push(request.timing().responseEnd);
  });
  await page.addInitScript({ path: join(import.meta.dirname, 'bench', 'board-page.js') });
  await page.reload();
  await signIn(page, 'admin', ADMIN);
  await page.locator('[data-alert]').first().waitFor();
  const whole = await page.evaluate<Ride>(`ride(${options.step}, ${options.alerts})`);
  const still = await page.evaluate<number[]>('rest(200)');
  const strolled = await page.evaluate<number[]>('stroll(240, 600)');
  const thrown = await page.evaluate<{ frames: number[]; blank: number }>('drag(100)');
  const busy = await news(page, platform.url);
  const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize');
  console.log(`nothing happens  ${told(still)}`);
  console.log(`a hand's pace    ${told(strolled)} (240 px a frame, all read)`);
  console.log(`to the end       ${whole.rows} rows, ${told(whole.frames)}`);
  console.log(`the bar thrown   ${told(thrown.frames)}, ${thrown.blank} without rows`);
  console.log(
    `pages            ${waits.length}, waited for p50 ${percentile(waits, 0.5).toFixed(0)} ms, worst ${percentile(waits, 1).toFixed(0)} ms`,
  );
  console.log(`10 pieces of news ${busy.length} tasks over 50 ms, worst ${percentile(busy, 1).toFixed(0)} ms`);
  console.log(`nodes of the page ${whole.nodes}, heap ${(heap / 2 ** 20).toFixed(0)} MiB`);
  const wrong = [
    ...(whole.rows === options.alerts ? [] : [`${options.alerts - whole.rows} rows are missing`]),
    ...(whole.places === whole.rows && whole.moved === 0 ? [] : [`${whole.moved} rows changed their place`]),
    ...(whole.nodes <= MOST_NODES ? [] : [`the page grew to ${whole.nodes} nodes`]),
    ...complaints,
  ];
  for (const one of wrong) console.error(one);
  process.exitCode = wrong.length > 0 ? 1 : 0;
} finally {
  await browser.close();
  await platform.stop();
  await rm(platform.dataDir, { recursive: true, force: true, maxRetries: 5 });
  await mongo.stop();
}
