import { ApiError } from './client.ts';

/**
 * Puts a body at a path under `/api/v1`, telling how much of it has left.
 * @param onSent the share that has left this computer, 0–1
 * @throws ApiError; DOMException `AbortError`
 */
export function send<T>(
  path: string,
  body: Blob,
  { type, language }: { type: string; language: string },
  onSent: (share: number) => void,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((settle, fail) => {
    // Only this older way tells how much of a file has been sent.
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1${path}`);
    request.setRequestHeader('content-type', type);
    request.setRequestHeader('accept-language', language);
    request.responseType = 'json';
    request.upload.onprogress = (event) => event.lengthComputable && onSent(event.loaded / event.total);
    request.onload = () => {
      const answer = request.response as (T & { code?: string; detail?: string; title?: string }) | null;
      if (request.status >= 200 && request.status < 300 && answer) return settle(answer);
      const words = answer?.detail ?? answer?.title ?? request.statusText;
      fail(new ApiError(request.status, answer?.code ?? `http-${request.status}`, words));
    };
    request.onerror = () => fail(new ApiError(0, 'unreachable', 'unreachable'));
    request.onabort = () => fail(new DOMException('aborted', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}
