import type { Request, Response } from 'express';
import type { z } from 'zod';
import { formatInstant } from '../../devices/contract/instant.ts';
import { smallListQuery } from './contract/lists.ts';
import { sendExport, type Column } from './export.ts';
import { read } from './problems.ts';

/**
 * Sends a list that is short enough to be read whole, in order of its key: a page of it, or all of it as a file.
 * @param paging as read by the route, where the list takes filters too
 */
export async function sendSmallList<Row extends object>(
  req: Request,
  res: Response,
  rows: Row[],
  {
    key,
    name,
    columns,
    now,
    paging,
  }: {
    key: (row: Row) => string;
    name: string;
    columns: Column[];
    now: number;
    paging?: z.infer<typeof smallListQuery>;
  },
): Promise<void> {
  const { limit = 100, cursor, order = 'asc', format, header = 'field' } = paging ?? read(smallListQuery, req.query, req);
  const sign = order === 'asc' ? 1 : -1;
  const sorted = [...rows].sort((a, b) => (key(a) < key(b) ? -sign : sign));
  res.set('X-As-Of', formatInstant(now));
  if (format) {
    const all = (async function* () {
      for (const row of sorted) yield await Promise.resolve(row as Record<string, unknown>);
    })();
    return sendExport(res, all, { format, header, columns, name });
  }
  const after = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString();
  const rest =
    after === undefined ? sorted : sorted.filter((row) => (key(row) < after ? -sign : key(row) > after ? sign : 0) > 0);
  const items = rest.slice(0, limit);
  const last = rest.length > limit ? items.at(-1) : undefined;
  res.json({ items, next: last ? Buffer.from(key(last)).toString('base64url') : null });
}
