import type { PlateColor } from '../../../devices/contract/messages.ts';

/** How a plate is drawn, in millimetres of the real one (GA 36): every character with its left edge and width, and the dot. */
export interface PlateShape {
  width: number;
  height: number;
  characters: { text: string; x: number; width: number }[];
  /** The dot's centre; null where the number has none. */
  dot: number | null;
}

const HEIGHT = 140;
const MARGIN = 15.5;

/**
 * The layout of a plate. Seven characters: 440 mm, each 45 mm wide; eight (new energy): 480 mm, the first 45 mm, the others 43 mm.
 * Any other length is spread evenly over 440 mm without a dot.
 */
export function plateShape(number: string): PlateShape {
  const characters = [...number];
  if (characters.length === 7) return row(characters, 440, 45, 45, 12, 34);
  if (characters.length === 8) return row(characters, 480, 45, 43, 9, 49);
  const width = characters.length > 8 ? 480 : 440;
  const step = (width - 2 * MARGIN) / Math.max(characters.length, 1);
  const glyph = Math.min(step - 8, 60);
  return {
    width,
    height: HEIGHT,
    characters: characters.map((text, i) => ({ text, x: MARGIN + i * step + (step - glyph) / 2, width: glyph })),
    dot: null,
  };
}

function row(characters: string[], width: number, first: number, other: number, gap: number, dotGap: number): PlateShape {
  let x = MARGIN;
  let dot = 0;
  const placed = characters.map((text, i) => {
    const at = { text, x, width: i === 0 ? first : other };
    x += at.width + (i === 1 ? dotGap : gap);
    if (i === 1) dot = at.x + at.width + dotGap / 2;
    return at;
  });
  return { width, height: HEIGHT, characters: placed, dot };
}

/** A number as it is written in a line of text: `晋H·12345`. */
export function plateText(number: string): string {
  const characters = [...number];
  if (characters.length !== 7 && characters.length !== 8) return number;
  return `${characters.slice(0, 2).join('')}·${characters.slice(2).join('')}`;
}

const DROPPED = /[\s\u200b-\u200d\u2060\ufeff·•‧・.\-‐‑‒–—―]/gu;

/** What a person typed as a plate: without spaces and dots, upper case. */
export function typedPlate(text: string): string {
  return text.normalize('NFKC').replace(DROPPED, '').toUpperCase();
}

/** The colours such a number may have, the likeliest first: eight characters are new energy, seven mostly heavy trucks here. */
export function likelyColors(number: string): PlateColor[] {
  if ([...number].length === 8) return ['yellow-green', 'green'];
  return number.endsWith('挂') ? ['yellow'] : ['yellow', 'blue', 'white', 'black'];
}
