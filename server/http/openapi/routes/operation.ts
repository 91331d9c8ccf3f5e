import { z } from 'zod';
import { health, readiness, timeShown } from '../../contract/operation.ts';
import { DIGEST, ok, type Route } from '../route.ts';

const tag = 'operation';
const notModified = { 304: { words: ['未变化', 'not changed'] as const } };

/** What the platform says of itself. */
export const OPERATION_ROUTES: Route[] = [
  { method: 'get', path: '/time', tag, words: ['平台时间', 'Platform time'], who: 'anybody', answers: ok(timeShown, { example: { at: '2021-11-15T08:00:00.000+08:00', speed: 1 } }) },
  { method: 'get', path: '/openapi.json', tag, words: ['本文档', 'This document'], who: 'anybody', answers: { ...ok(z.record(z.string(), z.unknown()), { headers: DIGEST }), ...notModified } },
  { method: 'get', path: '/docs', tag, words: ['接口说明页', 'This document as a page'], who: 'anybody', answers: { 200: { words: ['网页', 'the page'], schema: z.string(), types: ['text/html'] } } },
  { method: 'get', path: '/docs/{file}', tag, words: ['说明页的文件', "The page's files"], who: 'anybody', answers: { 200: { words: ['文件', 'the file'], schema: z.string(), types: ['text/css', 'text/javascript', 'image/png'] }, ...notModified }, problems: { 404: ['not-found'] } },
  { method: 'get', path: '/healthz', tag, root: true, words: ['进程存活', 'Whether the process lives'], who: 'anybody', answers: ok(health) },
  {
    method: 'get', path: '/readyz', tag, root: true, words: ['是否就绪', 'Whether it can do its work'], who: 'anybody',
    answers: { ...ok(readiness), 503: { words: ['未就绪', 'it cannot; the parts say why'], schema: readiness, headers: { 'Retry-After': 'seconds to wait' } } },
  },
  {
    method: 'get', path: '/metrics', tag, root: true, words: ['监控指标', 'Metrics for Prometheus'], who: 'local-or-roles',
    note: 'For programs on this machine itself (not through a proxy on it), or with a token or session of the roles auditor, administrator, owner.',
    answers: { 200: { words: ['指标', 'the metrics'], schema: z.string(), types: ['text/plain'] } },
  },
]; // prettier-ignore
