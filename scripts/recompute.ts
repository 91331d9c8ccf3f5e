import { Command, InvalidArgumentError } from 'commander';
import { civilDayStart } from '../devices/contract/instant.ts';
import { recompute } from '../server/intake/recompute.ts';
import { openAgain } from './open-again.ts';

/** `npm run recompute -- --from DAY --to DAY`: judges stored messages again and names what is not as stored. Writes nothing. */

function civilDay(text: string): number {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(text) ? civilDayStart(text) : NaN;
  if (Number.isNaN(start)) throw new InvalidArgumentError('a civil day, such as 2021-11-15 · 应为日期');
  return start;
}

const { from, to, uri } = new Command()
  .requiredOption('--from <day>', 'first civil day', civilDay)
  .requiredOption('--to <day>', 'civil day before which it ends', civilDay)
  .option('--uri <uri>', 'MongoDB instead of the one of the settings')
  .parse()
  .opts<{ from: number; to: number; uri?: string }>();

const { deps, close } = await openAgain(uri);
try {
  let said = Date.now();
  const result = await recompute(deps, {
    from,
    to,
    rest({ observations, differences }) {
      if (Date.now() - said > 2_000) {
        said = Date.now();
        process.stderr.write(`${observations} messages 条消息 · ${differences} differences 处不同\n`);
      }
      return Promise.resolve();
    },
  });
  for (const { id, kind, fields } of result.differences) console.log([kind, id, fields.join(',')].filter(Boolean).join(' '));
  for (const id of result.notJudged) console.log(`not-judged ${id}`);
  console.log(
    `${result.observations} messages 条消息 · ${result.findings} findings 条判定 · ${result.differences.length} differences 处不同`,
  );
  process.exitCode = result.differences.length + result.notJudged.length > 0 ? 1 : 0;
} finally {
  await close();
}
