import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Filter } from 'mongodb';
import type { Clock } from '../clock.ts';
import { badCursor, isInstant, readCursor, writeCursor } from '../cursor.ts';
import { batchIdAt } from '../intake/batch-records.ts';
import type { BatchDoc } from '../store/types.ts';
import type { StoreFilter } from './scope.ts';

/** What every list is asked: a stretch of `at` [from, to) in ms, and where to go on. */
export interface ListQuery {
  from?: number | undefined;
  to?: number | undefined;
  order?: 'asc' | 'desc' | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

export interface Page<T> {
  items: T[];
  next: string | null;
  /** The moment S of the list: its rows were recorded by then. */
  asOf: number;
}

/** A stored row; its place in lists is its moment and its id. */
interface Row {
  _id: string;
}

/** Where a page goes on, in the list of the moment `asOf`. */
interface Place {
  asOf: number;
  at: number;
  id: string;
}

/** A batch record is opened at least so often while messages come in; real time. */
const BUSY_MS = 2_500;
/** So long is waited, at most, for what is under way in this process; and so long after its time stamp a row of another is in the store. */
const SETTLE_MS = 250;
/** So long after its time stamp a row that no message brought (due work) is in the store. */
const WRITE_MS = 25;

export type Pages = ReturnType<typeof createPages>;

/** What this process has under way. */
export interface Settling {
  /** As its batches name it. */
  owner: string;
  /** Waits at most so many ms. @returns a moment, real ms, before which all that this process took in is stored */
  settled(waitMs: number): Promise<number>;
}

export interface PagesDeps {
  db: Db;
  clock: Clock;
  realNow?: () => number;
  /** What is under way in this process; absent: any process may be another one. */
  settling?: Settling | undefined;
  /** The field by which rows are ordered. */
  field?: string;
}

/** Lists by (at, id), newest first, as of one moment: they neither skip nor repeat while rows arrive. */
export function createPages({ db, clock, realNow = Date.now, settling, field = 'at' }: PagesDeps) {
  const batches = db.collection<BatchDoc>('batches');

  /** Whose batches were opened just now: who takes in messages. */
  async function takingIn(asked: number): Promise<string[]> {
    const since = new Date(asked - BUSY_MS);
    const open = await batches
      .find({ _id: { $gt: batchIdAt(asked - BUSY_MS) } }, { projection: { owner: 1, openedAt: 1 } })
      .toArray();
    return open.filter(({ openedAt }) => openedAt > since).map(({ owner }) => owner);
  }

  /**
   * The moment of a new list: the newest before which everything is stored. What is under way in this process is waited for a little, and
   * else the moment lies before it; of other processes it is waited for as long as it may take.
   */
  async function moment(): Promise<number> {
    const asked = realNow();
    const asOf = clock.now();
    const [settledAt, owners] = await Promise.all([settling?.settled(SETTLE_MS) ?? asked, takingIn(asked)]);
    const wait = owners.length === 0 ? 0 : owners.some((owner) => owner !== settling?.owner) ? SETTLE_MS : WRITE_MS;
    const rest = asked + wait - realNow();
    if (rest > 0) await sleep(rest);
    return settledAt >= asked ? asOf : asOf - Math.ceil((asked - settledAt) * clock.speed);
  }

  function find<D extends Row>(
    collection: string,
    recorded: string,
    filter: StoreFilter,
    query: ListQuery,
    asOf: number,
    after?: Place,
    hint?: string,
  ) {
    const [beyond, order] = query.order === 'asc' ? (['$gt', 1] as const) : (['$lt', -1] as const);
    const at = {
      ...(query.from !== undefined && { $gte: new Date(query.from) }),
      ...(query.to !== undefined && { $lt: new Date(query.to) }),
    };
    const all: StoreFilter[] = [filter, { [recorded]: { $lte: new Date(asOf) } }];
    if (Object.keys(at).length > 0) all.push({ [field]: at });
    if (after) {
      const last = new Date(after.at);
      // The first bound lets the index begin at the place, the second is the place itself.
      all.push(
        { [field]: order === 1 ? { $gte: last } : { $lte: last } },
        { $or: [{ [field]: { [beyond]: last } }, { [field]: last, _id: { [beyond]: after.id } }] },
      );
    }
    return db
      .collection<D>(collection)
      .find({ $and: all } as Filter<D>, hint === undefined ? {} : { hint })
      .sort({ [field]: order, _id: order });
  }

  const cursorAt = (row: Row, asOf: number) =>
    writeCursor([asOf, (row as unknown as Record<string, Date>)[field]!.getTime(), row._id]);

  return {
    /**
     * @param recorded the field that says when a row was recorded
     * @throws AppError 400 `bad-cursor`
     */
    async page<D extends Row>(collection: string, recorded: string, filter: StoreFilter, query: ListQuery): Promise<Page<D>> {
      const after = query.cursor === undefined ? undefined : readPlace(query.cursor);
      const asOf = after?.asOf ?? (await moment());
      const limit = query.limit ?? 100;
      const items = (await find<D>(collection, recorded, filter, query, asOf, after)
        .limit(limit + 1)
        .toArray()) as D[];
      const more = items.length > limit;
      if (more) items.pop();
      const last = items.at(-1);
      return { items, next: more && last ? cursorAt(last, asOf) : null, asOf };
    },

    moment,

    /**
     * The rows from a cursor on, one after another: for lists that make their rows of several documents.
     * @param chunk how many are read at once
     * @throws AppError 400 `bad-cursor`
     */
    async open<D extends Row>(
      collection: string,
      recorded: string,
      filter: StoreFilter,
      query: ListQuery & { asOf?: number },
      { hint, chunk }: { hint?: string; chunk: number },
    ) {
      const after = query.cursor === undefined ? undefined : readPlace(query.cursor);
      const asOf = query.asOf ?? after?.asOf ?? (await moment());
      const rows = find<D>(collection, recorded, filter, query, asOf, after, hint).batchSize(chunk);
      return {
        asOf,
        rows: rows as unknown as AsyncIterable<D> & { close(): Promise<void> },
        cursorAt: (row: Row) => cursorAt(row, asOf),
      };
    },

    /** The whole range, row after row. */
    async all<D extends Row>(
      collection: string,
      recorded: string,
      filter: StoreFilter,
      query: ListQuery,
    ): Promise<{ asOf: number; rows: AsyncIterable<D> }> {
      const asOf = await moment();
      return { asOf, rows: find<D>(collection, recorded, filter, query, asOf) as unknown as AsyncIterable<D> };
    },
  };
}

function readPlace(text: string): Place {
  const [asOf, at, id] = readCursor(text);
  if (isInstant(asOf) && isInstant(at) && typeof id === 'string') return { asOf, at, id };
  throw badCursor();
}
