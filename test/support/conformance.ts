import { expect } from 'chai';
import { parseInstant } from '../../devices/contract/instant.ts';
import { startPlatformProcess, type PlatformOptions, type PlatformProcess } from './platform.ts';

/**
 * An inspector's hands: a client of the platform that knows the written contracts and nothing of the sources. It drives a process and
 * speaks HTTP.
 */

/** Bodies are looked at as they come: whatever the contract says must be there is asked for by name. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Json;
}

/** Who asks: a session's cookie, a program's token, a device with its secret, or nobody. */
export type Who = { cookie: string } | { token: string } | { device: string; secret: string } | null;

export interface Asked {
  as?: Who;
  body?: unknown;
  headers?: Record<string, string>;
}

export const PASSWORD = 'admin-of-a-test';
/** The secret of every device these inspections register. */
export const SECRET = 'secret-of-an-inspected-device';

export interface Inspector {
  platform: PlatformProcess;
  url: string;
  /** The first user, who may do everything. */
  admin: Who;
  ask(method: string, path: string, asked?: Asked): Promise<Answer>;
  /** Below `/api/v1`, as the first user unless said otherwise. */
  api(method: string, path: string, asked?: Asked): Promise<Answer>;
  get(path: string, as?: Who): Promise<Json>;
  signIn(username: string, password?: string): Promise<Who>;
  /** Makes a user and signs in. */
  user(username: string, role: string, more?: object): Promise<Who>;
  /** Imports rows as NDJSON. @throws when one is refused */
  rows(collection: string, rows: object[]): Promise<Json>;
  /** Posts a device's message over HTTP. */
  post(device: string, message: string, body: object | string, secret?: string): Promise<Answer>;
  /** Every item of a list, page by page. */
  list(path: string, as?: Who): Promise<Json[]>;
  now(): Promise<number>;
  stop(): Promise<number | null>;
}

export async function startInspection(options: PlatformOptions = {}): Promise<Inspector> {
  const platform = await startPlatformProcess({ startWithinMs: 120_000, ...options });
  const { url } = platform;

  async function ask(method: string, path: string, { as = null, body, headers = {} }: Asked = {}): Promise<Answer> {
    const json = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body);
    const answer = await fetch(url + path, {
      method,
      headers: { ...(json && { 'content-type': 'application/json' }), ...credentials(as), ...headers },
      ...(body !== undefined && { body: json ? JSON.stringify(body) : (body as string) }),
      redirect: 'manual',
    });
    const text = Buffer.from(await answer.arrayBuffer()).toString('utf8');
    const type = answer.headers.get('content-type') ?? '';
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: /json/.test(type) && !/ndjson/.test(type) && text ? JSON.parse(text) : undefined,
    };
  }

  const inspector: Inspector = {
    platform,
    url,
    admin: null,
    ask,
    api: (method, path, asked = {}) => ask(method, `/api/v1${path}`, { as: inspector.admin, ...asked }),
    async get(path, as = inspector.admin) {
      const answer = await ask('GET', `/api/v1${path}`, { as });
      expect(answer.status, `GET ${path}: ${answer.text}`).to.equal(200);
      return answer.json;
    },
    async signIn(username, password = PASSWORD) {
      const answer = await ask('POST', '/api/v1/session', { body: { username, password } });
      expect(answer.status, answer.text).to.equal(200);
      return { cookie: answer.headers.get('set-cookie')!.split(';')[0]! };
    },
    async user(username, role, more = {}) {
      const made = await inspector.api('POST', '/users', {
        body: { username, name: username, role, password: PASSWORD, ...more },
      });
      expect(made.status, made.text).to.be.oneOf([200, 201]);
      return inspector.signIn(username);
    },
    async rows(collection, rows) {
      const body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      const answer = await inspector.api('PUT', `/registry/${collection}`, {
        body,
        headers: { 'content-type': 'application/x-ndjson' },
      });
      expect(answer.status, answer.text).to.equal(200);
      expect(answer.json.rejected, answer.text).to.equal(0);
      return answer.json;
    },
    post: (device, message, body, secret = SECRET) =>
      ask('POST', `/api/v1/devices/${device}/${message}`, {
        as: { device, secret },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    async list(path, as = inspector.admin) {
      const items: Json[] = [];
      let cursor: string | null = null;
      do {
        const mark = path.includes('?') ? '&' : '?';
        const page: Json = await inspector.get(`${path}${mark}limit=1000${cursor === null ? '' : `&cursor=${cursor}`}`, as);
        items.push(...page.items);
        cursor = page.next;
      } while (cursor !== null);
      return items;
    },
    now: async () => parseInstant((await inspector.get('/time')).at as string),
    stop: () => platform.stop(),
  };
  inspector.admin = await inspector.signIn('admin');
  return inspector;
}

function credentials(as: Who): Record<string, string> {
  if (as === null) return {};
  if ('cookie' in as) return { cookie: as.cookie };
  if ('token' in as) return { authorization: `Bearer ${as.token}` };
  return { authorization: `Basic ${Buffer.from(`${as.device}:${as.secret}`).toString('base64')}` };
}

/** Waits until a question has an answer. @throws with the last failure after so many seconds */
export async function eventually<T>(question: () => Promise<T>, seconds = 20): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await question();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** An instant of civil time, as devices write it. */
export const civil = (text: string): string => `${text}+08:00`;

const place = { lon: 112.73, lat: 38.42, county: '140902' };

export const enterprise = (id: string, more: object = {}) => ({
  id, uscc: `91140900${id}`, nameZh: `企业${id}`, county: '140902', industry: 'coking', annualFreight: 2_100_000, planningArea: false,
  dailyTruckPasses: 120, grade: 'B', cleanTransport: 'met', lon: 112.73, lat: 38.42, recordedAt: '2020-01-01', ...more,
}); // prettier-ignore

export const device = (kind: string, id: string, more: object = {}) => ({
  kind, id, nameZh: `设备${id}`, ...place, secret: SECRET, recordedAt: '2020-01-01', ...more,
}); // prettier-ignore

/** A heavy diesel goods vehicle in freight. */
export const vehicle = (plateNumber: string, stage: string | undefined, more: object = {}) => ({
  plateNumber, plateColor: 'yellow', vin: `VIN${Buffer.from(plateNumber).toString('hex').toUpperCase().slice(-14)}`, vehicleType: 'Q11', fuel: 'B',
  ...(stage !== undefined && { stage }), useNature: 'F', totalMass: 25_000, firstRegistered: '2018-05-01', status: 'in-use',
  recordedAt: '2020-01-01', ...more,
}); // prettier-ignore

export const plate = (number: string, color = 'yellow', more: object = {}) => ({ number, color, ...more });
