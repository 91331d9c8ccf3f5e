import { Router } from 'express';
import type { DayFigureReader } from '../../audit/day-figures.ts';
import type { RemoteSensingReader } from '../../audit/remote-sensing-figures.ts';
import type { UreaFigureReader } from '../../audit/urea-figures.ts';
import { actorOf, allow } from '../access.ts';
import { UREA_COLUMNS } from '../columns.ts';
import { dayFiguresQuery, remoteSensingQuery, ureaStoryQuery, ureaVehiclesQuery, type UreaVehicle } from '../contract/figures.ts';
import { read } from '../problems.ts';
import { sendSmallList } from '../small-list.ts';

export interface FiguresRouterDeps {
  day: DayFigureReader;
  remoteSensing: RemoteSensingReader;
  urea: UreaFigureReader;
}

/** The figures of the bureau: a day, remote sensing, urea. */
export function figuresRouter({ day, remoteSensing, urea }: FiguresRouterDeps): Router {
  const router = Router();

  router.get('/figures/day', allow('figures:read'), async (req, res) => {
    const { date } = read(dayFiguresQuery, req.query, req);
    res.json(await day.day(date, actorOf(req)));
  });

  router.get('/figures/remote-sensing', allow('remote-sensing:read'), async (req, res) => {
    res.json(await remoteSensing.over(read(remoteSensingQuery, req.query, req), actorOf(req)));
  });

  router.get('/figures/urea', allow('urea:read'), async (req, res) => {
    const { from, to, search, code, ...paging } = read(ureaVehiclesQuery, req.query, req);
    const { items, asOf } = await urea.vehicles({ from, to, search, code }, actorOf(req));
    await sendSmallList<UreaVehicle>(req, res, items, {
      key: ({ lastAt, vin }) => `${lastAt} ${vin}`,
      name: 'urea-vehicles',
      columns: UREA_COLUMNS,
      now: asOf,
      paging: { order: 'desc', ...paging },
    });
  });

  router.get('/vehicles/:number/:colour/urea', allow('urea:read'), async (req, res) => {
    const [number, colour] = [String(req.params.number), String(req.params.colour)];
    res.json(await urea.story(number, colour, read(ureaStoryQuery, req.query, req), actorOf(req)));
  });

  return router;
}
