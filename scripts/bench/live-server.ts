import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { realClock } from '../../server/clock.ts';
import { createLive } from '../../server/live/live.ts';
import { createLog } from '../../server/log.ts';
import { connectStore } from '../../server/store/connection.ts';
import { createGateLaneStore } from '../../server/store/gate-lanes.ts';
import { createLiveEventStore } from '../../server/store/live-events.ts';
import { createRevisions } from '../../server/store/revisions.ts';
import { createIdentity } from '../../server/users/identity.ts';

/** The live part of a server in a process of its own: numbering, sockets, sign-in. What it uses is what being live costs. */
const log = createLog('warn');
const store = await connectStore(process.env.LIVE_MONGO!, log);
const identity = createIdentity({ db: store.db, clock: realClock });
const http = createServer();
const live = createLive({
  http,
  store: createLiveEventStore(store.db, log),
  lanes: createGateLaneStore(store.db, log),
  revisions: () => createRevisions(store.db).read(),
  authenticate: (shown) => identity.authenticate(shown),
  onEnded: (listener) => identity.onEnded(listener),
  log,
});
await live.start();
await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
process.on('message', (asked) => {
  if (asked === 'memory') process.send!({ rss: process.memoryUsage().rss });
});
process.send!({ port: (http.address() as AddressInfo).port });
process.on('SIGTERM', () => process.exit(0));
