import type { Page } from './types.ts';

/** A place of what was sent, and what is wrong there. */
export interface Misfit {
  path: string;
  message: string;
}

/** An answer that is not a success, as RFC 9457 tells it; `status` 0 when nothing answered. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number | undefined;
  /** What is wrong with what was sent, place by place, where the platform says so. */
  readonly errors: readonly Misfit[];

  constructor(status: number, code: string, message: string, retryAfter?: number, errors: readonly Misfit[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
    this.errors = errors;
  }
}

export interface CallOptions {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

interface Around {
  language: () => string;
  /** Called on 401 of anything but signing in. */
  onSignedOut: () => void;
}

let around: Around = { language: () => 'zh-CN', onSignedOut: () => undefined };

/** Sets what every call needs from the rest of the console: the language asked for, and what to do when the session has ended. */
export function configureClient(next: Around): void {
  around = next;
}

/**
 * Calls the platform's API under `/api/v1`.
 * @throws ApiError with the problem's `code` and its detail in the language asked for.
 */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const response = await answer(path, options);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** A thing with the revision it was read at, for `If-Match`; null where the platform names none. @throws ApiError */
export async function callWithTag<T>(path: string, options: CallOptions = {}): Promise<{ body: T; etag: string | null }> {
  const response = await answer(path, options);
  return { body: (await response.json()) as T, etag: response.headers.get('etag') };
}

/** A page of a list with the moment S it shows (`X-As-Of`). @throws ApiError */
export async function callPage<T>(path: string, options: CallOptions = {}): Promise<Page<T> & { asOf: string | null }> {
  const response = await answer(path, options);
  return { ...((await response.json()) as Page<T>), asOf: response.headers.get('x-as-of') };
}

/** The answer itself, where it is a success: its body is still to be read. @throws ApiError */
export async function answer(path: string, options: CallOptions = {}): Promise<Response> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-language': around.language(),
    ...options.headers,
  };
  const init: RequestInit = { method: options.method ?? 'GET', headers, credentials: 'same-origin' };
  if (options.body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  }
  if (options.signal) init.signal = options.signal;
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'unreachable', 'unreachable');
  }
  if (!response.ok) {
    if (response.status === 401 && path !== '/session') around.onSignedOut();
    throw await problem(response);
  }
  return response;
}

async function problem(response: Response): Promise<ApiError> {
  const retry = Number(response.headers.get('retry-after'));
  const body = (await response.json().catch(() => ({}))) as {
    code?: unknown;
    title?: unknown;
    detail?: unknown;
    errors?: unknown;
  };
  const words = [body.detail, body.title].find((text): text is string => typeof text === 'string' && text !== '');
  const code = typeof body.code === 'string' ? body.code : `http-${response.status}`;
  return new ApiError(
    response.status,
    code,
    words ?? response.statusText,
    Number.isFinite(retry) && retry > 0 ? retry : undefined,
    Array.isArray(body.errors) ? (body.errors as Misfit[]) : [],
  );
}

/** A query string of the members that have a value, with its question mark; empty when none has. */
export function query(members: Record<string, string | number | undefined | null>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(members)) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** A key that makes a repeated step harmless. `randomUUID` exists only in secure contexts; a gate office may use plain HTTP. */
export function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
