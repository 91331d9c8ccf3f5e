import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** All that goes into the console: its sources, the contracts it imports, the packages. */
const SOURCES = ['web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'devices/contract', 'package-lock.json'];
const BUILT = join(ROOT, 'web/dist/index.html');

let ready: Promise<unknown> | undefined;

/**
 * Sees to it, once per test run, that `web/dist` is what the sources say: builds the console where it was never built or a source is
 * younger than it.
 */
export async function buildConsole(): Promise<void> {
  ready ??= isStale() ? build() : Promise.resolve();
  await ready;
}

/** As `npm run build` does it, in a process of its own: the loader of the tests is none of the bundler's. */
async function build(): Promise<void> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', '--config', 'web/vite.config.ts', '--logLevel', 'warn'], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

/** Whether a source is younger than the console that stands in `web/dist`, or none stands there. */
export function isStale(built = BUILT, sources = SOURCES.map((path) => join(ROOT, path))): boolean {
  if (!existsSync(built)) return true;
  const { mtimeMs } = statSync(built);
  return sources.flatMap(filesIn).some((file) => statSync(file).mtimeMs > mtimeMs);
}

function filesIn(path: string): string[] {
  // A folder's own time tells of files that were removed.
  return statSync(path).isDirectory() ? [path, ...readdirSync(path).flatMap((name) => filesIn(join(path, name)))] : [path];
}
