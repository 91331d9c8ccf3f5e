import { CITY_CODE, COUNTY_CODES } from '../../devices/contract/counties.ts';
import { DAY, formatInstant } from '../../devices/contract/instant.ts';
import type { Clock } from '../clock.ts';
import type { ResponseBook, ResponseRowShown, ResponseShown, ResponseStretch } from '../http/contract/responses.ts';
import { deedsOf, inOrder, standingOf, type ResponseState } from '../policy/response-story.ts';
import { beginningOf, responseWindows } from '../policy/responses.ts';
import type { ResponseRow, ResponseWindow } from '../policy/types.ts';
import { groupBy } from '../registry/lookup.ts';
import type { RegistryReader } from '../registry/reader.ts';

/** How far ahead orders are looked for: nothing is published years before it begins. */
const AHEAD = 3660 * DAY;

const RANK: Record<ResponseState, number> = { running: 0, announced: 1, over: 2, 'taken-back': 2 };

/** The emergency responses as people read them: each with its rows and what they did, and what is in force where from now on. */
export function createResponseBook({ registry, clock }: { registry: Pick<RegistryReader, 'sync' | 'responses'>; clock: Clock }) {
  return {
    async all(): Promise<ResponseBook> {
      await registry.sync();
      const now = clock.now();
      const rows = (await registry.responses()).filter((row) => row.recordedAt <= now);
      const items = [...groupBy(rows, (row) => row.id).values()]
        .map((own) => shown(own, now))
        .sort((a, b) => RANK[a.state] - RANK[b.state] || (a.current.begins < b.current.begins ? 1 : -1));
      return { asOf: formatInstant(now), items, ahead: aheadOf(rows, now) };
    },
  };
}
export type ResponseBookReader = ReturnType<typeof createResponseBook>;

function shown(rows: readonly ResponseRow[], now: number): ResponseShown {
  const ordered = inOrder(rows);
  const { state, row } = standingOf(ordered, now)!;
  const each = ordered.map((one, i) => rowShown(one, ordered[i - 1]));
  return { id: row.id, state, current: each[ordered.indexOf(row)]!, rows: each };
}

function rowShown(row: ResponseRow, before: ResponseRow | undefined): ResponseRowShown {
  return {
    version: row.version,
    level: row.level,
    counties: [...row.counties],
    start: formatInstant(row.start),
    begins: formatInstant(beginningOf(row)),
    ...(row.end !== undefined && { ends: formatInstant(row.end) }),
    issuedBy: row.issuedBy,
    reference: row.reference,
    recordedAt: formatInstant(row.recordedAt),
    deeds: deedsOf(row, before),
  };
}

/** The counties that rows name, the whole city as its counties, in the order of their codes. */
export function countiesOf(rows: readonly Pick<ResponseRow, 'counties'>[]): string[] {
  const codes = rows
    .flatMap((row) => row.counties)
    .flatMap((code): readonly string[] => (code === CITY_CODE ? COUNTY_CODES : [code]));
  return [...new Set(codes)].sort();
}

function aheadOf(rows: readonly ResponseRow[], now: number): ResponseBook['ahead'] {
  return countiesOf(rows).flatMap((county) => {
    const stretches = stretchesOf(rows, county, now);
    return stretches.length === 0 ? [] : [{ county, stretches }];
  });
}

/** What is in force in a county now and to come, as far as it is published. */
export function stretchesOf(rows: readonly ResponseRow[], county: string, now: number): ResponseStretch[] {
  return responseWindows(rows, county, now, now + AHEAD, now).map(stretch);
}

function stretch({ id, level, from, to, reference }: ResponseWindow): ResponseStretch {
  return { id, level, from: formatInstant(from), ...(to !== undefined && { to: formatInstant(to) }), reference };
}
