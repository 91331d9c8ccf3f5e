import { createHash } from 'node:crypto';
import type { Image } from '../../contract/messages.ts';
import type { Uploader } from '../../client/index.ts';
import type { CityDay } from '../city/day.ts';
import { drawPicture } from './draw.ts';
import { planShots, type Photographed } from './plan.ts';
import { createScenes } from './subjects.ts';

/** The cameras of one device process. */
export interface Photographer {
  /**
   * Takes the pictures of an event as planned: draws them, hands them to the device's uploader (to be sent from the event's moment on,
   * or later where the plan says so), and names them. None when the process has more to draw than it may: traffic goes first.
   */
  shoot(event: Photographed): Promise<Image[]>;
  /** Loads fonts and warms the drawing up, so that the first vehicle need not wait for it. */
  warmUp(): Promise<void>;
  counts(): { pictures: number; skipped: number };
}

/** CPU ms of drawing per real ms, over time; and how far ahead of that a burst may run. */
const SHARE = 0.35;
const BURST_MS = 4_000;

export interface PhotographerOptions {
  /** Events that may wait for their pictures. */
  queue?: number;
  /** Device time, ms: pictures may be drawn before their moment. */
  now?(): number;
  onTrouble?(error: Error): void;
}

const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** @param uploaders by device id; a device without one takes no pictures */
export function createPhotographer(
  day: CityDay,
  uploaders: ReadonlyMap<string, Pick<Uploader, 'add'>>,
  { queue = 48, now = Date.now, onTrouble = () => undefined }: PhotographerOptions = {},
): Photographer {
  const scenes = createScenes(day);
  let pictures = 0;
  let skipped = 0;
  let waiting = 0;
  let debt = 0;
  let last = performance.now();
  /** One after the other: a picture at a time in memory and on the encoder's thread. */
  let chain: Promise<unknown> = Promise.resolve();

  function overworked(): boolean {
    const instant = performance.now();
    debt = Math.max(0, debt - (instant - last) * SHARE);
    last = instant;
    return debt > BURST_MS || waiting >= queue;
  }

  async function shootNow(event: Photographed, uploader: Pick<Uploader, 'add'>): Promise<Image[]> {
    const images: Image[] = [];
    for (const { role, after } of planShots(day.seed, event)) {
      const before = process.cpuUsage();
      const { bytes, contentType } = await drawPicture(scenes.of(event, role));
      const { user, system } = process.cpuUsage(before);
      debt += (user + system) / 1_000;
      const held = after === 'never' ? 0 : Math.max(0, event.at + after - now());
      const sha256 = after === 'never' ? digestOf(bytes) : await uploader.add(bytes, { contentType, after: held });
      images.push({ role, sha256, contentType });
      pictures++;
    }
    return images;
  }

  return {
    async shoot(event) {
      const uploader = uploaders.get(event.type === 'visit' ? event.gate : event.device);
      if (!uploader) return [];
      if (overworked()) {
        skipped++;
        return [];
      }
      waiting++;
      const mine = chain
        .then(() => shootNow(event, uploader))
        .catch((error: Error) => {
          onTrouble(error); // a full disk: the message goes all the same
          return [];
        })
        .finally(() => waiting--);
      chain = mine;
      return mine;
    },
    async warmUp() {
      const event = day.events.find((e) => e.type === 'visit');
      if (event && uploaders.size > 0) await drawPicture(scenes.of(event, 'head'));
    },
    counts: () => ({ pictures, skipped }),
  };
}
