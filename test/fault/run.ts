import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

/** `npm run test:faults`: the fault tests at full size. Smaller or larger: set the same variables. */
const size = { FAULT_EVENTS: '20000', FAULT_KILLS: '12', FAULT_AWAY_SECONDS: '60', FAULT_STORIES: '200', FAULT_ORDERS: '3' };
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const child = spawn(process.execPath, [mocha, '--reporter', 'spec', '--spec', 'test/fault/*.test.ts', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...size, ...process.env },
});
child.once('exit', (code) => process.exit(code ?? 1));
