import { expect } from 'chai';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import { deviceStatusStore, type DeviceStatusDoc, type DeviceStatusStore } from '../../../server/store/device-status.ts';
import { quietLog } from '../../support/log.ts';
import { startMongo } from '../../support/mongo.ts';

const at = (text: string) => new Date(`2021-11-15T${text}+08:00`);
const status = (receivedAt: Date, more: Partial<DeviceStatusDoc> = {}): DeviceStatusDoc => ({
  _id: 'gate/g1',
  kind: 'gate',
  deviceId: 'g1',
  online: true,
  receivedAt,
  ...more,
});

describe('what devices say of themselves', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let store: Store;
  let statuses: DeviceStatusStore;
  before(async () => {
    mongo = await startMongo();
    store = await connectStore(mongo.uri, quietLog);
    statuses = deviceStatusStore(store.connection);
    await statuses.indexes();
  });
  after(async () => {
    await store.close();
    await mongo.stop();
  });
  beforeEach(() => store.db.collection('device_status').deleteMany({}));
  const known = () => statuses.collection.findOne({ _id: 'gate/g1' });

  it('the last received stands, also when an older one is written after it', async () => {
    await statuses.record([status(at('10:05:00'), { online: false })]);
    await statuses.record([status(at('10:04:30'))]);
    expect(await known()).to.deep.include({ online: false, receivedAt: at('10:05:00') });
  });

  it('a kept status that says nothing new leaves the time it was heard, and counts as no minute', async () => {
    await statuses.record([status(at('10:05:00'), { queued: 3 })]);
    await statuses.recordKept([status(at('11:00:00'), { queued: 3 })]);
    expect(await known()).to.deep.include({ receivedAt: at('10:05:00') });
    const day = await store.db
      .collection<{ _id: string; minutes: number[] }>('device_days')
      .findOne({ _id: 'gate/g1|2021-11-15' });
    expect(day?.minutes).to.not.include(11 * 60);
  });

  it('a kept last will that was missed is news', async () => {
    await statuses.record([status(at('10:05:00'))]);
    await statuses.recordKept([status(at('11:00:00'), { online: false })]);
    expect(await known()).to.deep.include({ online: false, receivedAt: at('11:00:00') });
  });
});
