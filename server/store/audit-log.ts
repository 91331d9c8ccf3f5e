import { ObjectId, type Db } from 'mongodb';

/** Who did what. Entries are only ever added. */
export interface AuditDoc {
  _id: string;
  at: Date;
  by: string;
  /** `sign-in`, `registry-import`, `user-created`, … */
  action: string;
  target?: string;
  detail?: Record<string, unknown>;
}

export function auditLogStore(db: Db) {
  const entries = db.collection<AuditDoc>('audit_log');
  return {
    indexes: () =>
      Promise.all([
        entries.createIndex({ at: 1, _id: 1 }),
        entries.createIndex({ by: 1, at: 1, _id: 1 }),
        entries.createIndex({ action: 1, at: 1, _id: 1 }),
        entries.createIndex(
          { target: 1, action: 1, at: 1, _id: 1 },
          { partialFilterExpression: { action: 'clean-transport-decided' } },
        ),
        entries.createIndex({ 'detail.manifest': 1 }, { partialFilterExpression: { action: 'evidence-taken' } }),
      ]),
    /** That the package of evidence with this manifest (SHA-256) was taken; null where it was not. */
    evidenceTaken: (manifest: string) => entries.findOne({ action: 'evidence-taken', 'detail.manifest': manifest }),

    /** Entries of an action about something, newest first. */
    about: (action: string, target: string) => entries.find({ action, target }).sort({ at: -1, _id: -1 }).limit(100).toArray(),

    append: (entry: Omit<AuditDoc, '_id'>) => entries.insertOne({ _id: new ObjectId().toHexString(), ...entry }),
  };
}
export type AuditLogStore = ReturnType<typeof auditLogStore>;
