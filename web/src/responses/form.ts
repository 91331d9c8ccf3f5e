import { formatInstant, MINUTE } from '../../../devices/contract/instant.ts';
import type { ResponseBook, ResponseDraft, ResponseLevel, ResponseShown } from '../api/orders.ts';
import { civilFields, NO_MOMENT, registryMoment, type CivilFields } from '../format/civil-fields.ts';
import { isWholeCity } from '../format/response.ts';
import { CITY, COUNTIES } from '../geo/counties.ts';

/** What somebody fills in to declare a response, or to follow one: a response is never corrected, only followed. */

export const DEEDS = ['raise', 'lower', 'area', 'extend', 'lift'] as const;
export type Deed = (typeof DEEDS)[number];
export const LEVELS = ['yellow', 'orange', 'red'] as const;

export interface ResponseForm {
  id: string;
  level: ResponseLevel | null;
  /** Six-digit codes, the whole city as all of them. */
  counties: string[];
  /** Begins when it is published; else at `start`. */
  atOnce: boolean;
  start: CivilFields;
  /** No end is known; else `end`. */
  open: boolean;
  end: CivilFields;
  issuedBy: string;
  reference: string;
}

/** What may be done to a response. */
export function deedsOf({ state, current }: Pick<ResponseShown, 'state' | 'current'>): Deed[] {
  if (state !== 'running' && state !== 'announced') return [];
  return DEEDS.filter(
    (deed) =>
      (deed !== 'raise' || current.level !== 'red') &&
      (deed !== 'lower' || current.level !== 'yellow') &&
      (deed !== 'extend' || current.ends !== undefined),
  );
}

/** The levels a deed may choose from. */
export function levelsFor(deed: Deed | null, was: ResponseLevel | undefined): ResponseLevel[] {
  const at = was === undefined ? -1 : LEVELS.indexOf(was);
  if (deed === 'raise') return LEVELS.slice(at + 1);
  if (deed === 'lower') return LEVELS.slice(0, Math.max(0, at));
  return deed === null ? [...LEVELS] : was === undefined ? [] : [was];
}

/** Codes with the whole city as its counties. */
export function expanded(codes: readonly string[]): string[] {
  return codes.includes(CITY) ? [...COUNTIES] : [...codes];
}

/** An empty form: a new response, issued by whoever issued the last. */
export function blankForm(book: Pick<ResponseBook, 'items'> | null, now: number): ResponseForm {
  return {
    id: freeId(book?.items.map(({ id }) => id) ?? [], now),
    level: null,
    counties: [],
    atOnce: true,
    start: NO_MOMENT,
    open: false,
    end: NO_MOMENT,
    issuedBy: book?.items[0]?.current.issuedBy ?? '',
    reference: '',
  };
}

/** The form for a deed on a response, filled in with what stays as it is. */
export function followingForm({ id, state, current }: ResponseShown, deed: Deed): ResponseForm {
  const level = levelsFor(deed, current.level);
  const ends = current.ends === undefined ? undefined : Date.parse(current.ends);
  return {
    id,
    level: level.length === 1 ? level[0]! : null,
    counties: expanded(current.counties),
    // What has not begun is changed from its own beginning on.
    atOnce: state === 'running' || deed === 'lift',
    start: state === 'running' ? NO_MOMENT : civilFields(Date.parse(current.start), 'start'),
    open: ends === undefined && deed !== 'lift',
    end: ends === undefined || deed === 'lift' ? NO_MOMENT : civilFields(ends, 'end'),
    issuedBy: current.issuedBy,
    reference: '',
  };
}

/** `R20211115-1`, the first number that is free. */
export function freeId(taken: readonly string[], now: number): string {
  const day = formatInstant(now).slice(0, 10).replaceAll('-', '');
  for (let n = 1; ; n++) if (!taken.includes(`R${day}-${n}`)) return `R${day}-${n}`;
}

const minuteOf = (now: number) => formatInstant(Math.floor(now / MINUTE) * MINUTE);

/**
 * The draft as far as it can be looked at; undefined while something it needs is missing. Extending and lifting keep the start of the row
 * they follow (`follows`), everything else begins anew.
 */
export function draftOf(
  form: ResponseForm,
  deed: Deed | null,
  follows: ResponseShown | null,
  now: number,
): ResponseDraft | undefined {
  const { id, level, counties } = form;
  const keepsStart = (deed === 'extend' || deed === 'lift') && follows !== null;
  const start = keepsStart ? follows.current.start : form.atOnce ? minuteOf(now) : registryMoment(form.start);
  const end = form.open ? undefined : endOf(form, deed, follows, now);
  if (level === null || counties.length === 0 || start === undefined || (!form.open && end === undefined)) return undefined;
  return {
    ...(id.trim() !== '' && { id: id.trim() }),
    level,
    counties: isWholeCity(counties) ? [CITY] : [...counties].sort(),
    start,
    ...(end !== undefined && { end }),
  };
}

/** A response is lifted at once by an end that has come; one that has not begun is taken back by ending where it would begin. */
function endOf(form: ResponseForm, deed: Deed | null, follows: ResponseShown | null, now: number): string | undefined {
  if (deed !== 'lift' || !form.atOnce) return registryMoment(form.end);
  const start = follows ? Date.parse(follows.current.start) : now;
  return start > now ? follows!.current.start : minuteOf(Math.max(now, start));
}

/** The fields that are still missing for publication. */
export function missingOf(form: ResponseForm, deed: Deed | null): (keyof ResponseForm)[] {
  const asksStart = deed === null || deed === 'raise' || deed === 'lower' || deed === 'area';
  return [
    ...(form.id.trim() === '' ? (['id'] as const) : []),
    ...(form.level === null ? (['level'] as const) : []),
    ...(form.counties.length === 0 ? (['counties'] as const) : []),
    ...(asksStart && !form.atOnce && registryMoment(form.start) === undefined ? (['start'] as const) : []),
    ...(endMissing(form, deed) ? (['end'] as const) : []),
    ...(form.issuedBy.trim() === '' ? (['issuedBy'] as const) : []),
    ...(form.reference.trim() === '' ? (['reference'] as const) : []),
  ];
}

function endMissing(form: ResponseForm, deed: Deed | null): boolean {
  return !form.open && !(deed === 'lift' && form.atOnce) && registryMoment(form.end) === undefined;
}
