import { createHash } from 'node:crypto';
import { decision, gatePolicy, receipt, rejected, type Decision, type GatePolicy, type Rejected } from '../contract/answers.ts';
import { formatInstant, parseInstant } from '../contract/instant.ts';
import { MESSAGES, type Kind } from '../contract/kinds.ts';
import type { Status } from '../contract/messages.ts';
import { answerTopic, deviceTopic, deviceUsername, parseTopic } from '../contract/topics.ts';
import { realClock, type DeviceClock } from './clock.ts';
import { createConnection, type ConnectionOptions } from './connection.ts';
import { openOutbox, type Entry, type Outbox } from './outbox.ts';
import { createSender } from './sender.ts';
import { defaultSettings, type DeviceSettings } from './settings.ts';

export interface DeviceOptions {
  kind: Kind;
  deviceId: string;
  secret: string;
  /** `mqtt://host:port` or `mqtts://…`. */
  url: string;
  /** A folder of this device's own, kept for ever. */
  dir: string;
  clock?: DeviceClock;
  settings?: Partial<DeviceSettings>;
  firmware?: string;
  /** 4 (MQTT 3.1.1, the default) or 5. */
  protocolVersion?: 4 | 5;
  /** Added to the client id behind a dot: `[A-Za-z0-9]{1,16}`. */
  clientSuffix?: string;
  tls?: ConnectionOptions['tls'];
  onTrouble?(error: Error): void;
}

/** What a device can be told about. */
export interface DeviceEvents {
  decision: Decision;
  policy: GatePolicy;
  /** A message is stored for good. */
  settled: { id: string; message: string };
  /** A message was refused, for good (`final`) or for now. */
  rejected: { id: string; message: string; answer: Rejected };
  line: { up: boolean };
}

/** A message's body: `at` defaults to now; `id`, `n` and `backfill` are the client's. */
export type Body = { at?: string; clock?: 'synced' | 'unsynced' } & Record<string, unknown>;

export interface Device {
  readonly kind: Kind;
  readonly deviceId: string;
  readonly clock: DeviceClock;
  /** Opens the outbox and begins to connect; does not wait for the line. */
  start(): Promise<void>;
  /**
   * Keeps a message and sends it when its turn comes. Settles with its id once it is on the disk, or with undefined when the outbox
   * is full and it was dropped (and counted).
   * @throws when the kind does not send such a message, or the disk fails.
   */
  send(message: string, body: Body): Promise<string | undefined>;
  on<E extends keyof DeviceEvents>(event: E, handler: (detail: DeviceEvents[E]) => void): void;
  counts(): { queued: number; inFlight: number; dropped: number };
  isUp(): boolean;
  /** Cuts the line (as an outage would), or lets it come back. */
  line(up: boolean): void;
  stop(): Promise<void>;
}

/** A device as the wire contract wants it: outbox on disk, receipts, resending, status. */
export function createDevice(options: DeviceOptions): Device {
  const { kind, deviceId } = options;
  const clock = options.clock ?? realClock;
  const settings: DeviceSettings = { ...defaultSettings(kind), ...options.settings };
  const username = deviceUsername(kind, deviceId);
  const suffix = options.clientSuffix === undefined ? '' : `.${options.clientSuffix}`;
  const statusTopic = deviceTopic(kind, deviceId, 'status');
  const handlers: { [E in keyof DeviceEvents]: ((detail: DeviceEvents[E]) => void)[] } = {
    decision: [],
    policy: [],
    settled: [],
    rejected: [],
    line: [],
  };
  /** Digests of the bytes sent since the start, for refusals that could not read an id. */
  const bySha = new Map<string, string>();
  let outbox: Outbox | undefined;
  let statusTimer: NodeJS.Timeout | undefined;
  let queueTimer: NodeJS.Timeout | undefined;
  let told = { queued: 0, dropped: 0 };

  function emit<E extends keyof DeviceEvents>(event: E, detail: DeviceEvents[E]): void {
    for (const handler of handlers[event]) handler(detail);
  }

  const sender = createSender(settings, (entry) => {
    const late = clock.now() - entry.at > settings.backfillAfter * clock.speed;
    const payload = late ? `${entry.text.slice(0, -1)},"backfill":true}` : entry.text;
    const sha = createHash('sha256').update(payload).digest('hex');
    bySha.set(sha, entry.id);
    line.publish(deviceTopic(kind, deviceId, entry.message), payload);
  });

  function publishStatus(): void {
    if (!outbox) return;
    const counts = { queued: outbox.queued(), dropped: outbox.dropped() };
    told = counts;
    const status: Status = { online: true, at: formatInstant(clock.now()), ...counts };
    line.publish(
      statusTopic,
      JSON.stringify(options.firmware === undefined ? status : { ...status, firmware: options.firmware }),
      true,
    );
  }

  /** A change worth telling at once: the queue is empty again, has stood for a while, or something was dropped. */
  function queueChanged(): void {
    if (!outbox || !line.isUp()) return;
    if (outbox.queued() === 0) {
      clearTimeout(queueTimer);
      queueTimer = undefined;
      if (told.queued > 0) publishStatus();
    } else if (told.queued === 0 || outbox.dropped() !== told.dropped) {
      queueTimer ??= setTimeout(() => {
        queueTimer = undefined;
        publishStatus();
      }, 5_000);
    }
  }

  function settle(entry: Entry): void {
    outbox?.settle(entry);
    sender.settled(entry);
    if (bySha.size > 10_000) for (const [sha, id] of bySha) if (!outbox?.get(id)) bySha.delete(sha);
  }

  function onReceipt(ids: string[]): void {
    for (const id of ids) {
      const entry = outbox?.get(id);
      if (!entry) continue;
      settle(entry);
      emit('settled', { id, message: entry.message });
    }
    queueChanged();
  }

  function onRejected(answer: Rejected): void {
    const entry = outbox?.get(answer.id ?? '') ?? outbox?.get(bySha.get(answer.sha256) ?? '');
    if (!entry) return;
    if (answer.final) settle(entry);
    else sender.defer(entry, answer.retryAfter === undefined ? settings.retryAfter : answer.retryAfter * 1000);
    emit('rejected', { id: entry.id, message: entry.message, answer });
    queueChanged();
  }

  function onMessage(topic: string, payload: Buffer): void {
    if (payload.length === 0) return; // a retained message was taken away
    let json: unknown;
    try {
      json = JSON.parse(payload.toString('utf8'));
    } catch {
      return;
    }
    switch (parseTopic(topic)?.message) {
      case 'receipt': {
        const answer = receipt.safeParse(json);
        if (answer.success) onReceipt(answer.data.ids);
        break;
      }
      case 'rejected': {
        const answer = rejected.safeParse(json);
        if (answer.success) onRejected(answer.data);
        break;
      }
      case 'decision': {
        const answer = decision.safeParse(json);
        if (answer.success) emit('decision', answer.data);
        break;
      }
      case 'policy': {
        const answer = gatePolicy.safeParse(json);
        if (answer.success) emit('policy', answer.data);
        break;
      }
      default: // nothing else was subscribed to
    }
  }

  const answers = kind === 'gate' ? (['decision', 'policy', 'receipt', 'rejected'] as const) : (['receipt', 'rejected'] as const);
  const line = createConnection({
    url: options.url,
    username,
    clientId: username.replace('/', '_') + suffix,
    password: options.secret,
    will: { topic: statusTopic, payload: JSON.stringify({ online: false }) },
    subscriptions: Object.fromEntries(answers.map((a) => [answerTopic(kind, deviceId, a), { qos: a === 'receipt' ? 0 : 1 }])),
    settings,
    protocolVersion: options.protocolVersion ?? 4,
    ...(options.tls && { tls: options.tls }),
    onUp() {
      publishStatus();
      sender.up();
      emit('line', { up: true });
    },
    onDown() {
      sender.down();
      emit('line', { up: false });
    },
    onMessage,
    onTrouble: (error) => options.onTrouble?.(error),
  });

  return {
    kind,
    deviceId,
    clock,
    async start() {
      outbox = await openOutbox(options.dir, settings.maxOutboxBytes);
      for (const entry of outbox.found) sender.add(entry);
      statusTimer = setInterval(publishStatus, Math.max(1_000, settings.statusEvery / clock.speed));
      line.start();
    },
    async send(message, body) {
      if (!outbox) throw new Error('the device is not started');
      if (!(MESSAGES[kind] as readonly string[]).includes(message)) throw new Error(`a ${kind} sends no ${message}`);
      const { backfill: _, ...content } = body;
      const at = content.at === undefined ? clock.now() : parseInstant(content.at);
      const entry = await outbox.put(message, at, { ...content, at: content.at ?? formatInstant(at) });
      if (entry) sender.add(entry);
      queueChanged();
      return entry?.id;
    },
    on(event, handler) {
      handlers[event].push(handler);
    },
    counts: () => ({ queued: outbox?.queued() ?? 0, inFlight: sender.inFlight(), dropped: outbox?.dropped() ?? 0 }),
    isUp: () => line.isUp(),
    line(up) {
      if (up) line.start();
      else line.cut();
    },
    async stop() {
      clearInterval(statusTimer);
      clearTimeout(queueTimer);
      sender.stop();
      const queued = outbox?.queued() ?? 0;
      await line.stop({ topic: statusTopic, payload: JSON.stringify({ online: false, at: formatInstant(clock.now()), queued }) });
      await outbox?.close();
      outbox = undefined;
    },
  };
}
