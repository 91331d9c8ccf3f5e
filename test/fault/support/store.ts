import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { anchoredClock, type ClockAnchor } from '../../../server/clock.ts';
import type { AlertDoc, LiveEventDoc } from '../../../server/alerts/types.ts';
import { createRegistry } from '../../../server/registry/index.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import type { DecisionDoc, FindingDoc, ObservationDoc } from '../../../server/store/types.ts';
import { quietLog } from '../../support/log.ts';
import type { World } from './world.ts';

/** Address of the mongod that a platform keeps under its data directory. */
export function embeddedUri(dataDir: string): string {
  return `mongodb://127.0.0.1:${readFileSync(join(dataDir, 'mongodb.port'), 'utf8').trim()}/cleanhaul?replicaSet=rs0`;
}

/** A test's own look into a platform's store. */
export interface StoreView {
  anchor(): Promise<ClockAnchor>;
  /** Imports the world's registry as an administrator would, and waits until it is stored. */
  importRegistry(world: World): Promise<void>;
  /** Work that is not finished: messages of open batches, due work, events that wait for their number. */
  unfinished(): Promise<{ open: number; due: number; events: number }>;
  /** Makes work that is due later due now. */
  hurry(): Promise<void>;
  /** Moves the platform's clock: takes effect when it is started again. */
  moveClock(ms: number): Promise<void>;
  /** Findings whose moment is still to come, or whose alert has not heard of it. */
  pendingFindings(): Promise<number>;
  /** Devices whose last status says that they are away or have messages waiting. */
  devicesAway(): Promise<number>;
  everything(): Promise<Everything>;
  close(): Promise<void>;
}

export interface Everything {
  observations: ObservationDoc[];
  findings: FindingDoc[];
  decisions: DecisionDoc[];
  alerts: AlertDoc[];
  events: LiveEventDoc[];
  deadLetters: number;
}

export async function openStore(uri: string): Promise<StoreView> {
  const store: Store = await connectStore(uri, quietLog);
  const { db } = store;
  const all = <T>(name: string) => db.collection(name).find().toArray() as unknown as Promise<T[]>;
  const anchor = async () => (await db.collection<ClockAnchor & { _id: string }>('settings').findOne({ _id: 'clock' }))!;
  return {
    anchor,
    async importRegistry(world) {
      const registry = createRegistry({
        db,
        clock: anchoredClock(await anchor()),
        hooks: { inspectionsRecorded: async () => undefined },
      });
      for (const [collection, rows] of world.registry) {
        const body = Readable.from(rows.map((row) => `${JSON.stringify(row)}\n`));
        const answer = await registry.import(collection, body, {
          format: 'ndjson',
          language: 'en',
          may: { recordedAt: true, secrets: true },
        });
        if (answer.rejected > 0) throw new Error(JSON.stringify(answer.errors));
      }
    },
    async unfinished() {
      const open = await db
        .collection<{ _id: string }>('batches')
        .find({ state: 'open' }, { projection: { _id: 1 } })
        .toArray();
      const [left, due, events] = await Promise.all([
        db.collection('observations').countDocuments({ batch: { $in: open.map((b) => b._id) } }),
        db.collection('due_work').countDocuments(),
        db.collection('alerts').countDocuments({ 'pending.0': { $exists: true } }),
      ]);
      return { open: left, due, events };
    },
    async hurry() {
      await db.collection('due_work').updateMany({}, { $set: { dueAt: new Date() } });
    },
    async moveClock(ms) {
      await db.collection<{ _id: string }>('settings').updateOne({ _id: 'clock' }, { $inc: { start: ms } });
    },
    async pendingFindings() {
      const [findings, moments] = await Promise.all([
        db.collection('findings').countDocuments({ dueAt: { $exists: true } }),
        db.collection('due_moments').countDocuments(),
      ]);
      return findings + moments;
    },
    devicesAway: () => db.collection('device_status').countDocuments({ $or: [{ online: false }, { queued: { $gt: 0 } }] }),
    async everything() {
      const [observations, findings, decisions, alerts, events, deadLetters] = await Promise.all([
        all<ObservationDoc>('observations'),
        all<FindingDoc>('findings'),
        all<DecisionDoc>('decisions'),
        all<AlertDoc>('alerts'),
        db.collection('live_events').find().sort({ _id: 1 }).toArray() as unknown as Promise<LiveEventDoc[]>,
        db.collection('dead_letters').countDocuments(),
      ]);
      return { observations, findings, decisions, alerts, events, deadLetters };
    },
    close: () => store.close(),
  };
}
