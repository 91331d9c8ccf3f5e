import { setTimeout as sleep } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { ANSWERS } from '../../../devices/contract/kinds.ts';
import { until } from '../../support/until.ts';
import { secretOf } from './wire.ts';

/** The ways by which a message comes to the platform, behind one shape. */

export interface Sent {
  kind: string;
  deviceId: string;
  message: string;
  bytes: Buffer;
  retain: boolean;
}

/** An answer: the topic's last part, or what stands for it in HTTP, where it comes with a status. */
export interface Answer {
  answer: string;
  json: Record<string, unknown>;
  status?: number;
}

export interface Door {
  name: string;
  /** Why a message cannot come in here, where it cannot. */
  hides(code: string): 'no-login' | 'dropped' | 'unsayable' | undefined;
  /** Gets a device ready to send and to hear; false when it is not let in. */
  enter(kind: string, deviceId: string): Promise<boolean>;
  send(messages: Sent[]): Promise<void>;
  /** Everything that a device has heard since it entered. */
  heard(kind: string, deviceId: string): Answer[];
  /** Ends when whatever the broker would drop of what was sent has been dropped. */
  settled(kind: string, deviceId: string): Promise<void>;
  close(): Promise<void>;
}

const topicOf = ({ kind, deviceId, message }: Pick<Sent, 'kind' | 'deviceId' | 'message'>) =>
  `cleanhaul/v1/${kind}/${deviceId}/${message}`;

function keep(book: Map<string, Answer[]>) {
  return (topic: string, payload: Buffer) => {
    const [, , kind = '', deviceId = '', answer = ''] = topic.split('/');
    const key = `${kind}/${deviceId}`;
    const entry = { answer, json: JSON.parse(payload.toString()) as Record<string, unknown> };
    book.set(key, [...(book.get(key) ?? []), entry]);
  };
}

/** A broker without rights, one connection for all. */
export async function openDoor(url: string): Promise<Door> {
  const book = new Map<string, Answer[]>();
  const client = await mqtt.connectAsync(url, { clientId: 'everybody' });
  client.on('message', keep(book));
  await client.subscribeAsync(
    ANSWERS.map((answer) => `cleanhaul/v1/+/+/${answer}`),
    { qos: 1 },
  );
  // What is published before the platform's first subscription nobody hears.
  await until(async () => {
    await client.publishAsync('cleanhaul/v1/gate/mark/arrival', 'mark', { qos: 1 });
    await sleep(100);
    return book.has('gate/mark');
  }, 30_000);
  return {
    name: 'Mosquitto without rights',
    hides: () => undefined,
    enter: () => Promise.resolve(true),
    async send(messages) {
      await Promise.all(messages.map((m) => client.publishAsync(topicOf(m), m.bytes, { qos: 1, retain: m.retain })));
    },
    heard: (kind, deviceId) => book.get(`${kind}/${deviceId}`) ?? [],
    settled: () => Promise.resolve(),
    close: () => client.endAsync(),
  };
}

/** The broker with rights: each device logs in with its own secret. */
export function deviceDoor(url: string): Door {
  const book = new Map<string, Answer[]>();
  const clients = new Map<string, MqttClient>();
  return {
    name: 'the embedded broker',
    hides(code) {
      if (code === 'unknown-device' || code === 'disabled-device') return 'no-login';
      return code === 'retained' || code === 'wrong-kind' || code === 'unknown-topic' ? 'dropped' : undefined;
    },
    async enter(kind, deviceId) {
      const username = `${kind}/${deviceId}`;
      if (clients.get(username)?.connected === true) return true;
      const client = mqtt.connect(url, {
        username,
        password: secretOf(username),
        clientId: username.replace('/', '_'),
        reconnectPeriod: 0,
      });
      const entered = await new Promise<boolean>((resolve) => {
        client.once('connect', () => resolve(true));
        client.once('close', () => resolve(false));
        client.once('error', () => resolve(false));
      });
      if (!entered) {
        client.end(true);
        return false;
      }
      clients.set(username, client);
      client.on('message', keep(book));
      await client.subscribeAsync(
        ANSWERS.map((answer) => `cleanhaul/v1/${username}/${answer}`),
        { qos: 1 },
      );
      return true;
    },
    async send(messages) {
      await Promise.all(
        messages.map((m) =>
          clients.get(`${m.kind}/${m.deviceId}`)!.publishAsync(topicOf(m), m.bytes, { qos: 1, retain: m.retain }),
        ),
      );
    },
    heard: (kind, deviceId) => book.get(`${kind}/${deviceId}`) ?? [],
    async settled(kind, deviceId) {
      // A message the platform refuses follows on the same way: when its answer is there, the ones before have passed or were dropped.
      const mark = Buffer.from(`mark ${Math.random()}`);
      const message = { gate: 'arrival', checkpoint: 'sighting', 'on-board': 'telemetry', 'urea-pump': 'fill' }[kind];
      const before = this.heard(kind, deviceId).length;
      await this.send([
        { kind, deviceId, message: message ?? (kind === 'remote-sensing' ? 'reading' : 'passage'), bytes: mark, retain: false },
      ]);
      await until(() =>
        this.heard(kind, deviceId)
          .slice(before)
          .some((a) => a.json.code === 'not-json'),
      );
    },
    async close() {
      await Promise.all([...clients.values()].map((client) => client.endAsync(true)));
    },
  };
}

/** The HTTP door: the answer is the body. A message that finds the store away is sent again, as devices do. */
export function httpDoor(url: string): Door {
  const book = new Map<string, Answer[]>();
  const post = async (m: Sent): Promise<void> => {
    const username = `${m.kind}/${m.deviceId}`;
    const response = await fetch(`${url}/api/v1/devices/${m.kind}/${m.deviceId}/${encodeURIComponent(m.message)}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${secretOf(username)}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: new Uint8Array(m.bytes),
    });
    const text = await response.text();
    const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    if (json['code'] === 'store-away') {
      await sleep(1_000);
      return post(m);
    }
    const answer = response.status === 200 ? (json.ids ? 'receipt' : 'decision') : response.ok ? 'none' : 'rejected';
    book.set(username, [...(book.get(username) ?? []), { answer, json, status: response.status }]);
  };
  return {
    name: 'HTTP',
    hides: (code) => (code === 'unknown-device' ? 'no-login' : code === 'retained' ? 'unsayable' : undefined),
    enter: () => Promise.resolve(true),
    async send(messages) {
      const rest = [...messages];
      const sender = async () => {
        for (let next = rest.shift(); next !== undefined; next = rest.shift()) await post(next);
      };
      await Promise.all(Array.from({ length: 40 }, sender));
    },
    heard: (kind, deviceId) => book.get(`${kind}/${deviceId}`) ?? [],
    settled: () => sleep(0),
    close: () => Promise.resolve(),
  };
}
