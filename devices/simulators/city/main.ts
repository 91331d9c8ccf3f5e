import { resolve } from 'node:path';
import { Command } from 'commander';
import { pictureTruth, requirePictures } from '../pictures/plan.ts';
import { planDay } from './day.ts';
import { startProcesses } from './processes.ts';
import { writeDay } from './write.ts';

/**
 * The simulated city from the command line. Without `--url` it writes the day into `--out` (registry, truth, messages in time order)
 * and ends; with it, it plays the day to a broker through the device simulators.
 */
const program = new Command()
  .option('--seed <n>', 'the same seed gives the same day', Number, 7)
  .option('--date <YYYY-MM-DD>', 'civil date', '2021-11-15')
  .option('--scale <x>', 'traffic besides the planted', Number, 1)
  .option('--city <name>', 'xinzhou, yangquan, tangshan, or any word: a city is invented from it', 'xinzhou')
  .option('--out <dir>', 'where the day (and the devices’ outboxes) are written', './data/city')
  .option('--url <mqtt url>', 'play the day to this broker')
  .option('--secrets <file>', 'JSON {"<kind>/<deviceId>": secret}, needed to play')
  .option('--http <url>', 'where the cameras upload their pictures; without it none are taken')
  .option('--speed <x>', 'device seconds per real second', Number, 60)
  .option('--from <hours>', 'hour of the day at which playing begins', Number, 6.75);
const options = program.parse().opts<{
  seed: number;
  date: string;
  scale: number;
  city: string;
  out: string;
  url?: string;
  secrets?: string;
  http?: string;
  speed: number;
  from: number;
}>();

const out = resolve(options.out);
const planned = planDay(options);
const day =
  options.http === undefined
    ? planned
    : { ...planned, registry: requirePictures(planned.registry), truth: [...planned.truth, ...pictureTruth(planned)] };
const written = writeDay(day, out);
console.log(`${written.messages} messages and ${written.truth} truths in ${out}`);

if (options.url !== undefined) {
  if (options.secrets === undefined) program.error('--secrets is needed to play the day');
  const { url, secrets, seed, date, scale, city: name, speed, http } = options;
  const anchor = { real: Date.now(), start: day.dayStart + options.from * 3_600_000, speed };
  const city = startProcesses(
    {
      url,
      secrets: resolve(secrets as string),
      data: `${out}/devices`,
      seed,
      date,
      scale,
      city: name,
      ...anchor,
      ...(http !== undefined && { http }),
    },
    (line) => console.error(line),
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void city.stop().then(() => process.exit(0)));
  await city.ready;
  console.log('the city plays; Ctrl-C ends it');
}
