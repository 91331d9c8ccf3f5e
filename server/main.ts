import { ConfigError, readConfig, withEnvFile, type Config } from './config.ts';
import { DataDirInUse } from './embedded/data-dir-lock.ts';
import { createLog } from './log.ts';
import { startPlatform, type Platform } from './platform.ts';

/** `npm start`: reads the settings, starts the platform, says where it is, and stops it in order on SIGTERM or SIGINT. */

const STOP_WITHIN_MS = 10_000;

function settings(): Config {
  try {
    return readConfig(withEnvFile(process.cwd(), process.env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

const config = settings();
const log = createLog(config.logLevel);
let platform: Platform;
try {
  platform = await startPlatform(config, log);
} catch (error) {
  process.stderr.write(
    `${error instanceof DataDirInUse ? error.message : `not started · 未启动: ${String(error instanceof Error ? error.message : error)}`}\n`,
  );
  process.exit(1);
}

if (platform.adminPassword !== undefined)
  process.stdout.write(`admin password (shown once · 仅显示一次): ${platform.adminPassword}\n`);
process.stdout.write(`ready ${platform.url} ${platform.mqttUrl}\n`);

let stopping = false;
async function stop(signal: string) {
  if (stopping) return;
  stopping = true;
  log.info({ event: 'stopping', signal }, 'draining');
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  await platform.stop();
  process.exit(0);
}
function renewTls() {
  try {
    platform.renewTls();
    log.info({ event: 'renewed' }, 'certificate and key were read again');
  } catch (error) {
    log.error({ event: 'not-renewed', error: String(error) }, 'certificate and key stay as they were');
  }
}
// Without TLS a terminal that hangs up ends the platform, as ever.
if (config.tls) process.on('SIGHUP', renewTls);
process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
process.on('unhandledRejection', (error) =>
  log.error(
    { event: 'unhandled', error: String(error), stack: error instanceof Error ? error.stack : undefined },
    'unhandled rejection',
  ),
);
