import { z } from 'zod';
import { decision, gatePolicy, receipt, rejected } from '../../../../devices/contract/answers.ts';
import { DEVICE_ID, KINDS, MESSAGES } from '../../../../devices/contract/kinds.ts';
import { SCHEMAS, status } from '../../../../devices/contract/messages.ts';
import { imageKept, imageQuery, sha256 } from '../../contract/images.ts';
import { ACCESS } from '../../access.ts';
import { ANSWERED, ARRIVAL } from '../examples.ts';
import { DIGEST, ok, type Route } from '../route.ts';

const tag = 'devices';
const deviceId = z.string().regex(DEVICE_ID);
const messages = [...new Set(KINDS.flatMap((kind): string[] => [...MESSAGES[kind]])), 'status'];
const outbox = KINDS.flatMap((kind) => Object.values(SCHEMAS[kind]) as z.ZodType[]);
const refused = { schema: rejected };
const RETRY = { 'Retry-After': 'seconds to wait' };
const picture = z.string().meta({ contentEncoding: 'binary', contentMediaType: 'image/jpeg' });
const TYPES = ['image/jpeg', 'image/png'];

/** Devices without MQTT, and pictures. */
export const DEVICE_ROUTES: Route[] = [
  {
    method: 'post', path: '/devices/{kind}/{deviceId}/{message}', tag, words: ['设备上报', "A device's message"], who: 'device',
    note: `The same JSON as over MQTT; unknown fields are kept, not refused. ${KINDS.map((k) => `${k}: ${MESSAGES[k].join(', ')}`).join('; ')}; every kind: status.`,
    params: { kind: z.enum(KINDS), deviceId, message: z.enum(messages) },
    body: { schema: z.union([...outbox, status]), types: ['application/json'], example: ARRIVAL },
    answers: {
      ...ok(z.union([decision, receipt]), { words: ['已保存：决定，或回执', 'stored: the decision, or the receipt where none is published'], example: ANSWERED }),
      204: { words: ['状态已收到', 'of a status'] },
      413: { ...refused, words: ['过大', 'rejected `too-large`'] },
      422: { ...refused, words: ['已拒收', 'rejected, with any other code'] },
      429: { ...refused, words: ['过快', 'rejected `rate-limited`'], headers: RETRY },
    },
    problems: { 401: ['bad-credentials'], 403: ['foreign-path'] },
  },
  {
    method: 'get', path: '/devices/gate/{deviceId}/policy', tag, words: ['门禁策略', 'What a gate needs to decide alone'], who: 'device', params: { deviceId },
    answers: { ...ok(gatePolicy, { headers: DIGEST }), 304: { words: ['未变化', 'not changed'] } }, problems: { 401: ['bad-credentials'], 403: ['foreign-path'], 404: ['unknown-gate'] },
  },
  {
    method: 'put', path: '/images/{sha256}', tag, words: ['上传照片', 'Bring a picture'], who: { roles: ACCESS['images:write'], device: true }, params: { sha256 },
    note: 'JPEG or PNG by content, at most 2 MiB; the digest must match. By its device, or by a user of the enterprise at whose gates it was named. 2 GiB a device and day.',
    body: { schema: picture, types: TYPES },
    answers: { ...ok(imageKept, { words: ['已在库中', 'it was there already'] }), ...ok(imageKept, {}, 201) },
    problems: {
      401: ['bad-credentials'], 404: ['unknown-picture'], 408: ['too-slow'], 413: ['too-large'], 415: ['unsupported-type'],
      422: ['digest-mismatch', 'broken-picture', 'too-many-pixels'], 429: ['quota'], 503: ['busy', 'disk-full', 'disk-failed'],
    },
  },
  {
    method: 'head', path: '/images/{sha256}', tag, words: ['照片是否已在库', 'Whether a picture is there: to a device, whether it brought it itself'], who: { roles: ACCESS['images:read'], device: true },
    params: { sha256 }, query: imageQuery, answers: { 200: { words: ['在库', 'it is there'] }, 304: { words: ['未变化', 'not changed'] } }, problems: { 401: ['bad-credentials'], 404: ['unknown-picture'] },
  },
  {
    method: 'get', path: '/images/{sha256}', tag, words: ['查看照片', 'A picture that an observation in the scope names, of a device that brought it itself'], who: { roles: ACCESS['images:read'] },
    params: { sha256 }, query: imageQuery, answers: { 200: { words: ['照片', 'the picture'], schema: picture, types: TYPES, headers: DIGEST }, 304: { words: ['未变化', 'not changed'] } },
    problems: { 404: ['unknown-picture'], 422: ['broken-picture'], 503: ['busy'] },
  },
]; // prettier-ignore
