import { Router, type Request, type Response } from 'express';
import type { z } from 'zod';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { Ledgers } from '../../audit/ledgers.ts';
import { actorOf, allow } from '../access.ts';
import { LEDGER_COLUMNS } from '../columns.ts';
import type { LedgerName } from '../contract/ledgers.ts';
import { inPlantLedgerQuery, machineryLedgerQuery, transportLedgerQuery } from '../contract/lists.ts';
import { sendExport } from '../export.ts';
import { read } from '../problems.ts';

/** `GET /ledgers/transport`, `/ledgers/in-plant`, `/ledgers/machinery`: lists in the manner of all lists. */
export function ledgersRouter({ ledgers }: { ledgers: Ledgers }): Router {
  const router = Router();
  router.get('/ledgers/transport', allow('ledgers:read'), list('transport', transportLedgerQuery));
  router.get('/ledgers/in-plant', allow('ledgers:read'), list('in-plant', inPlantLedgerQuery));
  router.get('/ledgers/machinery', allow('ledgers:read'), list('machinery', machineryLedgerQuery));

  type Query = z.infer<typeof transportLedgerQuery>;

  function list(name: LedgerName, schema: z.ZodType) {
    return async (req: Request, res: Response) => {
      const asked = read(schema, req.query, req) as Query;
      const { from, to, limit, cursor, order, format, header = 'field', ...filters } = asked;
      const query = { from, to, limit, cursor, order };
      if (format) {
        const { asOf, items } = await ledgers.all(name, actorOf(req), filters, query);
        res.set('X-As-Of', formatInstant(asOf));
        await sendExport(res, items, { format, header, columns: LEDGER_COLUMNS[name], name: `ledger-${name}` });
        return;
      }
      const page = await ledgers.page(name, actorOf(req), filters, query);
      res.set('X-As-Of', formatInstant(page.asOf)).json({ items: page.items, next: page.next });
    };
  }

  return router;
}
