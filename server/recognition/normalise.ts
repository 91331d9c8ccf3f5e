/** Plate numbers as they are compared: one spelling for what cameras and registries write in many. */

const REMOVED = /[\p{White_Space}\u200b-\u200d\u2060\ufeff·•‧・.\-‐‑‒–—―−]/gu;

const LOOKALIKES: Record<string, string> = Object.fromEntries([
  ...pairs('АВЕКМНОРСТУХІЅЈ', 'ABEKMHOPCTYXISJ'),
  ...pairs('ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'),
]);

/** Already normal, as nearly every read is: a Han character, then letters and digits with neither O nor I from the third place on. */
const NORMAL = /^[\u4e00-\u9fff][A-Z][A-HJ-NP-Z0-9]{0,6}[A-HJ-NP-Z0-9挂学警港澳领]?$/;

/**
 * The normal form of a plate number: NFKC, without white space, zero-width characters, dots and dashes, in upper case, Cyrillic and
 * Greek lookalikes as Latin letters, and from the third character (code point) on O as 0 and I as 1. `''` when nothing is left.
 */
export function normalisePlate(text: string): string {
  if (NORMAL.test(text)) return text;
  const characters = [...text.normalize('NFKC').replace(REMOVED, '').toUpperCase()];
  return characters
    .map((character, i) => {
      const latin = LOOKALIKES[character] ?? character;
      if (i < 2) return latin;
      return latin === 'O' ? '0' : latin === 'I' ? '1' : latin;
    })
    .join('');
}

function pairs(from: string, to: string): [string, string][] {
  return [...from].map((character, i) => [character, to.charAt(i)]);
}
