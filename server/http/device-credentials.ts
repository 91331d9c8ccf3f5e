import type { Request } from 'express';
import { DEVICE_ID, isKind, type Kind } from '../../devices/contract/kinds.ts';
import { AppError } from '../errors.ts';

/** A store that hangs is away: a device is not kept waiting for longer. */
const ANSWER_WITHIN_MS = 10_000;

/** Whether this secret is one of the device's valid ones. */
export type DeviceCheck = (kind: Kind, deviceId: string, secret: string) => Promise<boolean>;

/** Whether a request shows a device's credentials (HTTP Basic) and no session or token. */
export function showsDevice(req: Request): boolean {
  return /^Basic /i.test(req.get('Authorization') ?? '');
}

/** The device that asks, by HTTP Basic `<kind>/<deviceId>` and secret. @throws 401 `bad-credentials`, 503 `store-away` */
export async function shownDevice(req: Request, check: DeviceCheck): Promise<{ kind: Kind; deviceId: string }> {
  const basic = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(req.get('Authorization') ?? '')?.[1];
  const shown = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8');
  const colon = shown.indexOf(':');
  const [user, secret] = colon < 0 ? ['', ''] : [shown.slice(0, colon), shown.slice(colon + 1)];
  const [kind = '', deviceId = '', ...more] = user.split('/');
  const wellFormed = isKind(kind) && DEVICE_ID.test(deviceId) && more.length === 0;
  if (!wellFormed || !(await unlessAway(check(kind, deviceId, secret)))) {
    throw new AppError(401, 'bad-credentials', { zh: '设备账号或密钥有误', en: 'the device account or its secret is wrong' });
  }
  return { kind, deviceId };
}

/** What needs the store, in time. @throws 503 when it fails or hangs */
export async function unlessAway<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([work, late]);
  } catch (cause) {
    const text = { zh: '存储暂不可用，请保留消息稍后重发', en: 'the store is away: keep the message and send it again' };
    throw new AppError(503, 'store-away', text, { retryAfter: 5, cause });
  } finally {
    clearTimeout(timer);
  }
}
