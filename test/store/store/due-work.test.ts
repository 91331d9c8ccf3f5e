import { expect } from 'chai';
import mongoose from 'mongoose';
import { dueStore, type DueStore } from '../../../server/store/due-work.ts';
import { startMongo } from '../../support/mongo.ts';

describe('due work', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let connection: mongoose.Connection;
  let due: DueStore;

  before(async () => {
    mongo = await startMongo();
    connection = await mongoose.createConnection(mongo.uri).asPromise();
    due = dueStore(connection);
  });
  after(async () => {
    await connection.close();
    await mongo.stop();
  });
  beforeEach(() => connection.collection('due_work').deleteMany({}));

  const mark = (dueAt: number) => due.mark([{ id: 'vehicle/V1', kind: 'vehicle', about: 'V1', from: 0, dueAt }]);

  it('marked again while it is done is due once more', async () => {
    await mark(1_000);
    const held = await due.take(1_000, 10, 500);
    await mark(1_200);
    await due.finish(held, 1_300);
    expect(await due.take(1_300, 10, 500)).to.have.length(1);
  });

  it('finished late by one it was taken from stays, though marks count anew', async () => {
    await mark(1_000);
    const slow = await due.take(1_000, 10, 500);
    const other = await due.take(1_500, 10, 500);
    expect(other[0]).to.include({ leased: true });
    await due.finish(other, 1_600);
    await mark(1_700);
    await due.finish(slow, 1_800);
    expect(await due.take(1_800, 10, 500), 'the new mark').to.have.length(1);
  });
});
