import { DAY, formatInstant, startOfCivilDay } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import type { PhotoCounts, PhotoRow, PhotoState } from '../http/contract/photos.ts';
import { LEDGER_FAULTS } from '../store/findings.ts';
import { PASSAGES, SOURCE_LINE } from '../store/observations.ts';
import type { FindingDoc, ObservationDoc } from '../store/types.ts';
import { inChunks } from './chunks.ts';
import { createFigureCache, scopeKey } from './figure-cache.ts';
import { createPages, type ListQuery, type Page, type PagesDeps } from './pages.ts';
import { rowsOfFindings, rowsOfPassages, type PhotoRowDeps } from './photo-rows.ts';
import { scopeFilter, type StoreFilter } from './scope.ts';

export interface PhotoFilters {
  /** Absent: `late`. */
  state?: PhotoState | undefined;
  enterprise?: string | undefined;
  /** `gate/<id>` */
  device?: string | undefined;
}

export interface PhotosDeps extends PhotoRowDeps, PagesDeps {}

const CHUNK = 200;
/** A page of a state that few meet ends after so many messages, with the cursor to go on from. */
const MOST_LOOKED_AT = 5_000;
/** Passages that have time left are looked for so far back; those of a longer outage are told by their verdicts. */
const WAITING_REACH = 3 * DAY;
const COUNTED = 31 * DAY;
/** How long a count is kept, of real time. */
const REST_MS = 2_000;

/**
 * Required pictures that are not there, passage by passage: what a person can still add, what was added too late to count, and what cannot
 * be added. Those that are too late are read by their verdicts, those that have time left by their messages.
 */
export function createPhotos(deps: PhotosDeps) {
  const { db, clock } = deps;
  const pages = createPages(deps);
  const counted = createFigureCache<PhotoCounts>({ restMs: REST_MS });

  function narrow(actor: Actor, enterprise: string | undefined): string | undefined {
    return enterprise ?? (actor.role === 'enterprise' ? actor.enterpriseId : undefined);
  }

  async function verdicts(code: string, actor: Actor, { enterprise, device }: PhotoFilters, query: ListQuery) {
    const own = narrow(actor, enterprise);
    const filter: StoreFilter = {
      $and: [
        { rule: 'gate-ledger', code, status: 'confirmed' },
        await scopeFilter(db, actor, 'findings'),
        own === undefined ? {} : { enterprise: own },
        device === undefined ? {} : { device },
      ],
    };
    const hint = own === undefined ? {} : { hint: LEDGER_FAULTS };
    return pages.open<FindingDoc>('findings', 'recordedAt', filter, query, { chunk: CHUNK, ...hint });
  }

  async function passages(actor: Actor, { enterprise, device }: PhotoFilters, query: ListQuery) {
    const own = narrow(actor, enterprise);
    const filter: StoreFilter = {
      $and: [
        { kind: 'gate', message: 'passage', pictures: { $exists: true } },
        await scopeFilter(db, actor, 'observations'),
        own === undefined ? {} : { enterprise: own },
        device === undefined ? {} : { source: device },
      ],
    };
    const from = Math.max(query.from ?? 0, clock.now() - WAITING_REACH);
    const hint = device !== undefined ? SOURCE_LINE : own === undefined ? PASSAGES.all : PASSAGES.ofEnterprise;
    return pages.open<ObservationDoc>('observations', 'receivedAt', filter, { ...query, from }, { chunk: CHUNK, hint });
  }

  /** What was looked at, one after another, with the row it makes; the row is of the state asked for. */
  async function open(actor: Actor, filters: PhotoFilters, query: ListQuery) {
    const { state = 'late' } = filters;
    const { rows: docs, asOf, cursorAt } =
      state === 'waiting'
        ? await passages(actor, filters, query)
        : await verdicts(state === 'unnamed' ? 'photo-missing' : 'photo-not-uploaded', actor, filters, query); // prettier-ignore
    const rowsOf = (chunk: (FindingDoc | ObservationDoc)[]) =>
      state === 'waiting'
        ? rowsOfPassages(chunk as ObservationDoc[], asOf, deps)
        : rowsOfFindings(chunk as FindingDoc[], asOf, deps);
    const looked = (async function* () {
      try {
        for await (const chunk of inChunks(docs as AsyncIterable<FindingDoc | ObservationDoc>, CHUNK)) {
          const rows = await rowsOf(chunk);
          for (const doc of chunk) yield { doc, row: rows.get(doc._id) };
        }
      } finally {
        await docs.close();
      }
    })();
    return { looked, asOf, cursorAt, meets: (row: PhotoRow | undefined): row is PhotoRow => row?.state === state };
  }

  return {
    /** A page, newest first. @throws AppError 400 `bad-cursor` */
    async page(actor: Actor, filters: PhotoFilters, query: ListQuery): Promise<Page<PhotoRow>> {
      const { looked, asOf, cursorAt, meets } = await open(actor, filters, query);
      const items: PhotoRow[] = [];
      let last: FindingDoc | ObservationDoc | undefined;
      let count = 0;
      for await (const { doc, row } of looked) {
        const full = items.length === (query.limit ?? 100);
        if (last && ((full && meets(row)) || count === MOST_LOOKED_AT)) return { items, next: cursorAt(last), asOf };
        if (meets(row)) items.push(row);
        last = doc;
        count += 1;
      }
      return { items, next: null, asOf };
    },

    /** All of them, row after row. */
    async all(actor: Actor, filters: PhotoFilters, query: ListQuery) {
      const { looked, asOf, meets } = await open(actor, filters, query);
      const items = (async function* (): AsyncGenerator<Record<string, unknown>> {
        for await (const { row } of looked) if (meets(row)) yield row;
      })();
      return { asOf, items };
    },

    /** How many passages of the last 31 whole civil days and today there are in each state. */
    counts(actor: Actor, enterprise: string | undefined): Promise<PhotoCounts> {
      return counted(`${scopeKey(actor)} ${enterprise ?? ''}`, async () => {
        const from = startOfCivilDay(clock.now() - COUNTED);
        const sums: Record<PhotoState, number> = { waiting: 0, late: 0, added: 0, unnamed: 0 };
        // `late` reads the verdicts of those that were added to as well.
        for (const state of ['waiting', 'late', 'unnamed'] as const) {
          const { looked } = await open(actor, { state, enterprise }, { from });
          for await (const { row } of looked) if (row) sums[row.state] += 1;
        }
        return { since: formatInstant(from), asOf: formatInstant(clock.now()), ...sums };
      });
    },
  };
}
export type Photos = ReturnType<typeof createPhotos>;
