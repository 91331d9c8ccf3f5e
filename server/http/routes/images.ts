import { Router, type Request, type Response } from 'express';
import type { Actor } from '../../alerts/types.ts';
import { AppError } from '../../errors.ts';
import type { Images, Uploader } from '../../images/images.ts';
import { actorOf, allow, demand, ACCESS } from '../access.ts';
import { imageQuery, sha256 as digest, type ImageKept } from '../contract/images.ts';
import { showsDevice, shownDevice, unlessAway, type DeviceCheck } from '../device-credentials.ts';
import { letGo } from '../let-go.ts';
import { read } from '../problems.ts';

export interface ImagesRouterDeps {
  images: Images;
  authenticate: DeviceCheck;
  audit(by: Actor, action: string, target?: string, detail?: Record<string, unknown>): Promise<unknown>;
}

/** `PUT`, `HEAD` and `GET /images/<sha256>`: devices bring pictures, people see those that observations in their scope name. */
export function imagesRouter({ images, authenticate, audit }: ImagesRouterDeps): Router {
  const router = Router();

  router.put('/images/:sha256', async (req, res) => {
    try {
      const sha256 = digestOf(req);
      const uploader = await uploaderOf(req);
      const length = Number(req.get('Content-Length') ?? NaN);
      const body = req.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
      const kept = await images.put(uploader, sha256, body, Number.isNaN(length) ? undefined : length);
      if (kept.created && 'actor' in uploader) {
        await audit(uploader.actor, 'image-uploaded', sha256, { devices: kept.devices });
      }
      const { type, bytes, width, height } = kept.picture;
      const answer: ImageKept = { sha256, contentType: type, bytes, width, height };
      res.status(kept.created ? 201 : 200).json(answer);
    } catch (error) {
      letGo(req, res);
      throw error;
    }
  });

  router.head('/images/:sha256', async (req, res, next) => {
    if (!showsDevice(req)) return next();
    const { kind, deviceId } = await shownDevice(req, authenticate);
    const { type, bytes } = await unlessAway(images.ofDevice(`${kind}/${deviceId}`, digestOf(req)).catch(known)).then(unknown);
    res.type(type).set('Content-Length', String(bytes)).end();
  });

  router.get('/images/:sha256', allow('images:read'), async (req, res) => {
    const sha256 = digestOf(req);
    const small = read(imageQuery, req.query, req).thumb === '1';
    const { type, bytes } = await images.seen(actorOf(req), sha256);
    const etag = small ? `"${sha256}-320"` : `"${sha256}"`;
    res
      .set('ETag', etag)
      .set('Cache-Control', 'private, max-age=31536000, immutable')
      .set('Content-Security-Policy', "default-src 'none'")
      .set('X-Content-Type-Options', 'nosniff')
      .vary('Cookie')
      .vary('Authorization');
    if (req.get('If-None-Match') === etag) return void res.status(304).end();
    if (small) return void res.type('image/jpeg').send(await images.thumbnail(sha256).catch(uncached(res)));
    res.type(type);
    if (req.method === 'HEAD') return void res.set('Content-Length', String(bytes)).end();
    res.send(await images.content(sha256).catch(uncached(res)));
  });

  async function uploaderOf(req: Request): Promise<Uploader> {
    if (showsDevice(req)) {
      const { kind, deviceId } = await shownDevice(req, authenticate);
      return { device: `${kind}/${deviceId}` };
    }
    const actor = actorOf(req);
    demand(actor, ACCESS['images:write']);
    return { actor };
  }

  return router;
}

function digestOf(req: Request): string {
  return read(digest, String(req.params.sha256), req);
}

/** What the service itself says is no sign of a store that is away. */
function known(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

function unknown<T>(found: T | AppError): T {
  if (found instanceof AppError) throw found;
  return found;
}

/** An error is not kept for a year. */
function uncached(res: Response): (error: unknown) => never {
  return (error) => {
    res.removeHeader('ETag');
    res.set('Cache-Control', 'no-store');
    throw error;
  };
}
