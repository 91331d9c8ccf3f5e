import { fork, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAlerts } from '../../server/alerts/alerts.ts';
import { alertId } from '../../server/alerts/evolve.ts';
import type { Actor } from '../../server/alerts/types.ts';
import { realClock } from '../../server/clock.ts';
import { guardChild } from '../../server/embedded/guard.ts';
import type { Logger } from '../../server/log.ts';
import { ensureAlertIndexes } from '../../server/store/alerts.ts';
import { connectStore } from '../../server/store/connection.ts';
import { ensureLiveIndexes } from '../../server/store/live-events.ts';
import type { FindingDoc } from '../../server/store/types.ts';
import { createIdentity } from '../../server/users/identity.ts';
import type { LiveClientsTask, LiveMeasured, LiveStored } from './live-clients.ts';
import { cpuSeconds } from './parts.ts';

/** One run of alerts with consoles connected. */
export interface LiveRow {
  consoles: number;
  perSecond: number;
  stored: number;
  result: LiveMeasured;
  /** Share of one core the live server used meanwhile. */
  core: number;
  /** Memory of the live server before and after, MB. */
  rss: [before: number, after: number];
  stalled: number;
}

const root = resolve(import.meta.dirname, '..', '..');
const COUNTIES = Array.from({ length: 14 }, (_, i) => `1409${String(i < 2 ? i + 1 : i + 20).padStart(2, '0')}`);
const ENTERPRISES = 60;

/**
 * Alerts are opened at a steady rate by one process, as the intake does it (findings, then the alerts of their keys); the live part
 * runs in a second; consoles of mixed roles sit in a third. Measured from the acknowledged write to the console's handler.
 */
export async function measureLive(o: {
  mongo: string;
  log: Logger;
  consoles: number;
  perSecond: number;
  seconds: number;
  stalled?: number;
}): Promise<LiveRow> {
  const store = await connectStore(o.mongo, o.log);
  const children: { child: ChildProcess; release: () => void }[] = [];
  const start = async (file: string, env: NodeJS.ProcessEnv = {}) => {
    const child = fork(join(root, 'scripts', 'bench', file), {
      cwd: root,
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, ...env },
    });
    children.push({ child, release: guardChild(child.pid!) });
    return { child, first: await said<{ port?: number }>(child) };
  };
  try {
    await ensureAlertIndexes(store.connection);
    await ensureLiveIndexes(store.connection);
    const identity = createIdentity({ db: store.db, clock: realClock });
    await identity.indexes();
    const owner: Actor = { username: 'bench', name: 'bench', role: 'owner' };
    const tokens = await Promise.all(
      readers(o.consoles).map(async (reader, i) => (await identity.createToken({ name: `console ${i}`, expires: '2099-01-01', ...reader }, owner)).token), // prettier-ignore
    );
    const server = await start('live-server.ts', { LIVE_MONGO: o.mongo });
    const clients = await start('live-clients.ts');
    const stalled = o.stalled ?? 0;
    const url = `http://127.0.0.1:${server.first.port}`;
    await ask(clients.child, { url, tokens, stalled } satisfies LiveClientsTask);

    const alerts = createAlerts({ db: store.db, clock: realClock, log: o.log });
    const findings = store.db.collection<FindingDoc>('findings', { writeConcern: { w: 'majority', journal: true } });
    const stored: LiveStored['stored'] = [];
    let n = 0;
    /** Opens alerts for so long. Batches overlap, as those of several intakes would: a slow write delays no later one. */
    async function open(seconds: number, keep: boolean): Promise<void> {
      const batches: Promise<void>[] = [];
      const began = performance.now();
      for (let i = 0; i < seconds * 20; i++) {
        await sleep(Math.max(0, began + i * 50 - performance.now()));
        const batch = Array.from({ length: Math.round(o.perSecond / 20) }, () => finding((n += 1)));
        batches.push(
          findings
            .insertMany(batch, { ordered: false })
            .then(() => alerts.refresh(batch.map((f) => f.alert!)))
            .then(() => {
              const at = performance.timeOrigin + performance.now();
              if (keep) for (const f of batch) stored.push([`${alertId(f.alert!)} 1`, at]);
            }),
        );
      }
      await Promise.all(batches);
    }

    await open(3, false);
    const memory = async () => (await ask<{ rss: number }>(server.child, 'memory')).rss / 2 ** 20;
    const before = await memory();
    const [used, began] = [cpuSeconds(server.child.pid!), performance.now()];
    await open(o.seconds, true);
    const core = (cpuSeconds(server.child.pid!) - used) / ((performance.now() - began) / 1000);
    await sleep(1500);
    const after = await memory();
    const { measured } = await ask<{ measured: LiveMeasured }>(clients.child, { stored } satisfies LiveStored);
    return {
      consoles: o.consoles,
      perSecond: o.perSecond,
      stored: stored.length,
      result: measured,
      core,
      rss: [before, after],
      stalled,
    };
  } finally {
    for (const { child, release } of children) {
      child.kill('SIGKILL');
      release();
    }
    await store.close();
  }
}

/** Who sits at the consoles: of twenty, one auditor, four of the bureau, nine of the police, six enterprises; some see the whole city. */
function readers(count: number): Pick<Actor, 'role' | 'counties' | 'enterpriseId'>[] {
  return Array.from({ length: count }, (_, i) => {
    const county = { counties: [COUNTIES[i % COUNTIES.length]!] };
    const seat = i % 20;
    if (seat === 0) return { role: 'auditor' };
    if (seat < 5) return { role: 'bureau', ...(seat > 1 && county) };
    if (seat < 14) return { role: 'police', ...(seat > 6 && county) };
    return { role: 'enterprise', enterpriseId: `e${i % ENTERPRISES}` };
  });
}

/** One in five is the police's; the others are of a gate of some enterprise. */
function finding(n: number): FindingDoc {
  const at = new Date();
  const county = COUNTIES[n % COUNTIES.length]!;
  const police = n % 5 === 0;
  const [rule, code] = police ? ['phase-out', 'past-scrap'] : ['emission-standard', 'below-stage'];
  const enterprise = `e${n % ENTERPRISES}`;
  const number = `晋H${String(n % 100_000).padStart(5, '0')}`;
  return {
    _id: `${rule}|${code}|gate/g${n}/m${n}`, rule, ruleVersion: 1, code, subject: `gate/g${n}/m${n}`, severity: 'warning', proposal: 'refuse',
    status: 'confirmed', at, recordedAt: at, observations: [`gate/g${n}/m${n}`], device: `gate/g${n % 200}`, enterprise, county,
    vehicle: { number, color: 'yellow', stage: '4', known: true },
    place: { device: `gate/g${n % 200}`, name: '一号门', county, lon: 112.7, lat: 38.4 },
    images: [{ role: 'front', sha256: String(n).padStart(64, '0') }, { role: 'rear', sha256: String(n).padStart(64, '1') }],
    policyVersion: 'bench', measured: { stage: '4' }, limit: { stage: '5' }, basis: [], zh: '国四 < 要求国五', en: 'China 4 < required China 5',
    facts: {}, basisSize: 1, alert: `${rule}|${code}|${number}|${n}`,
  }; // prettier-ignore
}

function said<T>(child: ChildProcess): Promise<T> {
  return new Promise((settle, reject) => {
    const ended = (code: number | null) => reject(new Error(`ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message: T & { error?: string }) => {
      child.off('exit', ended);
      if (message.error !== undefined) reject(new Error(message.error));
      else settle(message);
    });
  });
}

async function ask<T>(child: ChildProcess, message: LiveClientsTask | LiveStored | 'memory'): Promise<T> {
  const answer = said<T>(child);
  child.send(message);
  return answer;
}
