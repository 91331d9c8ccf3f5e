import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CityDay } from './day.ts';
import { dayMessages, wholeTruth } from './messages.ts';

export const ndjson = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/**
 * Writes a day into a folder: `registry/<collection>.ndjson` (as `PUT /registry/<collection>` takes it), `truth.ndjson`,
 * `messages.ndjson` (in the order in which they reach the line) and `day.json`.
 */
export function writeDay(day: CityDay, dir: string): { messages: number; truth: number } {
  mkdirSync(join(dir, 'registry'), { recursive: true });
  for (const [collection, rows] of Object.entries(day.registry))
    writeFileSync(join(dir, 'registry', `${collection}.ndjson`), ndjson(rows));
  const messages = dayMessages(day);
  const truth = wholeTruth(day, messages);
  writeFileSync(join(dir, 'truth.ndjson'), ndjson(truth));
  writeFileSync(join(dir, 'messages.ndjson'), ndjson(messages));
  writeFileSync(
    join(dir, 'day.json'),
    `${JSON.stringify({ seed: day.seed, city: day.city.name, date: day.date, dayStart: day.dayStart, collections: Object.keys(day.registry) }, null, 2)}\n`,
  );
  return { messages: messages.length, truth: truth.length };
}
