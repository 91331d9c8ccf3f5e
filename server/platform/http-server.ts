import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { speaking, type Tls } from '../tls.ts';

/** A registry of a million vehicles takes minutes to arrive; Node would cut it off after five. */
const REQUEST_TIMEOUT_MS = 60 * 60_000;

/** The server of console, API and live line: HTTPS where there is a certificate, HTTP otherwise. Whoever answers is attached to `server`. */
export function createHttpServer(tls: Tls | undefined) {
  const requestTimeout = REQUEST_TIMEOUT_MS;
  const server = tls ? createHttpsServer({ ...speaking(tls), requestTimeout }) : createServer({ requestTimeout });
  return {
    server,
    /** @returns its address as a URL. @throws when it cannot listen there */
    async listen(port: number, host: string): Promise<string> {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      });
      const at = (server.address() as AddressInfo).port;
      return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${at}`;
    },
    /** Another certificate for connections to come. */
    useTls(next: Tls): void {
      if ('setSecureContext' in server) server.setSecureContext(speaking(next));
    },
    /** Open requests are given two seconds. */
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 2000).unref();
      }),
  };
}
