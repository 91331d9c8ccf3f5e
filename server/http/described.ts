import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { Actor } from '../alerts/types.ts';
import { hasRole } from './access.ts';
import type { Route } from './openapi/route.ts';
import { read } from './problems.ts';

const NOTHING = z.strictObject({});

/**
 * Refuses what a route does not take, by the list the document is made of: a query where none is described, and a JSON body where none
 * is. What a route does take it reads itself. Whoever is not signed in, or may not ask, is told that first, by the route.
 * @throws AppError 400 `malformed`
 */
export function asDescribed(routes: readonly Route[]): RequestHandler {
  const plain = routes
    .filter((route) => !route.root && (!route.query || !route.body))
    .map((route) => ({ ...route, pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i') })); // prettier-ignore
  return (req, _res, next) => {
    const method = req.method.toLowerCase();
    const route = plain.find((one) => one.method === method && one.pattern.test(req.path));
    if (!route || !mayAsk(route, (req as { actor?: Actor }).actor)) return next();
    if (!route.query) read(NOTHING, req.query, req);
    if (!route.body && req.body !== undefined) read(NOTHING, req.body, req);
    next();
  };
}

function mayAsk({ who }: Route, actor: Actor | undefined): boolean {
  if (typeof who === 'string') return who !== 'signed-in' || actor !== undefined;
  return who.device === true || (actor !== undefined && hasRole(actor, who.roles));
}
