import { createCanvas, loadImage } from '@napi-rs/canvas';

/** Decodes strangers' pictures apart from the platform: what goes wrong here ends this process alone. */

export interface ThumbnailAsked {
  picture: Uint8Array;
  /** Pixels of the longer side, at most. */
  side: number;
}
export type ThumbnailAnswer = { jpeg: Uint8Array } | { broken: string };

const QUALITY = 80;

async function make({ picture, side }: ThumbnailAsked): Promise<ThumbnailAnswer> {
  try {
    const image = await loadImage(Buffer.from(picture));
    const scale = Math.min(1, side / Math.max(image.width, image.height));
    const canvas = createCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
    const context = canvas.getContext('2d');
    // What is see-through in a PNG is white paper in a JPEG.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return { jpeg: await canvas.encode('jpeg', QUALITY) };
  } catch (error) {
    return { broken: String(error) };
  }
}

process.on('disconnect', () => process.exit(0));
process.on('message', (asked: ThumbnailAsked) => {
  void make(asked).then((answer) => process.send?.(answer));
});
