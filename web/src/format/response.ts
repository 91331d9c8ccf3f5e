import type { ResponseBook, ResponseLevel, ResponseStretch } from '../api/orders.ts';
import { COUNTIES } from '../geo/counties.ts';

/** A response that is the highest in force in these counties now, as the platform says. */
export interface Standing {
  id: string;
  level: ResponseLevel;
  counties: string[];
  /** When this is over, in milliseconds; null: no end is known. */
  until: number | null;
  /** What follows it at once, where something does. */
  next: ResponseLevel | null;
  reference: string;
  issuedBy: string;
}

const ORDER = { yellow: 1, orange: 2, red: 3 } as const;

const within = ({ from, to }: ResponseStretch, now: number) =>
  Date.parse(from) <= now && (to === undefined || now < Date.parse(to));

/**
 * What is in force at `now`, the highest first; counties under the same order until the same moment stand together. Only picked from
 * the stretches the platform published, which reach ahead: nothing is judged here.
 * @param seat only what is in force in this county; absent: wherever something is
 */
export function standingAt(book: Pick<ResponseBook, 'items' | 'ahead'>, now: number, seat?: string): Standing[] {
  const found = new Map<string, Standing>();
  for (const { county, stretches } of book.ahead) {
    if (seat !== undefined && county !== seat) continue;
    const i = stretches.findIndex((stretch) => within(stretch, now));
    const stretch = stretches[i];
    if (!stretch) continue;
    const after = stretches[i + 1];
    const next = after !== undefined && after.from === stretch.to ? after.level : null;
    const key = JSON.stringify([stretch.id, stretch.level, stretch.to, next]);
    const known = found.get(key);
    if (known) known.counties.push(county);
    else
      found.set(key, {
        id: stretch.id,
        level: stretch.level,
        counties: [county],
        until: stretch.to === undefined ? null : Date.parse(stretch.to),
        next,
        reference: stretch.reference,
        issuedBy: book.items.find((item) => item.id === stretch.id)?.current.issuedBy ?? '',
      });
  }
  return [...found.values()].sort((a, b) => ORDER[b.level] - ORDER[a.level] || b.counties.length - a.counties.length);
}

/** The level in force by county. */
export function levelsOf(standing: readonly Standing[]): Record<string, ResponseLevel> {
  return Object.fromEntries(standing.flatMap(({ level, counties }) => counties.map((county) => [county, level])));
}

/** Whether these are all counties of the city. */
export function isWholeCity(counties: readonly string[]): boolean {
  return COUNTIES.every((county) => counties.includes(county));
}
