import { Router, type Request, type Response } from 'express';
import type { z } from 'zod';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { AppError } from '../../errors.ts';
import type { ListName, Records } from '../../audit/records.ts';
import type { Identity } from '../../users/identity.ts';
import { actorOf, allow } from '../access.ts';
import { LIST_COLUMNS } from '../columns.ts';
import { auditLogQuery, deadLetterQuery, decisionQuery, findingQuery, observationQuery } from '../contract/lists.ts';
import { sendExport } from '../export.ts';
import { read } from '../problems.ts';

export interface RecordsRouterDeps {
  records: Records;
  /** Puts a dead letter through the intake again; null when there is none of this id. */
  replay?: (id: string) => Promise<object | null>;
  /** Writes down that somebody did so. */
  audit?: Identity['audit'];
}

/** What was seen, judged, answered and refused. */
export function recordsRouter({ records, replay, audit }: RecordsRouterDeps): Router {
  const router = Router();

  router.get('/observations', allow('observations:read'), list('observations', observationQuery));
  router.get('/findings', allow('findings:read'), list('findings', findingQuery));
  router.get('/decisions', allow('decisions:read'), list('decisions', decisionQuery));
  router.get('/dead-letters', allow('dead-letters'), list('dead-letters', deadLetterQuery));
  router.get('/audit-log', allow('audit-log:read'), list('audit-log', auditLogQuery));

  router.get('/findings/:id', allow('findings:read'), async (req, res) => {
    res.json(await records.finding(String(req.params.id), actorOf(req)));
  });

  router.get('/decisions/:ref', allow('decisions:read'), async (req, res) => {
    res.json(await records.decision(String(req.params.ref), actorOf(req)));
  });

  router.get('/vehicles/:number/:colour', allow('vehicles:read'), async (req, res) => {
    res.json(await records.vehicle(String(req.params.number), String(req.params.colour), actorOf(req)));
  });

  if (replay) {
    router.post('/dead-letters/:id/replay', allow('dead-letters'), async (req, res) => {
      const outcome = await replay(String(req.params.id));
      if (!outcome)
        throw new AppError(404, 'unknown-dead-letter', {
          zh: '没有这条死信，或其内容未保存',
          en: 'there is no such dead letter, or its payload was not kept',
        });
      const { stored, rejected } = outcome as { stored?: boolean; rejected?: { code: string } };
      await audit?.(actorOf(req), 'dead-letter-replayed', String(req.params.id), {
        stored: stored === true,
        ...(rejected && { code: rejected.code }),
      });
      res.json(outcome);
    });
  }

  type Paging = Pick<z.infer<typeof auditLogQuery>, 'from' | 'to' | 'limit' | 'cursor' | 'order' | 'format' | 'header'>;

  function list<S extends z.ZodType<Paging>>(name: ListName, schema: S) {
    return async (req: Request, res: Response) => {
      const {
        from,
        to,
        limit,
        cursor,
        order,
        format,
        header = 'field',
        ...filters
      } = read(schema, req.query, req) as Paging & Record<string, string>;
      const query = { from, to, limit, cursor, order };
      if (format) {
        const { asOf, items } = await records.all(name, actorOf(req), filters, query);
        res.set('X-As-Of', formatInstant(asOf));
        await sendExport(res, items, { format, header, columns: LIST_COLUMNS[name], name });
        return;
      }
      const page = await records.page(name, actorOf(req), filters, query);
      res.set('X-As-Of', formatInstant(page.asOf)).json({ items: page.items, next: page.next });
    };
  }

  return router;
}
