import { MongoClient, type Collection } from 'mongodb';
import { createAlerts } from '../../server/alerts/alerts.ts';
import { createRecords } from '../../server/audit/records.ts';
import type { Logger } from '../../server/log.ts';
import { createRegistry } from '../../server/registry/index.ts';
import { ensureAlertIndexes } from '../../server/store/alerts.ts';
import { auditLogStore } from '../../server/store/audit-log.ts';
import { connectStore } from '../../server/store/connection.ts';
import { deadLetterStore } from '../../server/store/dead-letters.ts';
import { decisionStore } from '../../server/store/decisions.ts';
import { findingStore } from '../../server/store/findings.ts';
import { observationStore } from '../../server/store/observations.ts';
import { listQuestions, type ListServices } from './list-queries.ts';
import { alertRow, auditRow, deadLetterRow, decisionRow, END, findingRow, observationRow, vehicleRow, type RowsOf } from './list-rows.ts'; // prettier-ignore
import { planOf, planText, readsOf, type Plan } from './plans.ts';
import { median } from './median.ts';

/** Lists at size: the first page of each, beside one row read by its key, with the plans. */
export interface ListsRow {
  rows: number;
  /** One row by `_id`, ms. */
  bare: number;
  lists: { name: string; items: number; ms: number; worst: number; plans: Plan[] }[];
}

/** How often each page is asked for. */
const TIMES = 5;
const BATCH = 2_000;
/** Read for the moment of a list; a row each. */
export const SMALL = ['batches', 'live_events'];

const ROWS: [collection: string, row: (n: number, of: RowsOf) => object, share: number][] = [
  ['observations', observationRow, 1],
  ['findings', findingRow, 1],
  ['decisions', decisionRow, 1],
  ['alerts', alertRow, 1],
  ['registry_vehicles', vehicleRow, 1],
  ['audit_log', auditRow, 0.2],
  ['dead_letters', deadLetterRow, 0.2],
];

/** Fills a database with so many rows of every list, and makes the platform's indexes. */
export async function fillLists(
  uri: string,
  total: number,
  log: Logger,
  say: (text: string) => void = () => undefined,
): Promise<void> {
  const store = await connectStore(uri, log);
  try {
    for (const [name, row, share] of ROWS) {
      const began = performance.now();
      const collection = store.db.collection(name);
      const count = Math.ceil(total * share);
      for (let i = 0; i < count; i += BATCH) {
        const docs = Array.from({ length: Math.min(BATCH, count - i) }, (_, j) => row(i + j, { total: count }));
        await collection.insertMany(docs, { ordered: false, writeConcern: { w: 1 } });
      }
      say(`${name}: ${count} rows in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
    await (store.db.collection('live_events') as unknown as Collection<{ _id: number }>).insertOne({ _id: total });
    const began = performance.now();
    const silent = { inspectionsRecorded: () => Promise.resolve() };
    const clock = { now: () => END, speed: 1 };
    await observationStore(store.connection).indexes();
    await findingStore(store.connection).indexes();
    await decisionStore(store.connection).indexes();
    await deadLetterStore(store.connection).indexes();
    await ensureAlertIndexes(store.connection);
    await auditLogStore(store.db).indexes();
    await createRegistry({ db: store.db, clock, hooks: silent }).indexes();
    say(`indexes made in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  } finally {
    await store.close();
  }
}

/** The services of the lists on a database, and a client that tells what they read. */
export async function listServices(uri: string, log: Logger): Promise<{ client: MongoClient; services: ListServices }> {
  const client = await new MongoClient(uri, { monitorCommands: true, ignoreUndefined: true }).connect();
  const db = client.db() as never;
  const clock = { now: () => END, speed: 1 };
  const registry = createRegistry({ db, clock, hooks: { inspectionsRecorded: () => Promise.resolve() } });
  return {
    client,
    services: { registry, records: createRecords({ db, clock, registry }), alerts: createAlerts({ db, clock, log }) },
  };
}

/** Fills a database and asks for every first page. */
export async function measureLists(o: { uri: string; rows: number; log: Logger; say(text: string): void }): Promise<ListsRow> {
  await fillLists(o.uri, o.rows, o.log, o.say);
  const { client, services } = await listServices(o.uri, o.log);
  try {
    const one = await client.db().collection('findings').findOne({}, { projection: { _id: 1 } });
    const bare = median(await timed(101, () => client.db().collection('findings').findOne({ _id: one!._id })));
    const lists: ListsRow['lists'] = [];
    for (const { name, ask } of listQuestions(o.rows - 10)) {
      let items = 0;
      const times = await timed(TIMES, async () => (items = (await ask(services)).items.length));
      const plans: Plan[] = [];
      for (const read of await readsOf(client, () => ask(services)))
        if (!SMALL.includes(String(read.find))) plans.push(await planOf(client.db(), read));
      lists.push({ name, items, ms: median(times), worst: Math.max(...times), plans });
      o.say(`${name}: ${items} rows, ${median(times).toFixed(1)} ms (worst ${Math.max(...times).toFixed(1)}) · ${plans.map(planText).join(' · ')}`);
    }
    return { rows: o.rows, bare, lists };
  } finally {
    await client.close();
  }
} // prettier-ignore

async function timed(times: number, work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await work();
    taken.push(performance.now() - began);
  }
  return taken;
}
