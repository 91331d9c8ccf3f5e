import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { MongoClient, type IndexDescription } from 'mongodb';
import { startMongod } from '../server/embedded/mongod.ts';
import { createLog } from '../server/log.ts';
import type { LatencyTask, ThroughputTask } from './bench/generator.ts';
import { measureLists } from './bench/lists.ts';
import { measureLive } from './bench/live.ts';
import { preload } from './bench/preload.ts';
import { measureWhatIf } from './bench/what-if.ts';
import { cpuSeconds, generate, seedRegistry, startBroker, startFloor, startPlatform, type Part } from './bench/parts.ts';
import { profileTable, summariseProfile } from './bench/profile.ts';
import { listTables, tables, type BenchResult, type ThroughputRow } from './bench/report.ts';

/**
 * `npm run bench`: the platform beside the bare floor (subscribe, JSON.parse, insertMany), on one broker and one mongod, and the time a
 * gate waits beside a bare round trip. Only ratios within a run mean anything: machines differ, and so do hours of the day.
 */
const program = new Command()
  .name('npm run bench --')
  .option('--seconds <n>', 'measured seconds of each throughput run', Number, 15)
  .option('--rounds <n>', 'pairs of floor and platform', Number, 2)
  .option('--latency-seconds <n>', 'measured seconds of each latency run', Number, 8)
  .option(
    '--only <parts>',
    'of: mix, gates, latency, stored, live, what-if, lists (comma-separated)',
    'mix,gates,latency,stored,live,what-if,lists',
  )
  .argument('[parts]', 'the same, without --only')
  .option('--what-if <n>', 'stored observations of the part `what-if`', Number, 200_000)
  .option('--stored <n>', 'stored observations, and registered vehicles, of the part `stored`', Number, 1_000_000)
  .option('--rows <n>', 'rows of each list of the part `lists`', Number, 1_000_000)
  .option('--most <n>', 'messages prepared per measured or warm-up second', Number, 11_000)
  .option('--rates <list>', 'arrivals a second of the latency runs', '100,300,500')
  .option('--profile', 'profile the platform in its last mix run and print where the time goes', false)
  .option('--write-docs', 'put the tables into docs/performance.md', false);
const options = program.parse().opts<{
  seconds: number;
  rounds: number;
  latencySeconds: number;
  only: string;
  stored: number;
  whatIf: number;
  rows: number;
  most: number;
  rates: string;
  profile: boolean;
  writeDocs: boolean;
}>();
const parts = new Set((program.args[0] ?? options.only).split(','));

/** Until every truck has been seen: then what is looked up is in memory. */
const WARMUP_SECONDS = 10;
const WINDOW = 4000;
/** How long the judging of marked hours is watched. */
const DUE_SECONDS = 10;
const root = resolve(import.meta.dirname, '..');
const log = createLog('error');
const directory = await mkdtemp(join(tmpdir(), 'cleanhaul-bench-'));
const ending: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true, maxRetries: 5 })];
const say = (text = '') => process.stdout.write(`${text}\n`);

async function end(code: number): Promise<never> {
  for (const part of ending.splice(0).reverse()) await part().catch(() => undefined);
  process.exit(code);
}
process.on('SIGINT', () => void end(130));
process.on('SIGTERM', () => void end(143));

/** Takes a part into the list of what is ended, and out of it when it is stopped. */
function held<P extends Part>(part: P): P {
  const stop = () => part.stop();
  ending.push(stop);
  return {
    ...part,
    async stop() {
      ending.splice(ending.indexOf(stop), 1);
      await part.stop();
    },
  };
}

/** Of the profiled run: what mongod did, per thousand messages. */
let storeUse = '';

async function bench(): Promise<BenchResult> {
  const load = loadavg()[0]!;
  const mongod = await startMongod({ dataDir: directory, log, cacheGb: 4 });
  ending.push(() => mongod.stop());
  const brokerDirectory = join(directory, 'broker');
  await mkdir(brokerDirectory);
  const broker = held(await startBroker(brokerDirectory, log));
  const client = await new MongoClient(mongod.uri).connect();
  ending.push(() => client.close());
  const { version } = (await client.db('admin').command({ buildInfo: 1 })) as unknown as { version: string };
  const result: BenchResult = {
    at: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? '?',
      cores: availableParallelism(),
      memoryGb: Math.round(totalmem() / 2 ** 30),
      node: process.version.slice(1),
      mongod: version,
      broker: broker.name,
      load,
    },
    settings: { seconds: options.seconds, rounds: options.rounds, latencySeconds: options.latencySeconds },
    throughput: [],
    latency: [],
    live: [],
  };
  say(`${result.machine.cpu}, ${result.machine.cores} cores · Node ${result.machine.node} · mongod ${version} · ${broker.name}`);

  let databases = 0;
  /** A database of its own with the registry in it, and the platform on it. @param like a run whose stored messages are there many times */
  async function platformOn(profile?: string, like?: string): Promise<{ part: Part; database: string }> {
    const database = `bench${++databases}`;
    await seedRegistry(mongod.uri.replace('/cleanhaul', `/${database}`), log);
    if (like !== undefined) {
      const filled = { mongo: mongod.uri, database, like, vehicles: options.stored, observations: options.stored };
      const there = await preload(filled);
      say(`stored before: ${there.observations} observations, ${there.vehicles} vehicles`);
    }
    const where = { mongo: mongod.uri, database, broker, directory: join(directory, database) };
    return { part: held(await startPlatform({ ...where, ...(profile !== undefined && { profile }) })), database };
  }

  async function floorOn(indexes: IndexDescription[], answer = false): Promise<{ part: Part; database: string }> {
    const database = `bench${++databases}`;
    return { part: held(await startFloor({ mongo: mongod.uri, database, broker, indexes, answer })), database };
  }

  /** The observations' indexes as the platform makes them. */
  async function observationIndexes(): Promise<IndexDescription[]> {
    const { part, database } = await platformOn();
    await part.stop();
    const indexes = await client.db(database).collection('observations').listIndexes().toArray();
    await client.db(database).dropDatabase();
    return indexes
      .filter((index) => index.name !== '_id_')
      .map(({ v: _v, ns: _ns, background: _b, ...rest }) => rest as IndexDescription);
  }

  /** @param keep whether its database is left there; @param like what the platform finds stored already (`preload`) */
  async function measure(
    round: number,
    messages: 'mix' | 'gates',
    who: 'floor' | 'platform',
    { keep = false, like }: { keep?: boolean; like?: string } = {},
  ): Promise<ThroughputRow & { database: string }> {
    const profiled = options.profile && who === 'platform' && messages === 'mix' && round === options.rounds;
    const { part, database } =
      who === 'floor' ? await floorOn(indexes) : await platformOn(profiled ? directory : undefined, like);
    const pids = [part.pid, mongod.pid(), broker.pid];
    let used: number[] = [];
    const note = (begins: boolean) => (used = pids.map((pid, i) => (begins ? cpuSeconds(pid) : cpuSeconds(pid) - used[i]!)));
    const task: ThroughputTask = {
      task: 'throughput',
      broker,
      mongo: mongod.uri,
      database,
      collection: who === 'floor' ? 'floor' : 'observations',
      messages,
      warmupSeconds: WARMUP_SECONDS,
      seconds: options.seconds,
      most: (options.seconds + WARMUP_SECONDS) * options.most,
      window: WINDOW,
      receipts: who === 'platform',
    };
    // What was written and dropped before is behind the store.
    await client.db('admin').command({ fsync: 1 });
    const measured = await generate(task, note);
    const [receiver, mongo, brokers] = used.map((s) => (s / (measured.perSecond * measured.seconds)) * 1e6);
    if (profiled) storeUse = `${await useOfStore(database, measured.stored)}\n${await foundIn(database, measured.stored)}`;
    const due = who === 'platform' && messages === 'mix' ? await judgeDue(database) : undefined;
    await part.stop();
    if (!keep) await client.db(database).dropDatabase();
    const row = {
      database,
      round,
      messages,
      who,
      result: measured,
      cpu: { receiver: receiver!, mongod: mongo!, broker: brokers! },
      ...(due && { due }),
    };
    say(
      `${messages} ${who}: ${Math.round(measured.perSecond)}/s stored · ${measured.stored} messages${who === 'platform' ? `, ${measured.receipted} receipted, ${measured.rejected} rejected` : ''} · CPU µs/message: receiver ${Math.round(receiver!)}, mongod ${Math.round(mongo!)}, broker ${Math.round(brokers!)}${due ? ` · ${due.hours} hours due, ${due.judged} judged in ${due.seconds.toFixed(1)} s` : ''}`,
    );
    return row;
  }

  /** What mongod did for the platform: by collection the operations and its time, per thousand messages. */
  async function useOfStore(database: string, messages: number): Promise<string> {
    interface Use {
      time: number;
      count: number;
    }
    const { totals } = (await client.db('admin').command({ top: 1 })) as unknown as {
      totals: Record<string, Record<string, Use>>;
    };
    const rows = Object.entries(totals)
      .filter(([name]) => name.startsWith(`${database}.`) || name === 'local.oplog.rs')
      .map(([name, { total, queries, insert, update, remove, getmore, commands }]) => {
        const per = (n: number) => ((n / messages) * 1000).toFixed(1);
        const counts = [queries, insert, update, remove, getmore, commands].map((use) => per(use?.count ?? 0)).join(' | ');
        return { time: total!.time, line: `| ${name.replace(/^[^.]*\./, '')} | ${counts} | ${per(total!.time / 1000)} |` };
      })
      .sort((a, b) => b.time - a.time)
      .slice(0, 14);
    const head = '| collection | queries | inserts | updates | removes | getmores | commands | ms (waiting included) |';
    return [head, '|---|---:|---:|---:|---:|---:|---:|---:|', ...rows.map((r) => r.line), ''].join('\n');
  }

  /** What was found, by code and status, per thousand messages. */
  async function foundIn(database: string, messages: number): Promise<string> {
    const about = { rule: '$rule', code: '$code', status: '$status' };
    const found = await client.db(database).collection('findings').aggregate<{ _id: typeof about; n: number }>([{ $group: { _id: about, n: { $sum: 1 } } }, { $sort: { n: -1 } }]).toArray(); // prettier-ignore
    const rows = found.map(
      ({ _id: { rule, code, status }, n }) => `| ${rule} | ${code} | ${status} | ${((n / messages) * 1000).toFixed(1)} |`,
    );
    return ['| rule | code | status | findings |', '|---|---|---|---:|', ...rows, ''].join('\n');
  }

  /** Makes the hours that telemetry marked due now, and sees how many of them are judged how fast. */
  async function judgeDue(database: string): Promise<{ hours: number; judged: number; seconds: number }> {
    const work = client.db(database).collection('due_work');
    const hours = await work.countDocuments();
    const began = performance.now();
    await work.updateMany({}, { $set: { dueAt: new Date() } });
    let left = hours;
    while (left > 0 && performance.now() - began < DUE_SECONDS * 1000) {
      await sleep(50);
      left = await work.countDocuments();
    }
    return { hours, judged: hours - left, seconds: (performance.now() - began) / 1000 };
  }

  if (parts.has('lists')) {
    const database = `bench${++databases}`;
    const uri = mongod.uri.replace('/cleanhaul', `/${database}`);
    result.lists = await measureLists({ uri, rows: options.rows, log, say });
    await client.db(database).dropDatabase();
  }
  if ([...parts].every((part) => part === 'lists')) return result;

  const indexes = await observationIndexes();
  for (let round = 1; round <= options.rounds; round++) {
    for (const messages of ['mix', 'gates'] as const) {
      if (!parts.has(messages)) continue;
      // Every second round the other way round: what drifts on the machine must not favour one of them.
      const order = round % 2 === 1 ? (['floor', 'platform'] as const) : (['platform', 'floor'] as const);
      for (const who of order) result.throughput.push(await measure(round, messages, who));
    }
  }

  if (parts.has('latency')) {
    const rates = options.rates.split(',').map(Number);
    let run = 0;
    for (const who of ['floor', 'platform'] as const) {
      const { part, database } = who === 'floor' ? await floorOn(indexes, true) : await platformOn();
      const once = (perSecond: number, telemetryPerSecond: number, seconds: number) => {
        const task: LatencyTask = {
          task: 'latency',
          broker,
          perSecond,
          telemetryPerSecond,
          warmupSeconds: 2,
          seconds,
          run: ++run,
        };
        return generate(task);
      };
      await once(300, 500, 5);
      for (const telemetryPerSecond of [0, 1000]) {
        for (const perSecond of rates) {
          const measured = await once(perSecond, telemetryPerSecond, options.latencySeconds);
          result.latency.push({ who, perSecond, telemetryPerSecond, result: measured });
          say(
            `${perSecond} arrivals/s beside ${telemetryPerSecond} telemetry/s, ${who}: p50 ${measured.p50.toFixed(1)} ms, p99 ${measured.p99.toFixed(1)} ms, answered ${measured.answered}/${measured.asked}`,
          );
        }
      }
      await part.stop();
      await client.db(database).dropDatabase();
    }
  }

  if (parts.has('stored')) {
    // The runs alternate, so that what drifts on the machine favours neither.
    const first = await measure(1, 'mix', 'platform', { keep: true });
    const filled = await measure(1, 'mix', 'platform', { like: first.database });
    const again = await measure(2, 'mix', 'platform');
    await client.db(first.database).dropDatabase();
    const empty = (first.result.perSecond + again.result.perSecond) / 2;
    result.stored = { stored: options.stored, empty, filled: filled.result.perSecond };
    say(
      `with ${options.stored} observations and vehicles stored: ${(filled.result.perSecond / empty).toFixed(2)} of an empty store`,
    );
  }

  if (parts.has('live')) {
    for (const [perSecond, stalled] of [
      [500, 0],
      [500, 20],
      [1000, 0],
    ] as const) {
      const database = `bench${++databases}`;
      const row = await measureLive({
        mongo: mongod.uri.replace('/cleanhaul', `/${database}`),
        log,
        consoles: 200,
        perSecond,
        seconds: options.seconds,
        stalled,
      });
      await client.db(database).dropDatabase();
      result.live.push(row);
      say(
        `live: ${row.consoles} consoles (${stalled} stalled), ${perSecond} alerts/s: p50 ${row.result.p50.toFixed(0)} ms, p99 ${row.result.p99.toFixed(0)} ms, ${(row.core * 100).toFixed(0)} % of a core, ${row.result.deliveries} items delivered, ${row.result.wrong} wrong, memory ${row.rss.map((mb) => mb.toFixed(0)).join(' → ')} MB`,
      );
    }
  }
  if (parts.has('what-if')) {
    const { part, database } = await platformOn();
    const uri = mongod.uri.replace('/cleanhaul', `/${database}`);
    const load: ThroughputTask = {
      task: 'throughput',
      broker,
      mongo: mongod.uri,
      database,
      collection: 'observations',
      messages: 'mix',
      warmupSeconds: 2,
      seconds: 5,
      most: 7 * options.most,
      window: WINDOW,
      receipts: true,
    };
    await generate(load, () => undefined);
    let run = 1000;
    const row = await measureWhatIf({
      db: client.db(database),
      uri,
      observations: options.whatIf,
      latency: () =>
        generate({ task: 'latency', broker, perSecond: 100, telemetryPerSecond: 300, warmupSeconds: 2, seconds: options.latencySeconds, run: ++run }), // prettier-ignore
    });
    await part.stop();
    await client.db(database).dropDatabase();
    result.whatIf = row;
    for (const r of row.runs)
      say(
        `what-if over ${r.looked}: ${Math.round(r.perSecond)}/s, ${Math.round(r.perCpuSecond)} per second of one core, bare read ${Math.round(r.barePerSecond)}/s (ratio ${(r.perSecond / r.barePerSecond).toFixed(2)}), memory ${Math.round(r.rss)} MB`,
      );
    say(
      `gates: p99 ${row.gates.without.p99.toFixed(1)} ms without a job, ${row.gates.beside.p99.toFixed(1)} ms beside one that looks at ${Math.round(row.besidePerSecond)}/s`,
    );
  }
  return result;
}

/** Replaces what stands between two marks in docs/performance.md. */
async function writeDocs(name: string, text: string): Promise<void> {
  const file = join(root, 'docs', 'performance.md');
  const docs = await readFile(file, 'utf8');
  const [start, stop] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [docs.indexOf(start), docs.indexOf(stop)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no marks ${start} … ${stop}`);
  await writeFile(file, `${docs.slice(0, from + start.length)}\n\n${text.trim()}\n\n${docs.slice(to)}`);
}

try {
  const result = await bench();
  const text = tables(result);
  say(`\n${text}`);
  await mkdir(join(root, 'bench-results'), { recursive: true });
  const file = join('bench-results', `${result.at.replace(/[:.]/g, '-')}.json`);
  await writeFile(join(root, file), JSON.stringify(result, null, 1));
  say(`written to ${file}`);
  if (options.writeDocs && result.lists) await writeDocs('lists', listTables(result.lists, 12));
  if (options.writeDocs && result.throughput.length > 0) await writeDocs('bench', text);
  if (options.profile) {
    const profile = await summariseProfile(directory);
    say(
      `\n${profileTable(profile)}\n${storeUse}\n${profile.functions.map((f) => `${(f.share * 100).toFixed(1)} % ${f.name}`).join('\n')}`,
    );
    if (options.writeDocs) await writeDocs('profile', `${profileTable(profile)}\n${storeUse}`);
  }
  await end(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  await end(1);
}
