import { createHash } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import type { Decision, GatePolicy, Rejected } from '../../../devices/contract/answers.ts';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { Kind } from '../../../devices/contract/kinds.ts';
import { AppError } from '../../errors.ts';
import { shownDevice, unlessAway } from '../device-credentials.ts';

/** What became of a message at the intake; null for a status. */
type DoorOutcome = { stored: true; id: string; decision?: Decision } | { stored: false; rejected: Rejected } | null;

export interface DeviceDoor {
  /** Whether this secret is one of the device's valid ones. */
  authenticate(kind: Kind, deviceId: string, secret: string): Promise<boolean>;
  /** Resolves when the message is stored or refused; rejects when the store is away. */
  submit(kind: Kind, deviceId: string, message: string, bytes: Uint8Array): Promise<DoorOutcome>;
  policyOf(gateId: string): Promise<GatePolicy | null>;
  now(): number;
}

/** A body above this is not kept, only its digest; the contract's own bound (64 KiB) is answered `too-large` by the intake. */
const MAX_BODY = 256 * 1024;

/** `POST /devices/<kind>/<deviceId>/<message>` and `GET /devices/gate/<id>/policy`, for devices without MQTT; HTTP Basic. */
export function devicesRouter(door: DeviceDoor): Router {
  const router = Router();

  router.post('/devices/:kind/:deviceId/:message', async (req, res) => {
    const { kind, deviceId } = await deviceOf(req, door);
    const { bytes, sha256 } = await bodyOf(req);
    if (!bytes) {
      const message = `more than ${MAX_BODY} bytes`;
      return sendRejected(res, { sha256, code: 'too-large', message, final: true, at: formatInstant(door.now()) });
    }
    const outcome = await unlessAway(door.submit(kind, deviceId, String(req.params.message), bytes));
    if (outcome === null) return void res.status(204).end();
    if (!outcome.stored) return sendRejected(res, outcome.rejected);
    res.json(outcome.decision ?? { ids: [outcome.id], at: formatInstant(door.now()) });
  });

  router.get('/devices/gate/:deviceId/policy', async (req, res) => {
    const { deviceId } = await deviceOf(req, door, 'gate');
    const policy = await unlessAway(door.policyOf(deviceId));
    if (!policy) throw new AppError(404, 'not-found', { zh: '没有这个门禁', en: 'there is no such gate' });
    const etag = `"${createHash('sha256').update(JSON.stringify(policy)).digest('base64url').slice(0, 22)}"`;
    res.set('ETag', etag).set('Cache-Control', 'no-cache');
    if (req.get('If-None-Match') === etag) return void res.status(304).end();
    res.json(policy);
  });

  return router;
}

/** The body as it came; of one that is far too large its digest alone. */
async function bodyOf(req: Request): Promise<{ bytes?: Buffer; sha256: string }> {
  const hash = createHash('sha256');
  let chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    hash.update(chunk);
    length += chunk.length;
    if (length > MAX_BODY) chunks = [];
    else chunks.push(chunk);
  }
  return { sha256: hash.digest('hex'), ...(length <= MAX_BODY && { bytes: Buffer.concat(chunks) }) };
}

function sendRejected(res: Response, rejected: Rejected): void {
  const status = rejected.code === 'too-large' ? 413 : rejected.code === 'rate-limited' ? 429 : 422;
  if (rejected.retryAfter !== undefined) res.set('Retry-After', String(rejected.retryAfter));
  res.status(status).json(rejected);
}

/** The device that asks. @throws 401 on bad credentials, 403 on another's path */
async function deviceOf(req: Request, door: DeviceDoor, only?: Kind): Promise<{ kind: Kind; deviceId: string }> {
  const shown = await shownDevice(req, (kind, deviceId, secret) => door.authenticate(kind, deviceId, secret));
  if (shown.kind !== (only ?? String(req.params.kind)) || shown.deviceId !== String(req.params.deviceId)) {
    throw new AppError(403, 'foreign-path', { zh: '只能使用本设备的路径', en: 'a device may only use its own paths' });
  }
  return shown;
}
