import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { DeviceSettings } from './settings.ts';

/** One device's line to the broker: connects, subscribes, waits for SUBACK, and begins again when it breaks. */
export interface Connection {
  start(): void;
  /** Publishes at QoS 1 while up; what is lost on the way is the outbox's matter. */
  publish(topic: string, payload: string, retain?: boolean): void;
  isUp(): boolean;
  /** Cuts the line as a failing network would (the last will is sent), and stays away until `start`. */
  cut(): void;
  /** Says goodbye with a last retained message, and disconnects. */
  stop(farewell: { topic: string; payload: string }): Promise<void>;
}

export interface ConnectionOptions {
  url: string;
  username: string;
  clientId: string;
  password: string;
  will: { topic: string; payload: string };
  /** Topics with their QoS. */
  subscriptions: Record<string, { qos: 0 | 1 }>;
  settings: DeviceSettings;
  /** 4 is MQTT 3.1.1. */
  protocolVersion: 4 | 5;
  /** For `mqtts:`: `ca`, and `cert` and `key` in the place of a secret. */
  tls?: Pick<IClientOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  onUp(): void;
  onDown(): void;
  onMessage(topic: string, payload: Buffer): void;
  onTrouble(error: Error): void;
}

/** A line that stood this long was a good one: the next wait begins small again. */
const GOOD_LINE_MS = 10_000;

export function createConnection(options: ConnectionOptions): Connection {
  const { settings } = options;
  let client: MqttClient | undefined;
  let wanted = false;
  let up = false;
  let failures = 0;
  let upSince = 0;
  let retry: NodeJS.Timeout | undefined;

  function lost(which: MqttClient): void {
    if (which !== client) return;
    client = undefined;
    which.end(true);
    if (up) {
      up = false;
      if (performance.now() - upSince >= GOOD_LINE_MS) failures = 0;
      options.onDown();
    }
    if (!wanted) return;
    const longest = Math.min(settings.reconnect.max, settings.reconnect.first * 2 ** Math.min(failures++, 20));
    retry = setTimeout(open, settings.reconnect.first + Math.random() * (longest - settings.reconnect.first));
  }

  function open(): void {
    // One client per attempt: nothing unacknowledged hides in the library, the outbox alone decides what is sent again.
    const mine = connect(options.url, {
      manualConnect: true,
      reconnectPeriod: 0,
      clean: true,
      clientId: options.clientId,
      username: options.username,
      password: options.password,
      protocolVersion: options.protocolVersion,
      keepalive: settings.keepalive,
      connectTimeout: settings.connectTimeout,
      resubscribe: false,
      will: { topic: options.will.topic, payload: Buffer.from(options.will.payload), qos: 1, retain: true },
      ...options.tls,
    });
    client = mine;
    mine.on('message', (topic, payload) => {
      if (mine === client) options.onMessage(topic, payload);
    });
    mine.on('error', (error) => {
      options.onTrouble(error);
      lost(mine);
    });
    mine.on('close', () => lost(mine));
    mine.on('connect', () => {
      (mine.stream as unknown as { setNoDelay?(on: boolean): void }).setNoDelay?.(true);
      const late = setTimeout(() => lost(mine), settings.connectTimeout);
      mine.subscribe(options.subscriptions, (error, granted) => {
        clearTimeout(late);
        if (mine !== client) return;
        if (error || granted?.some((g) => g.qos >= 128)) {
          options.onTrouble(error ?? new Error('the broker refused a subscription'));
          return lost(mine);
        }
        up = true;
        upSince = performance.now();
        options.onUp();
      });
    });
    mine.connect();
  }

  return {
    start() {
      if (wanted) return;
      wanted = true;
      open();
    },
    publish(topic, payload, retain = false) {
      if (up) client?.publish(topic, payload, { qos: 1, retain }, () => undefined);
    },
    isUp: () => up,
    cut() {
      wanted = false;
      failures = 0;
      clearTimeout(retry);
      const mine = client;
      mine?.stream?.destroy();
      if (mine) lost(mine);
    },
    async stop(farewell) {
      wanted = false;
      clearTimeout(retry);
      const mine = client;
      if (!mine) return;
      if (up) {
        await Promise.race([
          mine.publishAsync(farewell.topic, farewell.payload, { qos: 1, retain: true }).catch(() => undefined),
          new Promise((resolve) => setTimeout(resolve, 1000)),
        ]);
      }
      client = undefined;
      const was = up;
      up = false;
      await mine.endAsync(false).catch(() => undefined);
      if (was) options.onDown();
    },
  };
}
