import express, { Router, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import type { Registry as Metrics } from 'prom-client';
import type { Records } from '../audit/records.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { maskPlate, type Logger } from '../log.ts';
import type { Registry } from '../registry/index.ts';
import type { Identity } from '../users/identity.ts';
import { authentication, sameSite } from './authentication.ts';
import { compressed } from './compression.ts';
import { consoleRouter } from './console.ts';
import { asDescribed } from './described.ts';
import { ROUTES } from './openapi/index.ts';
import { problemHandler } from './problems.ts';
import { docsRouter } from './routes/docs.ts';
import { healthRouter, metricsRouter, timeRouter, type Checks } from './routes/operation.ts';
import { recordsRouter, type RecordsRouterDeps } from './routes/records.ts';
import { registryRouter } from './routes/registry.ts';
import { sessionRouter } from './routes/session.ts';
import { usersRouter } from './routes/users.ts';

export interface AppDeps {
  log: Logger;
  clock: Clock;
  identity: Identity;
  registry: Registry;
  records: Records;
  checks: Checks;
  metrics: Metrics;
  replay?: RecordsRouterDeps['replay'];
  /** More routes under `/api/v1`, after sign-in; JSON bodies are read, except under `/devices`, `/evidence`, `/images` and `/registry`. */
  routers?: Router[];
  /** Whether HTTPS is spoken: cookies are then `Secure`. */
  secure: boolean;
  /** The built console. */
  webDirectory: string;
  /** Map tiles, where an address is set: the console may load them. */
  tileUrl?: string | undefined;
}

/** Largest JSON body; files and device messages are read by their own routes. */
const MAX_JSON = '256kb';

/** The HTTP side of the platform: API, operation pages, console. Listens to nothing itself. */
export function createApp(deps: AppDeps): Express {
  const { log, clock, identity, registry, records, checks, metrics, replay, routers = [], secure } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  // A tag is a revision or a digest that a route names, never one made of whatever was answered.
  app.set('etag', false);
  app.use(securityHeaders(secure, deps.tileUrl), requestLog(log), compressed());
  app.use(healthRouter(checks));
  const signedIn = authentication(identity);
  app.use('/metrics', signedIn);
  app.use(metricsRouter(metrics));

  const api = Router();
  api.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  api.use(signedIn, sameSite, jsonBody(), asDescribed(ROUTES));
  api.use(timeRouter(clock));
  api.use(docsRouter());
  api.use(sessionRouter({ identity, secure }));
  api.use(usersRouter({ identity }));
  api.use(registryRouter({ registry, identity }));
  api.use(recordsRouter({ records, audit: (...entry) => identity.audit(...entry), ...(replay && { replay }) }));
  for (const router of routers) api.use(router);
  api.use(() => {
    throw new AppError(404, 'not-found', { zh: '没有这个接口', en: 'the API has nothing at this address' });
  });
  app.use('/api/v1', api);

  app.use(consoleRouter(deps.webDirectory));
  app.use(() => {
    throw new AppError(404, 'not-found', { zh: '没有这个地址', en: 'there is nothing at this address' });
  });
  app.use(problemHandler(log));
  return app;
}

/** The console loads nothing from elsewhere (map tiles aside, where they are set); no inline script, no frame. */
function securityHeaders(secure: boolean, tileUrl: string | undefined): RequestHandler {
  const tiles =
    tileUrl !== undefined && URL.canParse(tileUrl.replace('{s}', 'a')) ? [new URL(tileUrl.replace('{s}', 'a')).origin] : [];
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', 'data:', ...tiles],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure,
    referrerPolicy: { policy: 'same-origin' },
  }) as RequestHandler;
}

/** One line per request: no query, cookie or credentials, plates masked; operation pages only when they fail. */
function requestLog(log: Logger): RequestHandler {
  return pinoHttp({
    logger: log,
    quietReqLogger: true,
    serializers: {
      req: (req: { method: string; url: string }) => ({ method: req.method, path: loggedPath(req.url) }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
      err: (err: { type?: string; message?: string }) => ({ type: err.type, message: err.message }),
    },
    customLogLevel: (_req, res, error) => (error || res.statusCode >= 500 ? 'warn' : 'debug'),
  }) as RequestHandler;
}

/** The path without its query; what a path says of plates and findings is masked. */
export function loggedPath(url: string): string {
  const path = url.split('?')[0] ?? '';
  return path.replace(/^(\/api\/v1\/(?:vehicles|findings|evidence\/finding)\/)(.+)$/, (_all, start: string, rest: string) => {
    let text = rest;
    try {
      text = decodeURIComponent(rest);
    } catch {
      // Masked as it stands.
    }
    return start + text.split('/').map(maskPlate).join('/');
  });
}

function jsonBody(): RequestHandler {
  const json = express.json({ limit: MAX_JSON, strict: true });
  return (req, res, next) => {
    if (/^\/(devices|images|registry|evidence)\//.test(req.path)) return next();
    const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
    if (['POST', 'PUT', 'PATCH'].includes(req.method) && hasBody && !req.is('application/json')) {
      return next(new AppError(415, 'unsupported-type', { zh: '请以 application/json 发送', en: 'send application/json' }));
    }
    return json(req, res, next);
  };
}
