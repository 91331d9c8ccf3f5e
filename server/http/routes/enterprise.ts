import { Router } from 'express';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { Photos } from '../../audit/photos.ts';
import type { ReviewReader } from '../../audit/reviews.ts';
import type { DeclarationChecker } from '../../control/declaration-check.ts';
import type { ControlNoticeReader } from '../../control/notice.ts';
import { actorOf, allow, demand, REGISTRY_ACCESS } from '../access.ts';
import { PHOTO_COLUMNS } from '../columns.ts';
import { controlQuery, declarationCheck } from '../contract/control.ts';
import { photoCountQuery, photoQuery } from '../contract/photos.ts';
import { reviewQuery } from '../contract/reviews.ts';
import { sendExport } from '../export.ts';
import { languageOf, read } from '../problems.ts';

export interface EnterpriseRouterDeps {
  photos: Photos;
  reviews: ReviewReader;
  notice: ControlNoticeReader;
  declarations: DeclarationChecker;
}

/**
 * What the people of an enterprise work with: `GET /control` what binds its gates now, `GET /reviews` what waits at them, `GET /photos`
 * the pictures that lack, `POST /declarations/check` what would be answered of a machine.
 */
export function enterpriseRouter({ photos, reviews, notice, declarations }: EnterpriseRouterDeps): Router {
  const router = Router();

  router.get('/control', allow('control:read'), async (req, res) => {
    res.json(await notice.of(read(controlQuery, req.query, req).enterprise, actorOf(req)));
  });

  router.get('/reviews', allow('reviews:read'), async (req, res) => {
    res.json(await reviews.list(actorOf(req), read(reviewQuery, req.query, req).enterprise));
  });

  router.get('/photos/counts', allow('photos:read'), async (req, res) => {
    res.json(await photos.counts(actorOf(req), read(photoCountQuery, req.query, req).enterprise));
  });

  router.get('/photos', allow('photos:read'), async (req, res) => {
    const { format, header = 'field', state, enterprise, device, ...query } = read(photoQuery, req.query, req);
    const filters = { state, enterprise, device };
    if (format) {
      const { asOf, items } = await photos.all(actorOf(req), filters, query);
      res.set('X-As-Of', formatInstant(asOf));
      return sendExport(res, items, { format, header, columns: PHOTO_COLUMNS, name: 'photos' });
    }
    const { items, next, asOf } = await photos.page(actorOf(req), filters, query);
    res.set('X-As-Of', formatInstant(asOf)).json({ items, next });
  });

  router.post('/declarations/check', async (req, res) => {
    const actor = actorOf(req);
    demand(actor, REGISTRY_ACCESS.declarations.import);
    const { asOf, items } = await declarations.of(read(declarationCheck, req.body ?? {}, req), actor);
    const english = languageOf(req) === 'en';
    const told = items.map(({ notes, ...item }) => ({
      ...item,
      notes: notes.map(({ zh, en, ...note }) => ({ ...note, message: english ? en : zh })),
    }));
    res.json({ asOf, items: told });
  });

  return router;
}
