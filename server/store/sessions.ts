import type { Db } from 'mongodb';

/** Somebody signed in. `_id` is the SHA-256 of the cookie's secret; times are real. */
export interface SessionDoc {
  _id: string;
  username: string;
  /** The user's epoch at sign-in: another one ends the session. */
  epoch: number;
  createdAt: Date;
  expiresAt: Date;
}

export function sessionStore(db: Db) {
  const sessions = db.collection<SessionDoc>('sessions');
  return {
    indexes: () => sessions.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }),
    byId: (id: string) => sessions.findOne({ _id: id }),
    insert: (session: SessionDoc) => sessions.insertOne(session),
    remove: (id: string) => sessions.deleteOne({ _id: id }),
  };
}
export type SessionStore = ReturnType<typeof sessionStore>;
