import { join } from 'node:path';
import type { Kind } from '../contract/kinds.ts';
import { deviceUsername } from '../contract/topics.ts';
import { realClock, type DeviceClock } from './clock.ts';
import { openPictures, type PictureStore, type PictureType, type WaitingPicture } from './pictures.ts';

export interface UploaderOptions {
  kind: Kind;
  deviceId: string;
  secret: string;
  /** The platform's HTTP address, without `/api/v1`. */
  url: string;
  /** The device's own folder; pictures wait in `pictures` below it. */
  dir: string;
  clock?: DeviceClock;
  /** Real ms before a picture that failed is tried again: doubles up to `max`, give or take a fifth. */
  retry?: { first: number; max: number };
  /** Real ms an upload may take. */
  timeout?: number;
  /** What the waiting pictures may take on the disk. */
  maxBytes?: number;
  onTrouble?(error: Error): void;
}

/** Brings a device's pictures to the platform (`PUT /images/<sha256>`, HTTP contract "Evidence"), however long it is away. */
export interface Uploader {
  start(): Promise<void>;
  /**
   * Keeps a picture on the disk and uploads it when its turn comes; name the digest in the message afterwards, so that no message
   * names a picture that a power cut took.
   * @param options.after device ms it is held back, as by a slow line
   * @returns the digest
   */
  add(content: Buffer, options?: { contentType?: PictureType; after?: number }): Promise<string>;
  counts(): { waiting: number; uploaded: number; refused: number; dropped: number };
  /** Ends the upload under way; what waits stays on the disk. */
  stop(): Promise<void>;
}

/** Answers that will not change however often it is sent; everything else is tried again. */
const REFUSED = new Set([400, 413, 415, 422]);

export function createUploader(options: UploaderOptions): Uploader {
  const clock = options.clock ?? realClock;
  const retry = options.retry ?? { first: 1_000, max: 600_000 };
  const base = `${options.url.replace(/\/+$/, '')}/api/v1/images/`;
  const credentials = Buffer.from(`${deviceUsername(options.kind, options.deviceId)}:${options.secret}`).toString('base64');
  const stopping = new AbortController();
  let store: PictureStore | undefined;
  /** Digests found on the disk at the start: one of them may have arrived just before the device was killed. */
  const doubtful = new Set<string>();
  const count = { uploaded: 0, refused: 0 };
  let failures = 0;
  /** How often each picture failed: one that is never taken holds up no other. */
  const failed = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  function ask(method: 'HEAD' | 'PUT', picture: WaitingPicture, body?: Buffer): Promise<Response> {
    return fetch(base + picture.sha256, {
      method,
      headers: { authorization: `Basic ${credentials}`, ...(body && { 'content-type': picture.contentType }) },
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(options.timeout ?? 60_000)]),
      ...(body && { body }),
    });
  }

  /** @throws when it is to be tried again, with `retryAfter` (real ms) where the platform named it. */
  async function upload(picture: WaitingPicture, from: PictureStore): Promise<void> {
    let content: Buffer;
    try {
      content = await from.read(picture);
    } catch (error) {
      options.onTrouble?.(error as Error);
      await from.remove(picture);
      count.refused++;
      return;
    }
    const there = doubtful.has(picture.sha256) && (await ask('HEAD', picture)).ok;
    const answer = there ? undefined : await ask('PUT', picture, content);
    const said = answer ? await answer.text() : '';
    const taken = answer?.ok ?? true;
    if (answer && !taken && REFUSED.has(answer.status)) {
      options.onTrouble?.(new Error(`picture ${picture.sha256} was refused: ${answer.status} ${said.slice(0, 300)}`));
    } else if (answer && !taken) {
      const asked = Number(answer.headers.get('retry-after') ?? NaN) * 1000;
      const error = new Error(`picture ${picture.sha256} was not taken: ${answer.status} ${said.slice(0, 300)}`);
      throw Object.assign(error, Number.isFinite(asked) && { retryAfter: asked });
    }
    failures = 0;
    failed.delete(picture.sha256);
    doubtful.delete(picture.sha256);
    await from.remove(picture);
    if (taken) count.uploaded++;
    else count.refused++;
  }

  /** Of the pictures whose time has come the one that failed least, the earliest of several; else the earliest at all. */
  function choose(pictures: readonly WaitingPicture[]): WaitingPicture | undefined {
    const now = clock.now();
    let best = pictures[0];
    for (const picture of pictures) {
      const tries = failed.get(picture.sha256) ?? 0;
      if (picture.notBefore > now) break;
      if (tries < (failed.get(best?.sha256 ?? '') ?? 0)) best = picture;
      if (tries === 0) break;
    }
    return best;
  }

  /** @returns real ms until there is something to do again, undefined when nothing waits. */
  async function run(from: PictureStore): Promise<number | undefined> {
    for (let next = choose(from.list()); next; next = choose(from.list())) {
      if (stopping.signal.aborted) return undefined;
      const early = (next.notBefore - clock.now()) / clock.speed;
      if (early > 0) return early;
      try {
        await upload(next, from);
      } catch (error) {
        if (stopping.signal.aborted) return undefined;
        options.onTrouble?.(error as Error);
        failed.set(next.sha256, (failed.get(next.sha256) ?? 0) + 1);
        doubtful.add(next.sha256); // it may have arrived although the answer did not
        const wait = Math.min(retry.max, retry.first * 2 ** Math.min(failures++, 30)) * (0.8 + 0.4 * Math.random());
        return Math.min(retry.max, Math.max(wait, (error as { retryAfter?: number }).retryAfter ?? 0));
      }
    }
    return undefined;
  }

  function pump(): void {
    if (!store || running || stopping.signal.aborted) return;
    clearTimeout(timer);
    timer = undefined;
    const from = store;
    running = run(from)
      .then((wait) => {
        running = undefined;
        if (stopping.signal.aborted) return;
        if (wait !== undefined) timer = setTimeout(pump, Math.min(2 ** 31 - 1, Math.max(1, Math.ceil(wait))));
        else if (from.list().length > 0) pump();
      })
      .catch((error: Error) => {
        running = undefined;
        options.onTrouble?.(error);
        timer = setTimeout(pump, retry.first);
      });
  }

  return {
    async start() {
      store = await openPictures(join(options.dir, 'pictures'), options.maxBytes ?? 1 << 30);
      for (const { sha256 } of store.list()) doubtful.add(sha256);
      pump();
    },
    async add(content, { contentType = 'image/jpeg', after = 0 } = {}) {
      if (!store) throw new Error('the uploader is not started');
      const sha256 = await store.put(content, contentType, clock.now() + after);
      // While it waits for a failed picture's time the new one waits too; while it waits for one held back it may go first.
      if (failures === 0) pump();
      return sha256;
    },
    counts: () => ({ waiting: store?.list().length ?? 0, dropped: store?.dropped() ?? 0, ...count }),
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
      store = undefined;
    },
  };
}
