import { markInside } from './inside.ts';
import { markOwn } from './own.ts';
import { markPictures } from './pictures.ts';
import { markRoute } from './route.ts';
import type { Mark } from './types.ts';

/** All marks, in the order in which they are made. */
export const MARKS: readonly Mark[] = [markOwn, markInside, markRoute, markPictures];
