import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import type { Tls } from '../tls.ts';
import { createBackOff } from './back-off.ts';
import { sha256 } from './broker-accounts.ts';
import type { DeviceAccount, FromBroker, ToBroker } from './broker-messages.ts';
import { PLATFORM_USER } from './rights.ts';

export type { DeviceAccount } from './broker-messages.ts';

/** Where the embedded broker learns who may log in. */
export interface DeviceAccounts {
  /** The account of `<kind>/<deviceId>`, null when there is none. Should be quick (cached); throws when the store is away. */
  lookup(username: string): Promise<DeviceAccount | null>;
  /** Something that changes whenever an account may have: then, and only then, connected devices are looked up again. */
  revision?(): Promise<unknown>;
}

export interface EmbeddedBroker {
  /** Where devices connect. */
  url: string;
  /** Where the platform does. */
  innerUrl: string;
  port: number;
  platformUsername: string;
  /** Made anew at each start of the server, kept over restarts of the broker. */
  platformPassword: string;
  /** The broker's process id, null while it is being restarted. */
  pid(): number | null;
  /** Another certificate for connections to come, and after a restart. */
  useTls(tls: Tls): void;
  /** Tells that a device's account has changed: its connection is closed at once unless its secret is still valid. */
  invalidate(username: string): void;
  stop(): Promise<void>;
}

interface Options {
  /** 0: a free one. */
  port: number;
  host: string;
  log: Logger;
  accounts: DeviceAccounts;
  /** Devices are then spoken to by TLS alone. */
  tls?: Tls | undefined;
}

/** A change made by another process is seen within this time; the contract asks for 5 s. */
const RECHECK_EVERY_MS = 2_000;
const STOP_WITHIN_MS = 3_000;
/** The loader by its place, since `--import tsx` would be looked for from the working directory. */
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * Starts the embedded MQTT broker as a child process, and starts it again on the same port, with the same platform password,
 * whenever it dies. It ends with this process.
 * @throws when it cannot listen
 */
export async function createBroker({ port: wantedPort, host, log, accounts, tls: firstTls }: Options): Promise<EmbeddedBroker> {
  const platformPassword = randomBytes(32).toString('base64url');
  const backOff = createBackOff();
  let port = wantedPort;
  let innerPort = 0;
  let tls = firstTls;
  let child: ChildProcess | null = null;
  let stopping = false;

  const tell = (to: ChildProcess | null, message: ToBroker) => {
    if (to?.connected === true) to.send(message, () => undefined);
  };

  const answer = async (to: ChildProcess, request: number, username: string) => {
    try {
      tell(to, { type: 'account', request, account: await accounts.lookup(username) });
    } catch (error) {
      log.warn(
        { device: username, err: error instanceof Error ? error.message : String(error) },
        'broker: the registry could not be asked',
      );
      tell(to, { type: 'account-unavailable', request });
    }
  };

  /** Starts one process; resolves when it listens. */
  const launch = () =>
    new Promise<void>((resolve, reject) => {
      const started = fork(fileURLToPath(new URL('./broker-process.ts', import.meta.url)), [], {
        execArgv: ['--import', TSX],
        // Its own process group: Ctrl-C at a terminal reaches the platform alone, which ends its parts in order.
        detached: true,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, NODE_ENV: process.env.NODE_ENV },
      });
      child = started;
      let listening = false;
      started.on('error', (error) => log.error({ err: error.message }, 'broker: process error'));
      started.on('message', (message: FromBroker) => {
        switch (message.type) {
          case 'lookup':
            void answer(started, message.request, message.username);
            break;
          case 'log':
            log[message.level](message.fields, message.text);
            break;
          case 'failed':
            reject(new Error(`MQTT ${host}:${port}: ${message.message}`));
            break;
          case 'listening':
            ({ port, innerPort } = message);
            listening = true;
            log.info({ broker: started.pid, port }, 'broker: listening');
            resolve();
            break;
        }
      });
      started.once('exit', (code, signal) => {
        if (child === started) child = null;
        reject(new Error(`the broker process ended (${signal ?? code}) before it listened`));
        if (stopping || !listening) return;
        relaunch({ code, signal });
      });
      tell(started, { type: 'start', host, port, innerPort, platformPasswordSha256: sha256(platformPassword), ...(tls && { tls }) }); // prettier-ignore
    });

  const relaunch = (why: Record<string, unknown>) => {
    const wait = backOff.next(Date.now());
    log.error({ ...why, wait }, 'broker: died, starting it again');
    setTimeout(() => {
      if (!stopping)
        launch().catch((error: unknown) => stopping || relaunch({ err: error instanceof Error ? error.message : String(error) }));
    }, wait);
  };

  await launch();

  let revision: unknown = undefined;
  let rechecking = false;
  const recheck = async () => {
    if (rechecking) return;
    rechecking = true;
    try {
      const current = await accounts.revision?.();
      if (current !== undefined && current === revision) return;
      revision = current;
      tell(child, { type: 'recheck' });
    } catch {
      // The store is away: who is connected stays so.
    } finally {
      rechecking = false;
    }
  };
  const timer = setInterval(() => void recheck(), RECHECK_EVERY_MS);

  const reached = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;
  return {
    url: `${tls ? 'mqtts' : 'mqtt'}://${reached}:${port}`,
    innerUrl: tls ? `mqtt://127.0.0.1:${innerPort}` : `mqtt://${reached}:${port}`,
    port,
    platformUsername: PLATFORM_USER,
    platformPassword,
    pid: () => child?.pid ?? null,
    useTls(next) {
      tls = next;
      tell(child, { type: 'tls', tls: next });
    },
    invalidate: (username) => tell(child, { type: 'recheck', username }),
    async stop() {
      stopping = true;
      clearInterval(timer);
      const ending = child;
      if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
      const exited = new Promise((resolve) => ending.once('exit', resolve));
      tell(ending, { type: 'stop' });
      const inTime = await Promise.race([exited.then(() => true), sleep(STOP_WITHIN_MS, false, { ref: false })]);
      if (!inTime) {
        ending.kill('SIGKILL');
        await exited;
      }
    },
  };
}
