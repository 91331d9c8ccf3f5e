import type { PlateColor } from '../../../devices/contract/messages.ts';

/** Every plate colour, in the order a choice shows them. */
export const PLATE_COLORS: readonly PlateColor[] = ['yellow', 'blue', 'yellow-green', 'green', 'white', 'black', 'other'];
