import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { speaking } from '../tls.ts';
import { createBrokerAccounts } from './broker-accounts.ts';
import { createRestrictedAedes } from './broker-aedes.ts';
import type { DeviceAccount, FromBroker, ToBroker } from './broker-messages.ts';

/**
 * The embedded broker's own process: it shares no event loop with the judging and no fate with the database. It needs neither
 * settings nor files; accounts are asked of the server over the process channel, and it ends when that channel closes, however
 * the server came to its end.
 */

const LOOKUP_WITHIN_MS = 5_000;
/** Large enough that a retained policy and a burst of answers to one device never count as a device that does not read. */
const SOCKET_BUFFER = 256 * 1024;

const send = (message: FromBroker) => void process.send?.(message, () => undefined);

const waiting = new Map<number, { resolve(account: DeviceAccount | null): void; reject(error: Error): void }>();
let lastRequest = 0;

/** Asks the server for an account. */
function ask(username: string): Promise<DeviceAccount | null> {
  const request = ++lastRequest;
  const answer = new Promise<DeviceAccount | null>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the server did not answer in time')), LOOKUP_WITHIN_MS);
    waiting.set(request, {
      resolve: (account) => (clearTimeout(timer), resolve(account)),
      reject: (error) => (clearTimeout(timer), reject(error)),
    });
  });
  send({ type: 'lookup', request, username });
  return answer.finally(() => waiting.delete(request));
}

async function start(options: Extract<ToBroker, { type: 'start' }>): Promise<void> {
  const accounts = createBrokerAccounts(ask);
  const broker = await createRestrictedAedes({
    accounts,
    platformPasswordSha256: options.platformPasswordSha256,
    log: (level, fields, text) => send({ type: 'log', level, fields, text }),
  });
  const { host, tls } = options;
  const plain = createServer({ noDelay: true, highWaterMark: SOCKET_BUFFER }, broker.accept);
  const encrypted = tls && createTlsServer({ ...speaking(tls), noDelay: true, highWaterMark: SOCKET_BUFFER }, broker.accept);
  // Whoever breaks off while greeting is no error of the broker's.
  encrypted?.on('tlsClientError', () => undefined);
  const port = await listen(encrypted ?? plain, host, options.port);
  const innerPort = encrypted ? await listen(plain, '127.0.0.1', options.innerPort) : port;
  send({ type: 'listening', port, innerPort });

  process.on('message', (message: ToBroker) => {
    if (message.type === 'recheck') void broker.recheck(message.username);
    if (message.type === 'tls') encrypted?.setSecureContext(speaking(message.tls));
    if (message.type === 'stop') {
      plain.close();
      encrypted?.close();
      void broker.close().finally(() => process.exit(0));
    }
  });
}

/** Listens, waiting a few seconds for a port that the broker before this one has not yet let go of. */
async function listen(server: Server, host: string, port: number): Promise<number> {
  for (let tries = 0; ; tries++) {
    server.listen(port, host);
    const error = await once(server, 'listening').then(
      () => null,
      (failure: NodeJS.ErrnoException) => failure,
    );
    const address = server.address();
    if (error === null && typeof address === 'object' && address !== null) return address.port;
    if (error?.code !== 'EADDRINUSE' || tries === 30) throw error ?? new Error('the broker got no port');
    await sleep(100);
  }
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToBroker) => {
  if (message.type === 'account') waiting.get(message.request)?.resolve(message.account);
  if (message.type === 'account-unavailable') waiting.get(message.request)?.reject(new Error('the registry is away'));
  if (message.type === 'start') {
    start(message).catch((error: unknown) => {
      process.send?.(
        { type: 'failed', message: error instanceof Error ? error.message : String(error) } satisfies FromBroker,
        () => process.exit(1),
      );
    });
  }
});
