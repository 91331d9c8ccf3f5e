import { expect } from 'chai';
import type { Collection, Db } from 'mongodb';
import { pino } from 'pino';
import type { AppError } from '../../../server/errors.ts';
import { connectStore, type Store } from '../../../server/store/connection.ts';
import type { UserDoc } from '../../../server/store/users.ts';
import { createIdentity } from '../../../server/users/identity.ts';
import { startMongo } from '../../support/mongo.ts';

const PASSWORD = 'a long enough password';
const actor = (username: string) => ({ username, name: username, role: 'owner' as const });

/** The database of one of two processes: each of both looks for other owners before either writes. */
function meeting(db: Db, arrive: () => Promise<void>): Db {
  const users = db.collection<UserDoc>('users');
  let met = false;
  const countDocuments = async (...args: Parameters<typeof users.countDocuments>) => {
    const found = await users.countDocuments(...args);
    if (!met) await arrive();
    met = true;
    return found;
  };
  const own = new Proxy(users, {
    get: (_, name) => (name === 'countDocuments' ? countDocuments : (Reflect.get(users, name) as () => void).bind(users)),
  });
  return { collection: (name: string): Collection => (name === 'users' ? (own as unknown as Collection) : db.collection(name)) } as Db; // prettier-ignore
}

/** Resolves for everybody when so many have come. */
function barrier(size: number): () => Promise<void> {
  let come = 0;
  let open = () => undefined as void;
  const all = new Promise<void>((resolve) => (open = resolve));
  return () => {
    if (++come === size) open();
    return all;
  };
}

describe('the last owner', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let store: Store;

  before(async () => {
    mongo = await startMongo();
    store = await connectStore(mongo.uri, pino({ level: 'silent' }));
  });
  after(async () => {
    await store.close();
    await mongo.stop();
  });
  beforeEach(() => store.db.dropDatabase());

  for (const change of [{ role: 'police' as const }, { disabled: true }]) {
    it(`stays when two owners take it from each other at once: ${JSON.stringify(change)}`, async () => {
      const clock = { now: () => Date.now(), speed: 1 };
      const identity = createIdentity({ db: store.db, clock });
      await identity.ensureAdmin(PASSWORD);
      await identity.createUser({ username: 'wang', name: '王', role: 'owner', password: PASSWORD }, actor('admin'));
      const arrive = barrier(2);
      const [one, two] = [0, 1].map(() => createIdentity({ db: meeting(store.db, arrive), clock }));
      const answers = await Promise.allSettled([
        one!.changeUser('wang', change, actor('admin')),
        two!.changeUser('admin', change, actor('wang')),
      ]);
      const refused = answers.filter((a) => a.status === 'rejected').map((a) => (a.reason as AppError).code);
      expect(refused).to.include('last-owner');
      const owners = (await identity.users()).filter((u) => u.role === 'owner' && !u.disabled);
      expect(owners).to.have.length(refused.length);
      for (const { username } of owners) {
        expect((await identity.user(username)).rev).to.equal(3);
        expect((await identity.signIn(username, PASSWORD)).actor.role).to.equal('owner');
      }
      const audited = await store.db.collection('audit_log').countDocuments({ action: 'user-changed' });
      expect(audited).to.equal(2 - refused.length);
    });
  }
});
