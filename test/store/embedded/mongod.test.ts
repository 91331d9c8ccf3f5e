import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findMongod } from '../../../server/embedded/find-mongod.ts';
import { startMongod, type EmbeddedMongod } from '../../../server/embedded/mongod.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { keptLog, quietLog as log } from '../../support/log.ts';
import { freePort } from '../../support/ports.ts';
import { until } from '../../support/until.ts';

describe('the embedded MongoDB', () => {
  let dataDir: string;
  const running: EmbeddedMongod[] = [];
  const stores: Store[] = [];

  const start = async () => {
    const mongod = await startMongod({ dataDir, log, cacheGb: 0.25 });
    running.push(mongod);
    return mongod;
  };
  const open = async (mongod: EmbeddedMongod) => {
    const store = await connectStore(mongod.uri, log);
    stores.push(store);
    return store;
  };
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'cleanhaul-mongod-'));
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    for (const mongod of running.splice(0)) await mongod.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('keeps what was written, and its port, over a stop and a start', async () => {
    const first = await start();
    await (await open(first)).db.collection('things').insertOne({ n: 1 });
    await first.stop();
    expect(first.pid()).equal(null);

    const second = await start();
    expect(second.port).equal(first.port);
    expect(await (await open(second)).db.collection('things').countDocuments()).equal(1);
  });

  it('is a primary again on another port when its own has been taken', async () => {
    const first = await start();
    await (await open(first)).db.collection('things').insertOne({ n: 1 });
    for (const store of stores.splice(0)) await store.close();
    await first.stop();
    const squatter = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => squatter.listen(first.port, '127.0.0.1', resolve));
    try {
      const second = await start();
      expect(second.port).not.equal(first.port);
      const store = await open(second);
      await store.db.collection('things').insertOne({ n: 2 });
      expect(await store.db.collection('things').countDocuments()).equal(2);
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
  });

  it('comes back by itself after each SIGKILL, with all that was acknowledged', async () => {
    const mongod = await start();
    const store = await open(mongod);
    const things = store.db.collection<{ _id: number }>('things');
    const acknowledged: number[] = [];
    for (let round = 0; round < 3; round++) {
      const killed = mongod.pid();
      expect(killed).not.equal(null);
      for (let i = 0; i < 50; i++) {
        await things.insertOne({ _id: round * 50 + i });
        acknowledged.push(round * 50 + i);
      }
      process.kill(killed ?? 0, 'SIGKILL');
      await until(() => mongod.pid() !== null && mongod.pid() !== killed);
      await until(
        () =>
          things.updateOne({ _id: 1_000 + round }, { $set: {} }, { upsert: true }).then(
            () => true,
            () => false,
          ),
        60_000,
      );
    }
    const stored = await things
      .find({ _id: { $lt: 1_000 } })
      .map((d) => d._id)
      .toArray();
    expect(stored).to.have.members(acknowledged);
  });

  it('runs transactions and change streams', async () => {
    const store = await open(await start());
    const things = store.db.collection<{ n: number }>('things');
    await things.insertOne({ n: 0 });
    const stream = things.watch();
    const change = stream.next();
    const session = await store.connection.startSession();
    await session.withTransaction(async () => {
      await things.insertOne({ n: 1 }, { session });
    });
    await session.endSession();
    expect((await change).operationType).equal('insert');
    await stream.close();
  });

  it('says why it does not come up', async () => {
    await writeFile(join(dataDir, 'not-mongod'), '#!/bin/sh\necho "no space left"\nexit 1\n', { mode: 0o755 });
    const kept = keptLog();
    const problem = await startMongod({ dataDir, log: kept.log, binary: join(dataDir, 'not-mongod'), upWithinMs: 1_500 }).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(problem).contain('mongod did not come up').and.contain('no space left');
  });

  it('ends a mongod that a killed platform has left on its directory', async () => {
    const binary = await findMongod(log);
    const dbPath = join(dataDir, 'mongodb');
    await mkdir(dbPath);
    const left = spawn(
      binary,
      ['--dbpath', dbPath, '--port', String(await freePort()), '--bind_ip', '127.0.0.1', '--replSet', 'rs0'],
      { stdio: 'ignore' },
    );
    const ended = new Promise((resolve) => left.once('exit', resolve));
    await until(async () => (await readFile(join(dbPath, 'mongod.lock'), 'utf8').catch(() => '')).trim() === String(left.pid));
    const mongod = await start();
    await ended;
    expect(mongod.pid()).not.equal(null);
  });
});
