import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { formatInstant, HOUR, parseInstant } from '../devices/contract/instant.ts';
import { planDay } from '../devices/simulators/city/day.ts';
import { startProcesses, type CityProcesses } from '../devices/simulators/city/processes.ts';
import { pictureTruth, requirePictures } from '../devices/simulators/pictures/plan.ts';
import { ndjson } from '../devices/simulators/city/write.ts';

/**
 * `npm run demo`: the whole platform with a seeded registry and a city of simulated devices, on a clock of its own. Everything it keeps
 * lies in a folder of its own, which is removed at the end unless `--data-dir` names one.
 */
const program = new Command()
  .name('npm run demo --')
  .option('--speed <x>', 'city seconds per real second', Number, 60)
  .option('--date <YYYY-MM-DD>', 'the civil day that is played', '2021-11-15')
  .option('--seed <n>', 'the same seed gives the same city', Number, 7)
  .option('--from <hours>', 'hour of the day at which it begins', Number, 6.75)
  .option('--scale <x>', 'traffic besides the planted cheats', Number, 1)
  .option('--city <name>', 'xinzhou, yangquan, tangshan, or any word: a city is invented from it', 'xinzhou')
  .option('--port <n>', 'port of console and API (a free one if it is taken)', Number, Number(process.env.PORT ?? 8080))
  .option('--data-dir <dir>', 'keep everything here instead of a temporary folder; it must be new or empty');
const options = program.parse().opts<{
  speed: number;
  date: string;
  seed: number;
  from: number;
  scale: number;
  city: string;
  port: number;
  dataDir?: string;
}>();

const root = resolve(import.meta.dirname, '..');
const say = (line = '') => console.log(line);
const ending: (() => Promise<unknown> | void)[] = [];
let stopping = false;

async function stop(code: number): Promise<never> {
  if (!stopping) {
    stopping = true;
    for (const end of ending.splice(0).reverse()) await Promise.resolve(end()).catch(() => undefined);
    process.exit(code);
  }
  return new Promise(() => undefined);
}

function fail(message: string): Promise<never> {
  console.error(`\n${message}`);
  return stop(1);
}

/** The port itself if nobody listens there, else 0: the platform takes a free one. */
function freePort(port: number): Promise<number> {
  return new Promise((settle) => {
    const probe = createServer();
    probe.once('error', () => settle(0));
    probe.listen(port, '127.0.0.1', () => probe.close(() => settle(port)));
  });
}

function run(command: string, args: string[]): Promise<number | null> {
  return new Promise((settle) => spawn(command, args, { cwd: root, stdio: 'inherit' }).on('exit', settle));
}

/** Starts the server and waits for its line `ready http://… mqtt://…`. */
async function startServer(dataDir: string, adminPassword: string, clockStart: number): Promise<{ http: string; mqtt: string }> {
  const server: ChildProcess = spawn(process.execPath, ['--import', 'tsx', join(root, 'server', 'main.ts')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // Ctrl-C reaches this process alone, which ends the others in order
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      PORT: String(await freePort(options.port)),
      MQTT_PORT: String(await freePort(Number(process.env.MQTT_PORT ?? 1883))),
      ADMIN_PASSWORD: adminPassword,
      CLOCK_START: formatInstant(clockStart),
      CLOCK_SPEED: String(options.speed),
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
    },
  });
  const gone = new Promise<number | null>((settle) => server.once('exit', settle));
  ending.push(async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGTERM');
    const hard = setTimeout(() => server.kill('SIGKILL'), 12_000);
    await gone;
    clearTimeout(hard);
  });
  process.on('exit', () => server.exitCode === null && server.kill('SIGKILL'));
  const words: string[] = [];
  createInterface({ input: server.stderr as NodeJS.ReadableStream }).on('line', (line) => {
    words.push(line);
    if (words.length > 40) words.shift();
    process.stderr.write(`${line}\n`);
  });
  const ready = new Promise<{ http: string; mqtt: string }>((settle) => {
    createInterface({ input: server.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const match = /^ready (\S+) (\S+)/.exec(line);
      if (match?.[1] !== undefined && match[2] !== undefined) settle({ http: match[1], mqtt: match[2] });
      else if (line.startsWith('{"level":50') || line.startsWith('{"level":60')) process.stderr.write(`${line}\n`);
    });
  });
  const started = await Promise.race([ready, gone.then((code) => ({ code }))]);
  if ('code' in started)
    return fail(`the platform did not start (exit ${started.code}); what it said stands above · 平台未能启动，原因见上`);
  void gone.then((code) => (stopping ? undefined : fail(`the platform ended by itself (exit ${code})`)));
  return started;
}

interface Answer {
  status: number;
  json: Record<string, unknown>;
}

/** A signed-in caller of the HTTP interface. */
function createCaller(base: string) {
  let cookie = '';
  return async function call(method: string, path: string, body?: object | string): Promise<Answer> {
    const response = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(body !== undefined && { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const set = response.headers.getSetCookie().map((c) => c.split(';')[0]);
    if (set.length > 0) cookie = set.join('; ');
    const text = await response.text();
    return { status: response.status, json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} };
  };
}

process.on('SIGINT', () => {
  if (!stopping) say('\nstopping…');
  void stop(0);
});
process.on('SIGTERM', () => void stop(0));

const day = planDay(options);
const dataDir = options.dataDir === undefined ? await mkdtemp(join(tmpdir(), 'cleanhaul-demo-')) : resolve(options.dataDir);
await mkdir(dataDir, { recursive: true });
if (options.dataDir === undefined) ending.push(() => rm(dataDir, { recursive: true, force: true }));

if (!existsSync(join(root, 'web', 'dist', 'index.html')) && existsSync(join(root, 'web', 'vite.config.ts'))) {
  say('building the console…');
  const code = await run(process.execPath, [
    join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
    'build',
    '--config',
    'web/vite.config.ts',
  ]);
  if (code !== 0) await fail('the console could not be built: npm run build says why');
}

say('starting the platform…');
const password = () => randomBytes(9).toString('base64url');
const adminPassword = password();
const server = await startServer(dataDir, adminPassword, day.dayStart + options.from * HOUR);
const call = createCaller(server.http);
const signIn = await call('POST', '/session', { username: 'admin', password: adminPassword });
if (signIn.status >= 300) await fail(`signing in as admin failed: ${signIn.status} ${JSON.stringify(signIn.json)}`);

say('importing the registry of an invented city…');
const secrets: Record<string, string> = {};
for (const [collection, rows] of Object.entries(requirePictures(day.registry))) {
  const { status, json } = await call('PUT', `/registry/${collection}`, ndjson(rows));
  if (status === 404) {
    say(`  ${collection}: not kept by this version`);
    continue;
  }
  if (status >= 300 || Number(json.rejected) > 0)
    await fail(`${collection} was not taken: ${status} ${JSON.stringify(json).slice(0, 2000)}`);
  for (const s of (json.secrets ?? []) as { kind: string; id: string; secret: string }[]) secrets[`${s.kind}/${s.id}`] = s.secret;
}
const secretsFile = join(dataDir, 'device-secrets.json');
// What was planted, that of the pictures included, for whoever wants to compare.
await writeFile(join(dataDir, 'truth.ndjson'), ndjson([...day.truth, ...pictureTruth(day)]));
await writeFile(secretsFile, JSON.stringify(secrets), { mode: 0o600 });

const users = [
  { username: 'police', name: '忻州交警（演示）', role: 'police' },
  { username: 'bureau', name: '忻州市生态环境局（演示）', role: 'bureau' },
  { username: 'e04', name: '管涔煤业（演示）', role: 'enterprise', enterpriseId: 'E04' },
].map((user) => ({ ...user, password: password() }));
for (const user of users) {
  const { status, json } = await call('POST', '/users', user);
  if (status >= 300) await fail(`the user ${user.username} was not made: ${status} ${JSON.stringify(json)}`);
}

say(`starting ${Object.keys(secrets).length} devices…`);
const asked = Date.now();
const time = await call('GET', '/time');
const anchor = { real: Math.round((asked + Date.now()) / 2), start: parseInstant(String(time.json.at)), speed: options.speed };
if (Number.isNaN(anchor.start)) await fail(`the platform did not say its time: ${time.status} ${JSON.stringify(time.json)}`);
const city: CityProcesses = startProcesses(
  {
    url: server.mqtt,
    secrets: secretsFile,
    data: join(dataDir, 'devices'),
    seed: options.seed,
    date: options.date,
    scale: options.scale,
    city: options.city,
    http: server.http,
    ...anchor,
  },
  (line) => stopping || console.error(line),
);
ending.push(() => city.stop());
await city.ready.catch((error: Error) => fail(error.message));

say(`
  CleanHaul  ${server.http}
  MQTT       ${server.mqtt}

  user     password
${[{ username: 'admin', password: adminPassword }, ...users].map((u) => `  ${u.username.padEnd(8)} ${u.password}`).join('\n')}

  ${options.date}, ${options.speed} × real time, seed ${options.seed}. Ctrl-C ends it.
`);

/** Alerts that stand; more than a thousand are not counted out. */
async function countAlerts(): Promise<string> {
  const away: Answer = { status: 0, json: {} };
  const { status, json } = await call('GET', '/alerts?limit=1000').catch(() => away);
  if (status !== 200 || !Array.isArray(json.items)) return '–';
  const standing = (json.items as { state?: string }[]).filter((alert) => alert.state !== 'withdrawn');
  return `${standing.length}${json.next ? '+' : ''}`;
}

const live = process.stdout.isTTY;
const tick = setInterval(() => {
  void countAlerts().then((alerts) => {
    if (stopping) return;
    const t = city.tally();
    const now = formatInstant(anchor.start + (Date.now() - anchor.real) * anchor.speed);
    const line = `${now.slice(0, 10)} ${now.slice(11, 16)}  passed ${t.passed ?? 0} · refused ${t.refused ?? 0} · decided alone ${t.alone ?? 0} · stored ${t.settled ?? 0} · photos ${t.uploaded ?? 0} · waiting ${t.queued ?? 0} · alerts ${alerts}`;
    if (live) process.stdout.write(`\r\x1b[K${line}`);
    else say(line);
  });
}, live ? 1_000 : 5_000); // prettier-ignore
ending.push(() => clearInterval(tick));
