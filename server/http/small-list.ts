import type { Request, Response } from 'express';
import type { z } from 'zod';
import { formatInstant } from '../../devices/contract/instant.ts';
import { badCursor, isInstant, readCursor, writeCursor } from '../cursor.ts';
import { smallListQuery } from './contract/lists.ts';
import { sendExport, type Column } from './export.ts';
import { read } from './problems.ts';

interface SmallList<Row> {
  key: (row: Row) => string;
  name: string;
  columns: Column[];
  /** Platform time in ms: the moment of a list that begins now. */
  now: number;
  /** As read by the route, where the list takes filters too. */
  paging?: z.infer<typeof smallListQuery>;
}

/** Where a page begins, and since when the list is: of the platform's clock and of the real one. */
interface Place {
  asOf: number;
  real: number;
  after?: string;
}

/**
 * Sends a list that is short enough to be read whole, in order of its key: a page of it, or all of it as a file.
 * @param rows all of them; or those recorded by the moment at which the list was begun (real ms), where that is known
 */
export async function sendSmallList<Row extends object>(
  req: Request,
  res: Response,
  rows: Row[] | ((recordedBy: number) => Promise<Row[]>),
  { key, name, columns, now, paging }: SmallList<Row>,
): Promise<void> {
  const { limit = 100, cursor, order = 'asc', format, header = 'field' } = paging ?? read(smallListQuery, req.query, req);
  const { asOf, real, after } = cursor === undefined ? ({ asOf: now, real: Date.now() } as Place) : placeOf(cursor);
  const sign = order === 'asc' ? 1 : -1;
  const all = Array.isArray(rows) ? [...rows] : await rows(real);
  const sorted = all.sort((a, b) => (key(a) < key(b) ? -sign : sign));
  res.set('X-As-Of', formatInstant(asOf));
  if (format) {
    const items = (async function* () {
      for (const row of sorted) yield await Promise.resolve(row as Record<string, unknown>);
    })();
    return sendExport(res, items, { format, header, columns, name });
  }
  const rest =
    after === undefined ? sorted : sorted.filter((row) => (key(row) < after ? -sign : key(row) > after ? sign : 0) > 0);
  const items = rest.slice(0, limit);
  const last = rest.length > limit ? items.at(-1) : undefined;
  res.json({ items, next: last ? writeCursor([asOf, real, key(last)]) : null });
}

/** @throws AppError 400 `bad-cursor` */
function placeOf(cursor: string): Place {
  const [asOf, real, after] = readCursor(cursor);
  if (isInstant(asOf) && isInstant(real) && typeof after === 'string') return { asOf, real, after };
  throw badCursor();
}
