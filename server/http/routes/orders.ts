import { Router } from 'express';
import type { ResponseBookReader } from '../../responses/book.ts';
import type { ResponsePreviewer } from '../../responses/preview.ts';
import type { ZoneReader } from '../../zones/zones.ts';
import { actorOf, allow } from '../access.ts';
import { responseDraft } from '../contract/responses.ts';
import { zoneDraft } from '../contract/zones.ts';
import { languageOf, read } from '../problems.ts';

export interface OrdersRouterDeps {
  book: ResponseBookReader;
  previewer: ResponsePreviewer;
  zones: ZoneReader;
}

/**
 * Responses and zones as people read them, and what a new row of theirs would do. They are published by `PUT /registry/responses` and
 * `PUT /registry/zones`; nothing here changes anything.
 */
export function ordersRouter({ book, previewer, zones }: OrdersRouterDeps): Router {
  const router = Router();

  router.get('/responses', allow('responses:read'), async (_req, res) => {
    res.json(await book.all());
  });

  router.post('/responses/preview', allow('responses:preview'), async (req, res) => {
    const { notes, ...preview } = await previewer.of(read(responseDraft, req.body, req), actorOf(req));
    res.json({ ...preview, notes: inLanguage(notes, languageOf(req)) });
  });

  router.get('/zones', allow('zones:read'), async (_req, res) => {
    res.json(await zones.all());
  });

  router.post('/zones/preview', allow('zones:preview'), async (req, res) => {
    const { faults, ...preview } = await zones.preview(read(zoneDraft, req.body, req));
    res.json({ ...preview, faults: inLanguage(faults, languageOf(req)) });
  });

  return router;
}

/** Things said in both languages, in the one that is asked for. */
function inLanguage<T extends { zh: string; en: string }>(all: readonly T[], language: 'zh' | 'en') {
  return all.map(({ zh, en, ...rest }) => ({ ...rest, message: language === 'en' ? en : zh }));
}
