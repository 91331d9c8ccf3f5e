import { pictureMark } from '../../store/images.ts';
import type { Work } from '../types.ts';

/** The pictures a message names: through them a picture finds the observations, and with these its readers. */
export function markPictures(works: Work[]): void {
  for (const { observation, doc } of works) {
    const named = 'images' in observation.body ? observation.body.images : undefined;
    if (named && named.length > 0) doc.pictures = [...new Set(named.map(({ sha256 }) => pictureMark(sha256)))];
  }
}
