import { createRandom } from '../../../devices/simulators/city/random.ts';
import type { Outcome } from '../../../server/intake/types.ts';
import { startCore, type TestCore } from '../core.ts';
import { batches, forget, incomingOf } from '../intake.ts';
import { jobsOn } from '../jobs.ts';
import { until } from '../until.ts';
import type { Country, Recorded } from './country.ts';
import { DAY, HOUR } from './registry.ts';
import type { Told } from './words.ts';

/** A country and its messages, told to a core that begins anew. */

export async function beginAnew(uri: string, { recorded }: Country): Promise<TestCore> {
  const at = new Date(recorded[0]!.at).toISOString();
  const t = await startCore({ at, uri, judgeAfterMs: 0, env: { TOO_OLD_HOURS: '9600' } });
  await t.store.db.dropDatabase();
  await forget(t);
  await t.registry.indexes();
  await t.core.indexes();
  return t;
}

/** Rows as they are recorded, messages as they come in, in small batches; then past all moments. */
export async function play(
  t: TestCore,
  { recorded, late, world: { later } }: Country,
  messages: Told[],
  seed: number,
): Promise<void> {
  const random = createRandom(seed);
  const moments = [...recorded.map((r) => r.at), ...messages.map((m) => m.receivedAt), ...(later ? [later.recordedAt - 5] : [])];
  const times = [...new Set(moments)].sort((a, b) => a - b);
  for (const time of times) {
    t.clock.set(time);
    await record(
      t,
      recorded.filter((r) => r.at === time),
    );
    if (later && time === later.recordedAt - 5) await t.activate(later.policy, new Date(later.from).toISOString());
    const coming = messages.filter((m) => m.receivedAt === time);
    for (const batch of batches(coming, () => random.next(), 6)) {
      const outcomes: Outcome[] = [];
      await t.core.pipeline.process(batch.map((m, i) => incomingOf(m as never, time, (outcome) => (outcomes[i] = outcome))));
      const refused = batch.findIndex((_, i) => !outcomes[i]?.stored);
      if (refused >= 0) throw new Error(`${JSON.stringify(batch[refused])}: ${JSON.stringify(outcomes[refused])}`);
    }
  }
  t.clock.set(late);
  await t.core.sweeps.now();
  await t.core.sweeps.now();
}

/** What was found out later is recorded, and everything judged again by it. @returns the moment by which its facts were known */
export async function correct(t: TestCore, { corrections, late }: Country, messages: Told[]): Promise<number> {
  t.clock.set(late);
  await record(t, corrections);
  t.clock.set(late + HOUR);
  // Batches come to their end by its loops, and a re-judge waits for them.
  t.core.sweeps.start();
  const jobs = jobsOn(t, { restMs: 0 });
  const from = Math.min(...messages.map((m) => m.at)) - DAY;
  const { job } = await jobs.rejudge({ from, to: late, reason: '登记信息更正' }, 'b');
  jobs.start();
  try {
    await until(async () => ['done', 'failed'].includes((await jobs.get(job, { username: 'b', name: 'b', role: 'bureau' })).state), 60_000); // prettier-ignore
  } finally {
    await jobs.stop();
  }
  t.clock.set(late + 8 * DAY);
  await t.core.sweeps.now();
  return late;
}

async function record(t: TestCore, rows: Recorded[]): Promise<void> {
  for (const collection of new Set(rows.map((r) => r.collection)))
    await t.rows(
      collection,
      rows.filter((r) => r.collection === collection).map((r) => r.row),
    );
}
