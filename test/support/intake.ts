import type { Kind } from '../../devices/contract/kinds.ts';
import { forgetLedgerMarks } from '../../server/intake/histories/gate-ledger.ts';
import type { Incoming, Outcome } from '../../server/intake/types.ts';
import { COKING, GATE, truck, type TestCore } from './core.ts';

/** A small country for tests of the intake, the messages its devices send, and what is compared in the end. */

export interface Message {
  kind: Kind;
  deviceId: string;
  message: string;
  body: { id: string; at: string; backfill?: boolean } & Record<string, unknown>;
}

/** Inside the zone `ring`, and far outside of it. */
export const INSIDE = { lon: 112.73, lat: 38.42 };
export const OUTSIDE = { lon: 113.2, lat: 38.7 };

function square(west: number, south: number, east: number, north: number) {
  const corners = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: 'Polygon', coordinates: [corners] };
}

const ZONE = {
  zoneKind: 'diversion',
  nameZh: '示例绕行区',
  vehicles: { sizes: ['heavy'], fuels: ['B'] },
};
/** Two zones that overlap: `core` lies wholly in `ring`. */
export const ZONES = [
  { ...ZONE, id: 'ring', polygon: square(112.7, 38.4, 112.8, 38.5) },
  { ...ZONE, id: 'core', polygon: square(112.74, 38.43, 112.78, 38.47) },
];
const CORE_PLACE = { lon: 112.76, lat: 38.45 };

const device = (kind: Kind, id: string, place: object = INSIDE, more: object = {}) => ({
  kind,
  id,
  nameZh: `示例${id}`,
  county: '140902',
  enabled: true,
  ...place,
  ...more,
});
const calibrated = { calibratedUntil: '2030-01-01' };

/** Gates `g1` (industrial, in the zone) and `g9` (industrial, outside), stations, checkpoints, a urea pump, and the trucks with their terminals. */
export async function furnish(t: TestCore, trucks: object[]): Promise<void> {
  await t.rows('enterprises', [COKING, { ...COKING, id: 'far-1', industry: 'logistics', dailyTruckPasses: 3, ...OUTSIDE }]);
  await t.rows('devices', [
    GATE,
    device('gate', 'g9', OUTSIDE, { enterpriseId: 'far-1', secret: 'gate-nine-secret-0123456789' }),
    device('remote-sensing', 's1', OUTSIDE, calibrated),
    device('remote-sensing', 's2', OUTSIDE, calibrated),
    device('remote-sensing', 's3', INSIDE, calibrated),
    device('checkpoint', 'c1'),
    device('checkpoint', 'c2', CORE_PLACE),
    device('checkpoint', 'c9', OUTSIDE),
    device('urea-pump', 'p1', OUTSIDE),
    ...trucks.map((row) => ({ kind: 'on-board', id: (row as { vin: string }).vin, nameZh: '终端', enabled: true })),
  ]);
  await t.rows('zones', ZONES);
  await t.rows('vehicles', trucks);
}

export { truck };

let counter = 0;
const base = (at: string, more: object) => ({ id: `m-${(++counter).toString().padStart(6, '0')}`, at, backfill: true, ...more });
const plateOf = (number: string) => ({ number, color: 'yellow' });

/** All of these are sent late (`backfill`), so that no decision is published, unless `more` says otherwise. */
export const arrival = (number: string, at: string, more: object = {}, gate = 'g1'): Message => ({
  kind: 'gate',
  deviceId: gate,
  message: 'arrival',
  body: base(at, { direction: 'in', lane: '1', plate: plateOf(number), ...more }),
});
export const passage = (number: string, at: string, more: object = {}, gate = 'g1'): Message => ({
  kind: 'gate',
  deviceId: gate,
  message: 'passage',
  body: base(at, { direction: 'in', lane: '1', plate: plateOf(number), outcome: 'passed', ...more }),
});
export const reading = (number: string, at: string, opacity: number, station = 's1', more: object = {}): Message => ({
  kind: 'remote-sensing',
  deviceId: station,
  message: 'reading',
  body: base(at, { plate: plateOf(number), speed: 40, acceleration: 0.5, measured: { co2: 12, opacity }, ...more }),
});
export const sighting = (number: string, at: string, checkpoint = 'c1', more: object = {}): Message => ({
  kind: 'checkpoint',
  deviceId: checkpoint,
  message: 'sighting',
  body: base(at, { plate: plateOf(number), ...more }),
});
export const fill = (number: string, at: string, concentration = 32.5, more: object = {}): Message => ({
  kind: 'urea-pump',
  deviceId: 'p1',
  message: 'fill',
  body: base(at, { plate: plateOf(number), volume: 40, concentration, ...more }),
});
export const telemetry = (vin: string, samples: { at: string }[], more: object = {}): Message => ({
  kind: 'on-board',
  deviceId: vin,
  message: 'telemetry',
  body: base(samples.at(-1)!.at, { samples, ...more }),
});

/** A moment so many minutes after another, in the form devices send. */
export function after(at: string, minutes: number): string {
  return new Date(Date.parse(at) + minutes * 60_000).toISOString();
}

/** Takes messages in as one batch, and waits until all are settled. @throws when one is refused */
export async function feed(t: TestCore, messages: Message[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  await t.core.pipeline.process(messages.map((m, i) => incomingOf(m, t.clock.now(), (outcome) => (outcomes[i] = outcome))));
  const refused = outcomes.find((o) => !o.stored);
  if (refused) throw new Error(JSON.stringify(refused));
  return outcomes;
}

/** A message at the door. */
export function incomingOf(m: Message, receivedAt: number, settle: (outcome: Outcome) => void): Incoming {
  return {
    topic: `cleanhaul/v1/${m.kind}/${m.deviceId}/${m.message}`,
    kind: m.kind,
    deviceId: m.deviceId,
    message: m.message,
    bytes: Buffer.from(JSON.stringify(m.body)),
    retained: false,
    receivedAt,
    via: 'http',
    settle,
  };
}

/** The key of a message's observation. */
export const refOf = (m: Message) => `${m.kind}/${m.deviceId}/${m.body.id}`;

/** A seeded source of numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

/** Small batches of random sizes. */
export function batches<T>(items: readonly T[], next: () => number, most = 4): T[][] {
  const list: T[][] = [];
  for (let i = 0; i < items.length;) {
    const size = 1 + Math.floor(next() * most);
    list.push(items.slice(i, i + size));
    i += size;
  }
  return list;
}

type Doc = Record<string, unknown>;

/** What must not depend on the order of messages: findings that stand, the last word on every gate message, and alerts. */
export async function verdict(t: TestCore) {
  const read = (name: string) => t.store.db.collection<Doc>(name).find().sort({ _id: 1 }).toArray();
  const [findings, decisions, alerts, observations] = await Promise.all(
    ['findings', 'decisions', 'alerts', 'observations'].map((name) => read(name)),
  );
  return {
    observations: observations!.map((o) => o._id),
    findings: findings!
      .filter((f) => f.status !== 'withdrawn')
      .map(({ _id, severity, proposal, at, observations: refs, count, last, vin, plate, measured, limit, alert, zh }) =>
        plain({ _id, severity, proposal, at, refs, count, last, vin, plate, measured, limit, alert, zh }),
      ),
    decisions: decisions!.map(({ _id, decision, findings: keys, rejudged }) => {
      const last = (rejudged ?? { decision: (decision as Doc).decision, findings: keys }) as Doc;
      return plain({ _id, decision: last.decision, findings: [...(last.findings as string[])].sort() });
    }),
    alerts: alerts!
      .filter((a) => a.count !== 0)
      .map(({ key, count, severity, firstAt, lastAt, findings: keys, audiences }) =>
        plain({ key, count, severity, firstAt, lastAt, keys: [...(keys as string[])].sort(), audiences }),
      )
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  };
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

const MADE = ['observations', 'findings', 'decisions', 'alerts', 'due_work', 'due_moments', 'hour_sums', 'dead_letters'];

/** Forgets all messages and what came of them; the registry stays, and so do batch records, some of which are in use. */
export async function forget(t: TestCore): Promise<void> {
  for (const name of MADE) await t.store.db.collection(name).deleteMany({});
  forgetLedgerMarks(t.core.stores.moments);
}
