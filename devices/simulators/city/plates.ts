import type { Random } from './random.ts';

/**
 * Invented numbers. Nothing here names a real vehicle, by construction:
 * - ordinary plates carry four letters and one digit behind the authority's letter (real serials carry at most three letters);
 * - large new-energy plates are 00ddd + K, small ones K + letter + 00dd: the K series had not been begun in 2021;
 * - a VIN's ninth character is never the check digit that GB 16735 asks for.
 * No two invented numbers are one confusable character apart unless `confusable` is asked for one that is.
 */
export interface Inventor {
  ordinary(prefix?: string): string;
  largeNewEnergy(prefix?: string): string;
  smallNewEnergy(prefix?: string): string;
  trailer(prefix?: string): string;
  /** A number that differs from `number` in one confusable character. */
  confusable(number: string): string;
  /** Two ordinary numbers, both of invented form, that differ in one confusable letter. */
  neighbours(): [string, string];
  vin(): string;
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const GROUPS = ['0DQ', '8B', '2Z', '5S', '17TL', '6G', '4A', 'MN', 'VY', 'UJ'];
const groupOf = (c: string) => GROUPS.find((g) => g.includes(c));

function skeleton(number: string): string {
  return [...number].map((c, i) => (i < 2 ? c : (groupOf(c)?.[0] ?? c))).join('');
}

const VIN_VALUES: Record<string, number> = Object.fromEntries(
  [...'0123456789ABCDEFGHJKLMNPRSTUVWXYZ'].map((c, i) => [c, i < 10 ? i : [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9][i - 10]!]),
); // prettier-ignore
const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** The check digit of a VIN by GB 16735, whatever stands in its ninth place. */
export function vinCheckDigit(vin: string): string {
  const sum = [...vin].reduce((total, c, i) => total + (VIN_VALUES[c] ?? 0) * (VIN_WEIGHTS[i] ?? 0), 0);
  return sum % 11 === 10 ? 'X' : String(sum % 11);
}

export function createInventor(random: Random, own = '晋H'): Inventor {
  const used = new Set<string>();
  let serial = 0;

  function unique(make: () => string): string {
    for (;;) {
      const number = make();
      const bones = skeleton(number);
      if (used.has(bones)) continue;
      used.add(bones);
      return number;
    }
  }
  const letter = () => random.pick([...LETTERS]);
  const digit = () => String(random.int(0, 9));

  const ordinary = (prefix = own) =>
    unique(() => {
      const places = [letter(), letter(), letter(), letter()];
      // Any of them can be misread.
      if (!places.some(groupOf)) places[random.int(0, 3)] = random.pick([...'BDMNQSUVYZ']);
      places.splice(random.int(0, 4), 0, digit());
      return prefix + places.join('');
    });
  /** The number with one character behind the authority's letter replaced by one it can be taken for. */
  function swaps(number: string, allowed: (from: string, to: string) => boolean): string | undefined {
    const characters = [...number];
    const choices = characters.flatMap((from, i) =>
      i < 2 ? [] : [...(groupOf(from) ?? '')].filter((to) => to !== from && allowed(from, to)).map((to) => ({ i, to })),
    );
    if (choices.length === 0) return undefined;
    const { i, to } = random.pick(choices);
    characters[i] = to;
    return characters.join('');
  }

  return {
    ordinary,
    largeNewEnergy: (prefix = own) => unique(() => `${prefix}00${digit()}${digit()}${digit()}K`),
    smallNewEnergy: (prefix = own) => unique(() => `${prefix}K${letter()}00${digit()}${digit()}`),
    trailer: (prefix = own) => unique(() => `${prefix}${letter()}${letter()}${letter()}${digit()}挂`),
    confusable(number) {
      const swap = swaps(number, () => true);
      if (swap === undefined) throw new Error(`no character of ${number} is confusable`);
      return swap;
    },
    neighbours() {
      for (;;) {
        const number = ordinary(own);
        const other = swaps(number, (from, to) => /[A-Z]/.test(from) && /[A-Z]/.test(to));
        if (other !== undefined) return [number, other];
      }
    },
    vin() {
      const body = [...'HC2K'].map(() => random.pick([...LETTERS].filter((c) => c !== 'Q'))).join('');
      const raw = `LXZ${body}${digit()}0MX${String(++serial).padStart(6, '0')}`;
      const right = vinCheckDigit(raw);
      const wrong = '0123456789X'[('0123456789X'.indexOf(right) + 5) % 11] as string;
      return raw.slice(0, 8) + wrong + raw.slice(9);
    },
  };
}
