import { formatInstant } from '../../../devices/contract/instant.ts';
import type { ZoneShown } from '../api/orders.ts';
import { NO_MOMENT, registryMoment, timeOfDay, type CivilFields } from '../format/civil-fields.ts';
import { FEWEST, outlineOf, rowOf, type Outline, type Place } from './outline.ts';

/** What somebody fills in for a zone, around its outline. */

export type Predicate = NonNullable<ZoneShown['vehicles']>;
export interface Span {
  from: string;
  to: string;
}

export interface ZoneForm {
  id: string;
  zoneKind: ZoneShown['zoneKind'];
  nameZh: string;
  /** Null: the policy's. */
  seasons: Span[] | null;
  /** Null: all day. */
  clock: Span[] | null;
  /** Null: the default. */
  vehicles: Predicate | null;
  outline: Outline;
  /** The outline is drawn to its end. */
  closed: boolean;
  bypass: Place[];
  atOnce: boolean;
  validFrom: CivilFields;
}

export function blankZone(taken: readonly string[]): ZoneForm {
  return {
    id: freeZoneId(taken),
    zoneKind: 'diversion',
    nameZh: '',
    seasons: null,
    clock: null,
    vehicles: null,
    outline: [],
    closed: false,
    bypass: [],
    atOnce: true,
    validFrom: NO_MOMENT,
  };
}

export function zoneForm(zone: ZoneShown): ZoneForm {
  return {
    id: zone.id,
    zoneKind: zone.zoneKind,
    nameZh: zone.nameZh,
    seasons: zone.seasons?.length ? zone.seasons.map((span) => ({ ...span })) : null,
    clock: zone.clock?.length ? zone.clock.map((span) => ({ ...span })) : null,
    vehicles: zone.vehicles ? { ...zone.vehicles } : null,
    outline: outlineOf(zone),
    closed: true,
    bypass: (zone.bypass?.coordinates ?? []).map(([lon, lat]) => ({ lon, lat })),
    atOnce: true,
    validFrom: NO_MOMENT,
  };
}

function freeZoneId(taken: readonly string[]): string {
  for (let n = 1; ; n++) if (!taken.includes(`Z-${n}`)) return `Z-${n}`;
}

/** A day of the year as `MM-DD`, an hour as `HH:MM`; people also write `6-1` and `6:00`. Undefined where it is none. */
export function spanEdge(text: string, of: 'season' | 'clock'): string | undefined {
  if (of === 'clock') return timeOfDay(text);
  const [, month = '', day = ''] = /^(\d{1,2})[-/.月](\d{1,2})日?$/.exec(text.trim()) ?? [];
  const [m, d] = [Number(month), Number(day)];
  const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m - 1];
  if (days === undefined || d < 1 || d > days) return undefined;
  return `${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`;
}

/** A zone's members with empty lists left out: an empty list counts as absent. */
export function predicateOf({ classes, sizes, fuels, stageMax, types }: Predicate): Predicate {
  return {
    ...(classes?.length && { classes }),
    ...(sizes?.length && { sizes }),
    ...(fuels?.length && { fuels }),
    ...(stageMax !== undefined && { stageMax }),
    ...(types?.length && { types }),
  };
}

/** The row to publish; undefined while something it needs is missing or wrong (`problemsOf`). A zone without diversion has no hours. */
export function zoneRowOf(form: ZoneForm, now: number): Record<string, unknown> | undefined {
  if (Object.keys(problemsOf(form)).length > 0) return undefined;
  const judged = form.zoneKind === 'diversion';
  const spans = (all: Span[] | null, of: 'season' | 'clock') =>
    all?.map(({ from, to }) => ({ from: spanEdge(from, of), to: spanEdge(to, of) }));
  const { polygon, edges } = rowOf(form.outline);
  return {
    id: form.id.trim(),
    zoneKind: form.zoneKind,
    nameZh: form.nameZh.trim(),
    polygon,
    ...(judged && form.seasons && { seasons: spans(form.seasons, 'season') }),
    ...(judged && form.clock && { clock: spans(form.clock, 'clock') }),
    ...(judged && form.vehicles && { vehicles: predicateOf(form.vehicles) }),
    ...(edges && { edges }),
    ...(form.bypass.length > 1 && {
      bypass: { type: 'LineString', coordinates: form.bypass.map(({ lon, lat }) => [lon, lat]) },
    }),
    // Named in any case: the first row of a zone without it would be valid since ever.
    validFrom: form.atOnce ? formatInstant(now) : registryMoment(form.validFrom),
  };
}

export type ZoneProblem = 'name' | 'id' | 'ring' | 'seasons' | 'clock' | 'validFrom';

/** What of a form is missing or not well written. */
export function problemsOf(form: ZoneForm): Partial<Record<ZoneProblem, true>> {
  const badSpans = (all: Span[] | null, of: 'season' | 'clock') =>
    all !== null &&
    (all.length === 0 || all.some(({ from, to }) => spanEdge(from, of) === undefined || spanEdge(to, of) === undefined));
  return {
    ...(form.nameZh.trim() === '' && { name: true as const }),
    ...(form.id.trim() === '' && { id: true as const }),
    ...((!form.closed || form.outline.length < FEWEST) && { ring: true as const }),
    ...(form.zoneKind === 'diversion' && badSpans(form.seasons, 'season') && { seasons: true as const }),
    ...(form.zoneKind === 'diversion' && badSpans(form.clock, 'clock') && { clock: true as const }),
    ...(!form.atOnce && registryMoment(form.validFrom) === undefined && { validFrom: true as const }),
  };
}
