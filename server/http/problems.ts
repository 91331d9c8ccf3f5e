import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { issueText } from '../issue-text.ts';
import type { Logger } from '../log.ts';

export type Language = 'zh' | 'en';

/** The language of the answer: zh-CN unless English is asked for first. */
export function languageOf(req: Request): Language {
  return req.acceptsLanguages('zh-CN', 'zh', 'en')?.toString().startsWith('en') ? 'en' : 'zh';
}

const TITLES: Record<number, string> = {
  400: '请求有误', 401: '未登录', 403: '无权限', 404: '未找到', 406: '无法提供所请求的格式', 408: '请求超时', 409: '当前状态不允许', 412: '版本已变化', 413: '内容过大',
  415: '内容类型不受支持', 422: '不符合业务规则', 428: '缺少 If-Match', 429: '请求过于频繁', 500: '内部错误', 503: '暂时不可用',
}; // prettier-ignore

const LOCALES = { zh: z.locales.zhCN(), en: z.locales.en() };

/** Reads a request's part by its schema. @throws AppError 400 `malformed` with the places that are wrong, in the reader's language */
export function read<S extends z.ZodType>(schema: S, value: unknown, req: Request): z.infer<S> {
  const language = languageOf(req);
  const result = schema.safeParse(value, { error: LOCALES[language].localeError });
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issueText(issue, language) }));
  throw new AppError(400, 'malformed', { zh: '请求有误，见 errors', en: 'the request is malformed, see errors' }, { errors });
}

/** Sends an error as RFC 9457 `application/problem+json`. */
export function sendProblem(req: Request, res: Response, error: AppError): void {
  const language = languageOf(req);
  const title = (language === 'zh' ? TITLES[error.status] : undefined) ?? STATUS_CODES[error.status] ?? 'Error';
  if (error.retryAfter !== undefined) res.set('Retry-After', String(error.retryAfter));
  if (error.status === 401) res.set('WWW-Authenticate', error.code === 'bad-credentials' ? 'Basic realm="device"' : 'Bearer');
  res
    .status(error.status)
    .set('Content-Language', language === 'zh' ? 'zh-CN' : 'en')
    .vary('Accept-Language')
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title,
        status: error.status,
        detail: error[language],
        code: error.code,
        ...(error.errors && { errors: error.errors }),
      }),
    );
}

/** The last handler: every error as a problem, never with a stack trace; what nobody expected goes to the log. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    const problem = toProblem(error);
    // Who hung up asks for nothing more; what is known by its code (the store is away) needs no stack.
    if (problem.status >= 500 && !res.destroyed) {
      if (error === problem) log.warn({ code: problem.code, err: problem.message, method: req.method }, 'http: a request failed');
      else log.error({ err: error, method: req.method }, 'http: a request failed');
    }
    if (res.headersSent) {
      next(error);
      return;
    }
    sendProblem(req, res, problem);
  };
}

function toProblem(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { name = '', type, status } = (error ?? {}) as { name?: string; type?: string; status?: number };
  if (name.startsWith('Mongo') || name.startsWith('Mongoose')) {
    return new AppError(
      503,
      'store-away',
      { zh: '数据库暂不可用，请稍后重试', en: 'the store is away, try again soon' },
      { retryAfter: 5 },
    );
  }
  if (type === 'entity.parse.failed') return new AppError(400, 'not-json', { zh: '请求体不是 JSON', en: 'the body is not JSON' });
  if (type === 'entity.too.large') return new AppError(413, 'too-large', { zh: '请求体过大', en: 'the body is too large' });
  if (status === 415)
    return new AppError(415, 'unsupported-encoding', { zh: '不支持的编码', en: 'an encoding that is not supported' });
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError(status, 'malformed', { zh: '请求有误', en: 'the request is malformed' });
  }
  return new AppError(500, 'internal', { zh: '内部错误，已记录', en: 'an internal error; it was logged' });
}
