import { Command, InvalidArgumentError } from 'commander';
import { startMongo } from '../test/support/mongo.ts';
import type { Verdict } from './judge/compare.ts';
import { judgeDay } from './judge/judge.ts';
import { addUp, passes, tableOf } from './judge/table.ts';

/**
 * `npm run judge-city -- --seed N`: plays a labelled day of a simulated city into a judging core on a database of its own, and compares
 * every finding with the truth. Ends with 1 where something false was found that can become a clue, or too little was found.
 */

/** `3` or `1-20` */
function seedsOf(text: string): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!match) throw new InvalidArgumentError('a seed, or first-last');
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const options = new Command()
  .name('npm run judge-city --')
  .option('--seed <n>', 'the same seed gives the same day', seedsOf)
  .option('--seeds <first-last>', 'several, one after the other', seedsOf)
  .option('--date <YYYY-MM-DD>', 'civil date', '2021-11-15')
  .option('--scale <x>', 'traffic besides the planted; 1 is about 600 vehicles', Number, 0.15)
  .option('--city <name>', 'xinzhou, yangquan, tangshan, or any word: a city is invented from it', 'xinzhou')
  .option('--jobs <n>', 'days judged side by side', Number, 4)
  .option('--json', 'one JSON document instead of tables')
  .parse()
  .opts<{ seed?: number[]; seeds?: number[]; date: string; scale: number; city: string; jobs: number; json?: boolean }>();

const mongo = await startMongo();
const seeds = options.seeds ?? options.seed ?? [7];
const verdicts: Verdict[] = [];

async function judge(seed: number): Promise<void> {
  const { date, scale, city } = options;
  const began = Date.now();
  const judged = await judgeDay(mongo.uri, { seed, date, scale, city });
  verdicts.push({ scores: judged.scores, misses: judged.misses, wrong: judged.wrong });
  if (options.json) return;
  const { overall } = addUp([judged]);
  const lines = [
    `seed ${seed}  ${date}  ${judged.day.city.nameZh}  ${judged.messages} messages  ${judged.findings.length} findings  ` +
      `planted ${overall.expected}  hit ${overall.hit}  false ${overall.found - overall.right}  ${Math.round((Date.now() - began) / 1000)} s`,
    ...judged.misses.map((t) => `  missed  ${t.rule} ${t.code} ${t.severity}  ${t.plate?.number ?? t.device?.id ?? ''} ${t.vin ?? ''} ${t.from} … ${t.to}  ${t.kind ?? t.observation}: ${t.why}`),
    ...judged.wrong.map(({ finding: f, why }) => `  false   ${f.rule} ${f.code} ${f.severity}  ${f.plate ?? ''} ${f.vin ?? f.device ?? ''} ${f.at.toISOString()}  ${f.subject}: ${why}`),
  ]; // prettier-ignore
  console.log(lines.join('\n'));
}

try {
  // Much of a day is waiting for the store to have it on disk: several are judged side by side.
  const waiting = [...seeds];
  const one = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) await judge(seed);
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, seeds.length) }, one));
} finally {
  await mongo.stop();
}

if (options.json) {
  const { codes, rules, overall } = addUp(verdicts);
  console.log(JSON.stringify({ passes: passes(verdicts), overall, rules, codes, verdicts }, null, 2));
} else console.log(`\n${tableOf(verdicts)}`);
process.exitCode = passes(verdicts) ? 0 : 1;
