import { fileURLToPath } from 'node:url';
import { build } from 'vite';

let built: Promise<unknown> | undefined;

/** Builds the console into `web/dist`, once per test run, so that what is tested is what the sources say. */
export async function buildConsole(): Promise<void> {
  built ??= build({ configFile: fileURLToPath(new URL('../../web/vite.config.ts', import.meta.url)), logLevel: 'warn' });
  await built;
}
