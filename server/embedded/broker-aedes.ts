import type { Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { isClientIdOf } from '../../devices/contract/topics.ts';
import { sameDigest, sha256, type BrokerAccounts } from './broker-accounts.ts';
import { deviceOf, mayPublish, mayRead, PLATFORM_USER } from './rights.ts';

/** aedes, restricted to what the wire contract allows. */
export interface RestrictedAedes {
  accept(socket: Socket): void;
  /** Closes the connections whose device has been disabled or whose secret is no longer valid: of one user, or of all. */
  recheck(username?: string): Promise<void>;
  close(): Promise<void>;
}

type Log = (level: 'debug' | 'info' | 'warn' | 'error', fields: Record<string, unknown>, text: string) => void;

interface Options {
  accounts: BrokerAccounts;
  platformPasswordSha256: string;
  log: Log;
}

interface Session {
  username: string;
  platform: boolean;
  /** The secret it logged in with. */
  sha256: string;
  refused: number;
  refusedLoggedAt: number;
}

/** Beyond this a packet is not even read: the connection is closed. What is over the contract's 64 KiB but not this reaches the platform. */
const LARGEST_PACKET = 1024 * 1024;
const LARGEST_CONNECT = 64 * 1024;
/** Messages kept for a platform that is not connected; what is dropped beyond is sent again by the devices. */
const KEPT_FOR_PLATFORM = 20_000;
/** Refusals of one connection are logged this often at most. */
const REFUSALS_LOGGED_EVERY_MS = 10_000;
/** Topics that begin with `$` match no `#`: what is put here reaches nobody. */
const NOWHERE = '$refused';

const refusal = (returnCode: 2 | 3 | 4, message: string) =>
  Object.assign(new Error(message), { returnCode }) as AuthenticateError;

export async function createRestrictedAedes({ accounts, platformPasswordSha256, log }: Options): Promise<RestrictedAedes> {
  const sessions = new Map<Client, Session>();
  // A last will is published after its connection has ended, so sessions are looked up here as well.
  const everySession = new WeakMap<Client, Session>();

  const logIn = async (client: Client, username: string, password: Buffer): Promise<Session | AuthenticateError> => {
    if (username === PLATFORM_USER) {
      const digest = sha256(password);
      if (!sameDigest(digest, platformPasswordSha256)) return refusal(4, 'wrong password');
      return { username, platform: true, sha256: digest, refused: 0, refusedLoggedAt: 0 };
    }
    if (deviceOf(username) === null) return refusal(4, 'not a user name');
    const secret = await accounts.check(username, password);
    if (secret === null) return refusal(4, 'unknown or disabled device, or wrong secret');
    if (!isClientIdOf(client.id, username)) return refusal(2, 'the client id does not belong to the user name');
    return { username, platform: false, sha256: secret, refused: 0, refusedLoggedAt: 0 };
  };

  const noteRefusal = (session: Session | undefined, what: string, topic: string) => {
    if (session === undefined) return;
    session.refused++;
    const now = Date.now();
    if (now - session.refusedLoggedAt < REFUSALS_LOGGED_EVERY_MS) return;
    session.refusedLoggedAt = now;
    log('warn', { device: session.username, topic: topic.slice(0, 128), refused: session.refused }, `broker: refused to ${what}`);
  };

  const broker = await Aedes.createBroker({
    concurrency: 1000,
    connectTimeout: 10_000,
    maxClientsIdLength: 128,
    maxInflightInbound: 20,
    queueLimit: 100,
    preConnect(_client, packet, done) {
      // Only the platform has a session that outlives its connection: devices send again what has no answer, and what is kept
      // for each of them, for ever, would be theirs to fill.
      if (packet.username !== PLATFORM_USER) packet.clean = true;
      done(null, true);
    },
    authenticate(client, username, password, done) {
      logIn(client, username ?? '', password ?? Buffer.alloc(0)).then(
        (result) => {
          if (result instanceof Error) {
            log(
              'warn',
              { device: (username ?? '').slice(0, 128), client: client.id.slice(0, 128), reason: result.message },
              'broker: connection refused',
            );
            done(result, false);
          } else {
            sessions.set(client, result);
            everySession.set(client, result);
            done(null, true);
          }
        },
        () => done(refusal(3, 'the registry is away'), false),
      );
    },
    authorizePublish(client, packet, done) {
      const session = client === null ? undefined : everySession.get(client);
      const bytes = packet.payload.length;
      if (
        session?.platform !== true &&
        (session === undefined || !mayPublish(session.username, { topic: packet.topic, retain: packet.retain, bytes }))
      ) {
        noteRefusal(session, 'publish', packet.topic);
        // MQTT 3.1.1 knows no refusal of a message but the end of the connection, and that would take the good ones along: it
        // is acknowledged and goes nowhere.
        packet.topic = NOWHERE;
        packet.payload = Buffer.alloc(0);
        packet.retain = false;
      }
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const session = everySession.get(client);
      if (session?.platform === true || (session !== undefined && mayRead(session.username, subscription.topic)))
        return done(null, subscription);
      noteRefusal(session, 'subscribe', subscription.topic);
      done(null, null);
    },
    authorizeForward(client, packet) {
      const session = everySession.get(client);
      if (session?.platform === true) return packet;
      // Delivery is checked too: a right must not hang on how a subscription came about.
      if (session === undefined || !mayRead(session.username, packet.topic)) return null;
      // A device that does not read its answers must not hold up those of others.
      return client.conn.writableNeedDrain ? null : packet;
    },
  });

  boundQueue(broker, () => [...sessions.values()].some((session) => session.platform), log);

  broker.on('clientDisconnect', (client: Client) => void sessions.delete(client));
  broker.on('clientError', (client: Client, error: Error) => {
    sessions.delete(client);
    log('debug', { device: everySession.get(client)?.username, reason: error.message }, 'broker: connection ended');
  });
  broker.on('connectionError', (_client: Client, error: Error) =>
    log('debug', { reason: error.message }, 'broker: connection ended'),
  );

  const recheckOne = async (client: Client, session: Session) => {
    if (session.platform || (await accounts.stillValid(session.username, session.sha256))) return;
    log('info', { device: session.username }, 'broker: account changed, connection closed');
    client.close();
  };

  return {
    accept(socket) {
      limitPackets(broker.handle(socket));
    },
    async recheck(username) {
      accounts.forget();
      const concerned = [...sessions].filter(([, session]) => username === undefined || session.username === username);
      await Promise.all(concerned.map(([client, session]) => recheckOne(client, session)));
    },
    close: () => new Promise((resolve) => broker.close(() => resolve())),
  };
}

/** The parts of mqtt-packet's parser that the size limit needs; a test holds that they are there. */
interface Parser {
  packet: { length: number };
  _parseLength(): boolean;
  _emitError(error: Error): boolean;
}

/** Ends a connection as soon as a packet announces itself larger than allowed, before it is read into memory. */
function limitPackets(client: Client): void {
  const parser = (client as unknown as { _parser: Parser })._parser;
  const parseLength = parser._parseLength.bind(parser);
  parser._parseLength = () => {
    const done = parseLength();
    const most = client.connected ? LARGEST_PACKET : LARGEST_CONNECT;
    return done && parser.packet.length > most ? parser._emitError(new Error('packet too large')) : done;
  };
}

/** Bounds what is kept in memory for a platform that is away. */
function boundQueue(broker: Aedes, platformIsHere: () => boolean, log: Log): void {
  const persistence = (
    broker as unknown as { persistence: { outgoingEnqueueCombi(subs: unknown[], packet: unknown): Promise<void> } }
  ).persistence;
  const enqueue = persistence.outgoingEnqueueCombi.bind(persistence);
  let kept = 0;
  persistence.outgoingEnqueueCombi = async (subs, packet) => {
    if (subs.length === 0) return;
    if (platformIsHere()) kept = 0;
    else if (++kept > KEPT_FOR_PLATFORM) {
      if (kept === KEPT_FOR_PLATFORM + 1)
        log(
          'warn',
          { kept: KEPT_FOR_PLATFORM },
          'broker: the platform is away, no more messages are kept for it; devices send again',
        );
      return;
    }
    await enqueue(subs, packet);
  };
}
