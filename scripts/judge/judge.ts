import { planDay, type CityDay, type CityOptions } from '../../devices/simulators/city/day.ts';
import { wholeTruth } from '../../devices/simulators/city/messages.ts';
import { startCore } from '../../test/support/core.ts';
import { compare, type Found, type Verdict } from './compare.ts';
import { feedDay } from './feed.ts';

export interface Judged extends Verdict {
  day: CityDay;
  messages: number;
  findings: Found[];
}

/** Plays a planned day into a judging core of its own on a database of its own, and compares what was found with the truth. */
export async function judgeDay(uri: string, options: CityOptions): Promise<Judged> {
  const day = planDay(options);
  const own = new URL(uri);
  own.pathname = `/city_${options.seed}`;
  // Ahead of the day: what is imported has been recorded by its beginning.
  const core = await startCore({ at: new Date(day.dayStart).toISOString(), uri: own.href, judgeAfterMs: 0 });
  try {
    const messages = await feedDay(core, day);
    const findings = (await core.store.db.collection('findings').find({}).toArray()) as unknown as Found[];
    return { day, messages: messages.length, findings, ...compare(wholeTruth(day, messages), findings) };
  } finally {
    await core.store.db.dropDatabase();
    await core.stop();
  }
}
