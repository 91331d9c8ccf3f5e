import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from 'mongodb';
import type { ObservationDoc } from '../../server/store/types.ts';
import type { JobDoc } from '../../server/store/jobs.ts';
import { formatInstant } from '../../devices/contract/instant.ts';
import type { Latency } from './generator.ts';
import { DRAFT, type WhatIfRun } from './what-if-run.ts';

/** What a what-if costs: alone over half a period and a whole one, and what gates feel of one. */
export interface WhatIfRow {
  /** Of a half and of the whole of what is stored. */
  runs: WhatIfRun[];
  gates: { without: Latency; beside: Latency };
  /** What the job looked at a second beside the gates. */
  besidePerSecond: number;
}

/** @param latency measures how long gates wait now */
export async function measureWhatIf(o: {
  db: Db;
  uri: string;
  observations: number;
  latency(): Promise<Latency>;
}): Promise<WhatIfRow> {
  const period = await fill(o.db, o.observations);
  const middle = (period.from + period.to) / 2;
  const runs = [await runAlone(o.uri, { ...period, to: middle }), await runAlone(o.uri, period)];
  const without = await o.latency();
  const job = await ask(o.db, period);
  const jobs = o.db.collection<JobDoc>('jobs');
  const done = async () => (await jobs.findOne({ _id: job }))?.done ?? 0;
  while ((await done()) === 0) await sleep(50);
  const [before, began] = [await done(), performance.now()];
  // Over before the gates are: asked for again, so that it runs beside all of them.
  let open = true;
  let earlier = 0;
  const again = (async () => {
    for (let current = job; open; await sleep(50)) {
      const doc = await jobs.findOne({ _id: current });
      if (doc?.state === 'done' && open) {
        earlier += doc.done;
        current = await ask(o.db, period);
      } else if (!open) break;
    }
  })();
  const beside = await o.latency();
  const latest = await jobs.find().sort({ createdAt: -1, _id: -1 }).limit(1).next();
  const looked = earlier + (latest?.state === 'running' ? latest.done : 0) - before;
  const besidePerSecond = looked / ((performance.now() - began) / 1000);
  open = false;
  await again;
  await jobs.updateMany({ state: { $in: ['queued', 'running'] } }, { $set: { state: 'cancelled' } });
  return { runs, gates: { without, beside }, besidePerSecond };
}

/** Copies what is stored, a day earlier and spread evenly over it, to the number asked for. */
async function fill(db: Db, wanted: number): Promise<{ from: number; to: number }> {
  const observations = db.collection<ObservationDoc>('observations');
  const made = await observations.find().sort({ at: 1 }).limit(20_000).toArray();
  const to = made[0]!.at.getTime();
  const from = to - 86_400_000;
  const step = (to - from) / wanted;
  for (let n = 0; n < wanted;) {
    const docs = made.slice(0, wanted - n).map((doc) => {
      const at = new Date(Math.floor(from + n * step));
      return { ...doc, _id: `${doc._id}.${n}`, id: `${doc.id}.${n++}`, at };
    });
    for (let i = 0; i < docs.length; i += 5000) await observations.insertMany(docs.slice(i, i + 5000), { ordered: false });
  }
  return { from, to };
}

/** Puts a job into the store: the platform finds it there. */
async function ask(db: Db, { from, to }: { from: number; to: number }): Promise<string> {
  const id = `bench-${performance.now().toString(36)}`;
  const params = { policy: DRAFT.version, from: formatInstant(from), to: formatInstant(to) };
  await db.collection<JobDoc>('jobs').insertOne({ _id: id, kind: 'what-if', by: 'bench', createdAt: new Date(), params, policy: DRAFT, state: 'queued', done: 0, total: 0 }); // prettier-ignore
  return id;
}

function runAlone(uri: string, { from, to }: { from: number; to: number }): Promise<WhatIfRun> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'what-if-run.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, WHAT_IF_MONGO: uri, WHAT_IF_FROM: String(from), WHAT_IF_TO: String(Math.floor(to)) },
  });
  return new Promise((settle, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) settle(JSON.parse(said.trim().split('\n').at(-1)!) as WhatIfRun);
      else reject(new Error(`the what-if ended with ${code}`));
    });
  });
}
