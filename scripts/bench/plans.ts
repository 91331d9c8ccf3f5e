import type { CommandStartedEvent, Db, Document, MongoClient } from 'mongodb';

/** What a store does to answer: the reads a piece of work asks for, and how each of them is planned. */

/** The reads that are asked for while some work is done. @param client one that was made with `monitorCommands` */
export async function readsOf(client: MongoClient, work: () => Promise<unknown>): Promise<Document[]> {
  const reads: Document[] = [];
  const note = ({ commandName, command }: CommandStartedEvent) => {
    if (['find', 'distinct', 'count', 'aggregate'].includes(commandName)) reads.push(command);
  };
  client.on('commandStarted', note);
  try {
    await work();
  } finally {
    client.off('commandStarted', note);
  }
  return reads;
}

/** How one read was done. */
export interface Plan {
  collection: string;
  /** Every stage, outermost first. */
  stages: string[];
  indexes: string[];
  keys: number;
  docs: number;
  returned: number;
  /** What was sorted in memory: how many rows went into it. */
  sorted: number;
}

const LEFT_OUT = ['lsid', '$db', '$clusterTime', 'readConcern', 'txnNumber', '$readPreference', 'apiVersion', 'cursor'];

/** Does a read again, and says how. */
export async function planOf(db: Db, command: Document): Promise<Plan> {
  const asked = Object.fromEntries(Object.entries(command).filter(([name]) => !LEFT_OUT.includes(name)));
  if ('aggregate' in asked) asked.cursor = {};
  // What is read as it is needed is read no further than its first batch.
  if ('find' in asked && asked.limit === undefined && asked.batchSize !== undefined) asked.limit = asked.batchSize;
  const told = await db.command({ explain: asked, verbosity: 'executionStats' });
  const { executionStats } = (told.stages ? (told.stages as Document[])[0]!.$cursor : told) as {
    executionStats: Document & { executionStages: Document };
  };
  const plan: Plan = {
    collection: String(asked.find ?? asked.distinct ?? asked.count ?? asked.aggregate),
    stages: [],
    indexes: [],
    keys: executionStats.totalKeysExamined as number,
    docs: executionStats.totalDocsExamined as number,
    returned: executionStats.nReturned as number,
    sorted: 0,
  };
  walk(executionStats.executionStages, plan);
  return plan;
}

function walk(stage: Document, plan: Plan): void {
  plan.stages.push(String(stage.stage));
  if (stage.indexName !== undefined) plan.indexes.push(String(stage.indexName));
  const inner = [stage.inputStage, ...((stage.inputStages as Document[] | undefined) ?? [])].filter(Boolean) as Document[];
  if (stage.stage === 'SORT') plan.sorted += Number(inner[0]?.nReturned ?? 0);
  for (const one of inner) walk(one, plan);
}

/** A plan in a few words. */
export function planText({ collection, stages, indexes, docs, keys, sorted }: Plan): string {
  const how = stages.includes('COLLSCAN') ? 'COLLSCAN' : stages.includes('IDHACK') ? '_id' : [...new Set(indexes)].join('+') || stages[0]!; // prettier-ignore
  return `${collection} by ${how}${sorted > 0 ? `, sorts ${sorted}` : ''} (${keys} keys, ${docs} rows)`;
}
