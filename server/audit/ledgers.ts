import { HOUR, MINUTE, parseInstant } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import type { FigureName } from '../http/contract/accounts.ts';
import type { InPlantRow, LedgerName, MachineryRow, PairingState, TransportRow } from '../http/contract/ledgers.ts';
import { plateIn } from '../recognition/plate-in.ts';
import { PASSAGES } from '../store/observations.ts';
import type { ObservationDoc } from '../store/types.ts';
import { inChunks } from './chunks.ts';
import { FIGURE } from './figures.ts';
import { seeMachinery, seePassages, type LedgerDeps } from './ledger-rows.ts';
import { createPages, type ListQuery, type Page, type PagesDeps } from './pages.ts';
import { scopeFilter, type StoreFilter } from './scope.ts';

/** Filters of the ledgers; each takes those that concern it. */
export interface LedgerFilters {
  enterprise?: string | undefined;
  plate?: string | undefined;
  direction?: 'in' | 'out' | undefined;
  pairing?: PairingState | undefined;
  state?: PairingState | undefined;
  /** In-plant: only who was inside at this moment. */
  at?: number | undefined;
  /** In-plant: only who is inside at the moment of the list. */
  inside?: 'true' | undefined;
  device?: string | undefined;
  /** Transport: only rows that lack this, as the account's figures count them. */
  lacks?: 'photo' | 'upload' | 'cargo' | 'any' | undefined;
  /** Machinery: the registration code. */
  code?: string | undefined;
  /** Transport: only what was released by force. */
  forced?: 'true' | undefined;
  /** Machinery: only passages on which this finding, or `any`, stands. */
  finding?: string | undefined;
}

export type LedgerRow = Record<string, unknown>;

/** Messages made into rows at once, of a page and of a file. */
const PAGE_CHUNK = 101;
const FILE_CHUNK = 500;
/** A page of a filter that little meets ends after so many messages, with the cursor to go on from. */
const MOST_LOOKED_AT = 10_000;

/**
 * The three ledgers, as of one moment: transport, every counted passage; in-plant, every stay of a vehicle; machinery, every passage of a
 * machine at a site. They are made of the stored messages and their facts when they are asked for.
 */
export function createLedgers(deps: LedgerDeps & PagesDeps) {
  const { db, clock, policies } = deps;
  const pages = createPages(deps);

  async function open(name: LedgerName, actor: Actor, filters: LedgerFilters, query: ListQuery, chunk: number) {
    const { enterprise, plate, direction, device } = filters;
    const own = enterprise ?? (actor.role === 'enterprise' ? actor.enterpriseId : undefined);
    const filter: StoreFilter = {
      $and: [
        { kind: name === 'machinery' ? 'machinery-gate' : 'gate', message: 'passage' },
        name === 'machinery' ? {} : { row: true },
        name === 'in-plant' && own === undefined ? { enterprise: { $gt: '' } } : {},
        await scopeFilter(db, actor, 'observations'),
        own === undefined ? {} : { enterprise: own },
        plate === undefined ? {} : { plate: plateIn(plate) },
        device === undefined ? {} : { source: device },
        direction === undefined || name === 'machinery' ? {} : { direction },
      ],
    };
    // A plate, or a device, has an index of its own, which the store finds by itself.
    const hint =
      plate !== undefined || device !== undefined ? undefined : own === undefined ? PASSAGES.all : PASSAGES.ofEnterprise;
    const opened = await pages.open<ObservationDoc>('observations', 'receivedAt', filter, within(query, filters), {
      chunk,
      ...(hint !== undefined && { hint }),
    });
    return { ...opened, wanted: wanted(name, filters) };
  }

  /** Being inside at a moment, one came in within the hours before. */
  function within(query: ListQuery, { at, inside }: LedgerFilters): ListQuery {
    const moment = at ?? (inside ? clock.now() : undefined);
    if (moment === undefined) return query;
    // Later pages of the same list ask a little later: whoever came in meanwhile is beyond its moment anyway.
    return {
      ...query,
      from: Math.max(query.from ?? 0, moment - hoursAt(moment)),
      to: Math.min(query.to ?? Infinity, moment + 1),
    };
  }

  const hoursAt = (moment: number) => policies.at(moment, Infinity).rules['gate-ledger'].exitHours * HOUR;

  async function make(name: LedgerName, docs: ObservationDoc[], asOf: number, filters: LedgerFilters) {
    if (name === 'machinery') return new Map((await seeMachinery(docs, asOf, deps)).map((row) => [row.id, row as LedgerRow]));
    const rows = (await seePassages(docs, asOf, deps)).flatMap(({ row }) => row ?? []);
    const shown = name === 'transport' ? rows : rows.flatMap((row) => stayOf(row, asOf, filters.at ?? asOf, hoursAt(asOf)));
    return new Map(shown.map((row) => [row.id, row as LedgerRow]));
  }

  return {
    /** A page of a ledger. @throws AppError 400 `bad-cursor` */
    async page(name: LedgerName, actor: Actor, filters: LedgerFilters, query: ListQuery): Promise<Page<LedgerRow>> {
      const limit = query.limit ?? 100;
      const { asOf, rows, cursorAt, wanted: meets } = await open(name, actor, filters, query, Math.min(limit + 1, FILE_CHUNK));
      const items: LedgerRow[] = [];
      let last: ObservationDoc | undefined;
      let looked = 0;
      try {
        for await (const chunk of inChunks(rows, Math.min(Math.max(limit + 1, PAGE_CHUNK), FILE_CHUNK))) {
          const made = await make(name, chunk, asOf, filters);
          for (const doc of chunk) {
            const row = made.get(doc._id);
            if (row && meets(row)) {
              if (items.length === limit) return { items, next: cursorAt(last!), asOf };
              items.push(row);
            }
            last = doc;
          }
          looked += chunk.length;
          if (looked >= MOST_LOOKED_AT) return { items, next: cursorAt(last!), asOf };
        }
      } finally {
        await rows.close();
      }
      return { items, next: null, asOf };
    },

    /** The whole range, row after row. */
    async all(name: LedgerName, actor: Actor, filters: LedgerFilters, query: ListQuery) {
      const { asOf, rows, wanted: meets } = await open(name, actor, filters, query, FILE_CHUNK);
      const items = (async function* (): AsyncGenerator<LedgerRow> {
        for await (const chunk of inChunks(rows, FILE_CHUNK)) {
          const made = await make(name, chunk, asOf, filters);
          for (const doc of chunk) {
            const row = made.get(doc._id);
            if (row && meets(row)) yield row;
          }
        }
      })();
      return { asOf, items };
    },
  };
}
export type Ledgers = ReturnType<typeof createLedgers>;

/** The figures of the account whose rows lack something. */
const LACKING = {
  photo: 'photos.missing',
  upload: 'photos.notUploaded',
  cargo: 'cargo.incomplete',
  any: 'quality.faulty',
} as const satisfies Record<string, FigureName>;

/** What only a made row can tell. */
function wanted(name: LedgerName, { pairing, forced, lacks, state, at, inside, code, direction, finding }: LedgerFilters) {
  return (row: LedgerRow): boolean => {
    if (name === 'transport') {
      const passage = row as TransportRow;
      return (
        (pairing === undefined || passage.pairing?.state === pairing) &&
        (forced === undefined || passage.forced) &&
        (lacks === undefined || FIGURE[LACKING[lacks]].ledger!(passage))
      );
    }
    if (name === 'in-plant') {
      const stay = row as InPlantRow;
      return (state === undefined || stay.state === state) && ((at === undefined && !inside) || stay.inside);
    }
    const { registrationCode, direction: way, findings } = row as MachineryRow;
    return (
      (code === undefined || registrationCode === code) &&
      (direction === undefined || way === direction) &&
      (finding === undefined || (finding === 'any' ? findings.length > 0 : findings.includes(finding)))
    );
  };
}

/** The stay that a row of the transport ledger begins; of an exit without entry the exit alone. An exit of a stay is no row of its own. */
function stayOf(row: TransportRow, asOf: number, moment: number, hours: number): InPlantRow[] {
  const { pairing, enterprise, county, plate, recognition, read, vin, vehicleType, fuel, stage, newEnergy, cargo } = row;
  if (!pairing || enterprise === undefined) return [];
  const { observation, at, gate, gateName } = row;
  const common = {
    id: row.id,
    at,
    enterprise,
    ...(county !== undefined && { county }),
    plate,
    recognition,
    ...(read !== undefined && { read }),
    ...(vin !== undefined && { vin }),
    ...(vehicleType !== undefined && { vehicleType }),
    ...(fuel !== undefined && { fuel }),
    stage,
    newEnergy,
    state: pairing.state,
    cargo,
  };
  if (row.direction === 'out') {
    if (pairing.state !== 'exit-without-entry') return [];
    return [{ ...common, entry: null, exit: { observation, at }, minutes: null, inside: false }];
  }
  const since = parseInstant(at);
  const left = pairing.other && parseInstant(pairing.other.at);
  // Who is not known to have left within the hours is doubtful, and counted as inside no more.
  const inside = since <= moment && moment - since <= hours && moment < (left ?? Infinity);
  return [
    {
      ...common,
      entry: { observation, at, gate, gateName },
      exit: pairing.other ?? null,
      minutes: pairing.minutes ?? (pairing.state === 'open' ? Math.max(0, Math.floor((asOf - since) / MINUTE)) : null),
      inside,
    },
  ];
}
