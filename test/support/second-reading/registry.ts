/**
 * The registry as a second reader of rules.md understands it (§2). Written from the text alone: nothing here is shared with the server,
 * so that what both find alike was said clearly enough. Instants are ms; civil time is UTC+8.
 */

export const EVER = -8e15;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const CIVIL = 8 * HOUR;

export const civilDay = (ms: number) => new Date(ms + CIVIL).toISOString().slice(0, 10);
export const civilMidnight = (ms: number) => Math.floor((ms + CIVIL) / DAY) * DAY - CIVIL;
/** Civil text to an instant: `2021-10-01`, `2021-10-01T08:00`. */
export const c = (text: string) => Date.parse(`${text.length === 10 ? `${text}T00:00` : text}Z`) - CIVIL;

/** A row of the registry as it was recorded: its own fields, with the instants they stand for. */
export interface Row<F> {
  key: string;
  /** Where it names a beginning. */
  from?: number;
  to?: number;
  recordedAt: number;
  fields: F;
}

interface Version<F> extends Row<F> {
  from: number;
  order: number;
}

/** The versions of one collection. */
export class Book<F> {
  readonly versions: Version<F>[] = [];
  private order = 0;
  /** Rows in the order of their recording. */
  constructor(rows: readonly Row<F>[]) {
    for (const row of rows) this.record(row);
  }

  private record(row: Row<F>) {
    const same = (v: Row<F>) => JSON.stringify([v.fields, v.to]) === JSON.stringify([row.fields, row.to]);
    const own = this.versions.filter((v) => v.key === row.key);
    let from = row.from;
    if (from === undefined) {
      const now = this.speaks(own, row.recordedAt, row.recordedAt);
      if (now && same(now)) return;
      from = own.length === 0 ? EVER : row.recordedAt;
    } else {
      const last = own.filter((v) => v.from === from).at(-1);
      if (last && same(last)) return;
    }
    this.versions.push({ ...row, from, order: this.order++ });
  }

  private speaks(own: Version<F>[], at: number, knownBy: number): Version<F> | undefined {
    return own
      .filter((v) => v.from <= at && v.recordedAt <= knownBy)
      .sort((a, b) => b.from - a.from || b.recordedAt - a.recordedAt || b.order - a.order)[0];
  }

  /** What is in force at a moment, as known by another: of each key at most one version. */
  all(at: number, knownBy: number): Version<F>[] {
    return [...new Set(this.versions.map((v) => v.key))].flatMap((key) => this.one(key, at, knownBy) ?? []);
  }

  one(key: string, at: number, knownBy: number): Version<F> | undefined {
    const found = this.speaks(
      this.versions.filter((v) => v.key === key),
      at,
      knownBy,
    );
    return found && (found.to === undefined || found.to > at) ? found : undefined;
  }

  /** Versions, as known by a moment, that no later one of the same key and beginning corrects. */
  standing(knownBy: number): Version<F>[] {
    const known = this.versions.filter((v) => v.recordedAt <= knownBy);
    return known.filter((v) => !known.some((w) => w.key === v.key && w.from === v.from && w.order > v.order));
  }
}

export interface Vehicle {
  number: string;
  color: string;
  vin: string;
  type: string;
  fuel: string;
  stage?: string;
  use: string;
  status: string;
  scrapDue?: number;
  muck?: boolean;
  certificate?: number;
  invoiced?: number;
}

export interface Enterprise {
  id: string;
  county: string;
  industry: string;
  freight: number;
  spurSince?: number;
  planningArea: boolean;
  passes: number;
  clean: string;
}

export interface Device {
  kind: string;
  id: string;
  enterprise?: string;
  lon?: number;
  lat?: number;
  county?: string;
  minStage?: number;
}

export interface Span {
  from: string;
  to: string;
}

export interface Zone {
  id: string;
  kind: string;
  ring: [number, number][];
  seasons?: Span[];
  clock?: Span[];
  predicate?: { classes?: string[]; sizes?: string[]; fuels?: string[]; stageMax?: number; types?: string[] };
  edges?: { index: number; included: boolean }[];
}

export interface Permit {
  id: string;
  number: string;
  color: string;
  zone?: string;
  corridor?: [number, number][];
  hours?: Span[];
}

export interface Response {
  level: 'yellow' | 'orange' | 'red';
  counties: string[];
}

export interface Machine {
  code: string;
  stage: string;
}

export interface Declaration {
  site: string;
  code: string;
}

const RANK = { yellow: 1, orange: 2, red: 3 };

/** The level of the response in force in a county. */
export function levelIn(rows: readonly Row<Response>[], county: string | undefined, at: number, knownBy: number) {
  let level: Response['level'] | undefined;
  for (const id of new Set(rows.map((r) => r.key))) {
    const begun = rows.filter((r) => r.key === id && r.recordedAt <= knownBy && Math.max(r.from!, r.recordedAt) <= at);
    const last = begun.reduce<Row<Response> | undefined>(
      (best, r) => (best && best.recordedAt > r.recordedAt ? best : r),
      undefined,
    );
    if (!last || (last.to !== undefined && last.to <= at) || county === undefined) continue;
    if (!last.fields.counties.some((code) => code === county || (code === '140900' && county.startsWith('1409')))) continue;
    if (!level || RANK[last.fields.level] > RANK[level]) level = last.fields.level;
  }
  return level;
}
