import { readFileSync } from 'node:fs';

/** The JSON lines of a file; a last line that a kill cut short is left out. */
export function readLines(file: string): unknown[] {
  const text = readFileSync(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
