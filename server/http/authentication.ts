import type { Request, RequestHandler } from 'express';
import type { Actor } from '../alerts/types.ts';
import { AppError } from '../errors.ts';
import type { Identity } from '../users/identity.ts';

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Says who asks, on `req.actor`; a request that shows nothing passes as nobody's (routes demand somebody). A bearer token comes before a
 * cookie. Basic credentials are a device's, looked at by the device routes.
 * @throws AppError 401 `unauthenticated` on a bearer token that is none (any more)
 */
export function authentication(identity: Pick<Identity, 'authenticate'>): RequestHandler {
  return async (req, _res, next) => {
    const token = /^Bearer +(\S+)$/i.exec(req.get('Authorization') ?? '')?.[1];
    const { cookie } = req.headers;
    if (token !== undefined || cookie !== undefined) {
      const actor = await identity.authenticate(token !== undefined ? { token } : { cookie });
      if (token !== undefined && !actor) {
        throw new AppError(401, 'unauthenticated', { zh: '令牌无效或已过期', en: 'the token is not valid (any more)' });
      }
      if (actor) (req as Request & { actor?: Actor }).actor = actor;
    }
    next();
  };
}

/** Refuses changing requests that a browser sends for another site; programs send neither header. @throws AppError 403 `cross-site` */
export const sameSite: RequestHandler = (req, _res, next) => {
  if (CHANGING.has(req.method) && isForeign(req)) {
    throw new AppError(403, 'cross-site', { zh: '拒绝来自其他网站的请求', en: 'a request from another site is refused' });
  }
  next();
};

function isForeign(req: Request): boolean {
  const site = req.get('Sec-Fetch-Site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = req.get('Origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== req.get('Host');
}
