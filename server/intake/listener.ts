import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import mqttPacket, { type IPublishPacket } from 'mqtt-packet';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { parseTopic, TOPIC_ROOT } from '../../devices/contract/topics.ts';
import { ANSWERS } from '../../devices/contract/kinds.ts';
import type { Logger } from '../log.ts';

/** A message as the broker gave it. `acknowledge` sends its PUBACK, if the connection it came on still stands. */
export interface Packet {
  topic: string;
  kind?: string;
  deviceId: string;
  message: string;
  bytes: Buffer;
  retained: boolean;
  /** It is an old one that the broker kept: said some time ago, told now because we subscribed. */
  kept?: true;
  correlation?: Buffer;
  acknowledge(): void;
}

export interface ListenerOptions {
  url: string;
  username?: string;
  password?: string;
  clientId: string;
  /** MQTT 5 with retain-as-published for outside brokers; the embedded one speaks 3.1.1. */
  protocolVersion: 4 | 5;
  /** Subscribe as one of several processes (`$share/cleanhaul/…`). */
  shared: boolean;
  /** Unacknowledged packets above which the socket is no longer read. */
  highWater?: number;
  onPacket(packet: Packet): void;
  /** After each connection, when subscriptions stand. */
  onReady?(): void;
  log: Logger;
}

export interface Publishing {
  qos: 0 | 1;
  retain?: boolean;
  correlation?: Buffer;
}

/** The messages devices send; the platform's own answers live on the same root and are not asked for. */
const SENT = ['arrival', 'passage', 'reading', 'sighting', 'telemetry', 'fill', 'status'];

/**
 * Connects to the broker and hands over every packet at once; the PUBACK goes out when the packet is acknowledged, that is after its
 * batch is stored. mqtt.js has no call for that: its `handleMessage` is replaced and answered with an error, which skips the PUBACK and
 * lets the next packet through (undocumented; the version is pinned and a test holds it), and the PUBACK is written to the stream later.
 */
export function createListener(options: ListenerOptions) {
  const { log, highWater = 20_000 } = options;
  const settings: IClientOptions = {
    clientId: options.clientId,
    username: options.username,
    password: options.password,
    protocolVersion: options.protocolVersion,
    // One of several leaves nothing behind: a broker goes on giving a member that is away its share for as long as its session
    // stands, and gates would wait for answers in vain. What it had not acknowledged the devices send again.
    clean: options.shared,
    keepalive: 60,
    reconnectPeriod: 1000,
    connectTimeout: 10_000,
    resubscribe: false,
    manualConnect: true,
    ...(options.protocolVersion === 5 && {
      properties: { sessionExpiryInterval: options.shared ? 0 : 3600, receiveMaximum: 65_535 },
    }),
  };
  const client: MqttClient = mqtt.connect(options.url, settings);
  let epoch = 0;
  let unacknowledged = 0;
  let held: (() => void)[] = [];
  /** PUBACKs and answers of QoS 0 of this turn of the event loop: one write for all of them. */
  let outgoing: Buffer[] = [];
  let corked = false;
  let ready = false;
  const notAcknowledged = new Error('acknowledged later');

  client.handleMessage = (packet: IPublishPacket, callback) => {
    const mine = epoch;
    const parsed = parseTopic(packet.topic);
    const counted = packet.qos > 0;
    if (counted) unacknowledged++;
    let open = counted;
    options.onPacket({
      topic: packet.topic,
      ...(parsed && { kind: parsed.kind }),
      deviceId: parsed?.deviceId ?? '?',
      message: parsed?.message ?? '?',
      bytes: packet.payload as Buffer,
      retained: packet.retain,
      // Without retain-as-published the flag is set on kept messages only; with it the subscription asks for none again.
      ...(packet.retain && options.protocolVersion === 4 && { kept: true as const }),
      ...(packet.properties?.correlationData && { correlation: packet.properties.correlationData }),
      acknowledge() {
        if (!open) return;
        open = false;
        if (mine !== epoch) return;
        unacknowledged--;
        acknowledgeLater(packet.messageId!);
      },
    });
    const next = () => callback(counted ? notAcknowledged : undefined);
    if (unacknowledged < highWater) next();
    else held.push(next);
  };

  function acknowledgeLater(messageId: number) {
    writeLater(Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]));
  }

  function writeLater(packet: Buffer) {
    if (outgoing.length === 0) queueMicrotask(writeOutgoing);
    outgoing.push(packet);
  }

  function writeOutgoing() {
    if (outgoing.length === 0) return;
    const batch = Buffer.concat(outgoing);
    outgoing = [];
    if (client.connected) (client.stream as Duplex).write(batch);
    const waiting = held;
    held = [];
    for (const next of waiting) next();
  }

  /** The client writes a packet in several pieces: all that is published in this turn goes out in one write. */
  function cork() {
    if (corked) return;
    corked = true;
    const stream = client.stream as Duplex;
    stream.cork();
    queueMicrotask(() => {
      corked = false;
      stream.uncork();
    });
  }

  // The CONNACK begins a connection, not 'connect': that comes some ticks later, behind the first packets of a session that waited.
  client.on('packetreceive', (packet) => {
    if (packet.cmd !== 'connack') return;
    epoch++;
    unacknowledged = 0;
    outgoing = [];
    // Packets held on the old connection come again on this one.
    held = [];
  });

  client.on('connect', (connack) => {
    (client.stream as unknown as Socket).setNoDelay?.(true);
    if (epoch > 1 && !connack.sessionPresent && !options.shared)
      log.warn({ event: 'mqtt-session-lost' }, 'broker forgot our session: devices send again');
    subscribe();
  });
  client.on('close', () => {
    ready = false;
  });
  client.on('error', (error) => log.warn({ event: 'mqtt-error', error: error.message }, 'broker connection'));

  function subscribe() {
    const prefix = options.shared ? '$share/cleanhaul/' : '';
    // Alone on an outside broker everything under the root is heard, so that a broker without rights cannot hide a wrong topic.
    const everything = options.protocolVersion === 5 && !options.shared;
    const topics = everything ? [`${TOPIC_ROOT}/#`] : SENT.map((message) => `${prefix}${TOPIC_ROOT}/+/+/${message}`);
    const properties = options.protocolVersion === 5 ? { rap: true, rh: 1, ...(everything && { nl: true }) } : {};
    client.subscribe(topics, { qos: 1, ...properties }, (error, granted) => {
      const refused = granted?.filter((g) => g.qos >= 128) ?? [];
      if (error || refused.length > 0) {
        log.error(
          { event: 'mqtt-subscribe', error: error?.message, refused: refused.map((g) => g.topic) },
          'the broker refused our subscription',
        );
        client.reconnect();
        return;
      }
      ready = true;
      options.onReady?.();
    });
  }

  return {
    /** Starts connecting; handlers are attached already. Gives back at once: a broker that is away is waited for. */
    start() {
      client.connect();
    },
    /** Whether messages can come in now. */
    ready: () => ready && client.connected,
    unacknowledged: () => unacknowledged,
    /** Publishes an answer. One that cannot go out now is dropped: the device asks again. */
    publish(topic: string, payload: string, { qos, retain = false, correlation }: Publishing): void {
      if (!client.connected) return;
      if (qos === 0) {
        const packet: IPublishPacket = { cmd: 'publish', topic, payload, qos, retain, dup: false };
        return writeLater(mqttPacket.generate(packet, { protocolVersion: options.protocolVersion }));
      }
      cork();
      client.publish(
        topic,
        payload,
        { qos, retain, ...(correlation && options.protocolVersion === 5 && { properties: { correlationData: correlation } }) },
        (error) => {
          if (error) log.debug({ event: 'mqtt-publish', error: error.message }, 'answer not published');
        },
      );
    },
    stop: () => new Promise<void>((resolve) => client.end(false, {}, () => resolve())),
  };
}
export type Listener = ReturnType<typeof createListener>;

/** Whether a topic's last part is one of the platform's own answers. */
export function isAnswer(message: string): boolean {
  return (ANSWERS as readonly string[]).includes(message);
}
