import { formatInstant, parseRegistryTime } from '../../devices/contract/instant.ts';
import { coversCounty } from '../alerts/scope.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import type { ResponseDraft, ResponsePreview, ResponseStretch } from '../http/contract/responses.ts';
import type { PolicyBook } from '../intake/policy-book.ts';
import { beginningOf, responseInForce } from '../policy/responses.ts';
import type { ResponseRow } from '../policy/types.ts';
import type { CensusReader } from '../registry/census.ts';
import { allInForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { DecisionStore } from '../store/decisions.ts';
import type { Revisions } from '../store/revisions.ts';
import { countiesOf, stretchesOf } from './book.ts';
import { effectOf, type Effect, type EnterpriseEffect, type Level, type Levels } from './effect.ts';
import { notesOn, type DraftNote } from './notes.ts';
import { createSeenVehicles } from './seen.ts';
import { sitesIn } from './sites.ts';

type Registry = Pick<
  RegistryReader,
  'sync' | 'responses' | 'allEnterprises' | 'sites' | 'vehiclesByVin' | 'machinery' | 'declarations'
>;

export interface PreviewDeps {
  registry: Registry;
  census: CensusReader;
  decisions: Pick<DecisionStore, 'seenAt'>;
  policies: Pick<PolicyBook, 'at' | 'sync'>;
  revisions: Pick<Revisions, 'read'>;
  clock: Clock;
  /** How long what was seen is kept, of real time. */
  restMs?: number;
}

const MOST_ENTERPRISES = 500;
/** How long the count of registered vehicles is waited for. */
const PATIENCE_MS = 800;

/** The draft of a response as people read it, notes still in both languages. */
export type Preview = Omit<ResponsePreview, 'notes'> & { notes: DraftNote[] };

/**
 * What a row of `responses` would do if it were published now: whom it touches, by the rule that will judge and the facts of the moment
 * from which it makes a difference. Changes nothing.
 */
export function createResponsePreview({ registry, census, decisions, policies, revisions, clock, restMs }: PreviewDeps) {
  const seenAt = createSeenVehicles({ registry, decisions, ...(restMs !== undefined && { restMs }) });

  return {
    async of(draft: ResponseDraft, actor: Actor): Promise<Preview> {
      const numbers = await revisions.read();
      await Promise.all([registry.sync(numbers), policies.sync(numbers)]);
      const now = clock.now();
      const published = (await registry.responses()).filter((row) => row.recordedAt <= now);
      const row = rowOf(draft, now);
      const own = published.filter(({ id }) => id === row.id);
      const counties = countiesOf([row, ...own]);
      const ahead = counties.map((county) => ({
        county,
        before: stretchesOf(published, county, now),
        after: stretchesOf([...published, row], county, now),
      }));
      const changing = firstChange(ahead, now);
      const at = changing ?? beginningOf(row);
      const levels: Levels = new Map(ahead.map(({ county, before, after }) => [county, { before: levelAt(before, at), after: levelAt(after, at) }]));
      const policy = policies.at(at, now);

      const versions = await registry.allEnterprises();
      const enterprises = allInForce(versions, at, now)
        .map((v) => v.facts)
        .filter((e) => counties.includes(e.county));
      const visible = counties.filter((county) => coversCounty(actor.counties, county));
      const [seen, counted, machinery] = await Promise.all([
        seenAt(visible, now),
        census.within(PATIENCE_MS),
        sitesIn(registry, counties, levels, at, now, policy),
      ]);
      const effect = effectOf(levels, row.level, enterprises, counted?.kinds ?? [], seen.kinds, policy);
      const begins = beginningOf(row);
      const running = new Map(
        countiesOf([row]).flatMap((county) => {
          const there = responseInForce(published, county, begins, now);
          return there ? [[county, { id: there.id, level: there.level, to: there.end }] as const] : [];
        }),
      );
      return {
        asOf: formatInstant(now),
        at: formatInstant(at),
        policy: policy.version,
        notes: notesOn({
          row,
          now,
          known: new Set(versions.map((v) => v.facts.county)),
          running,
          before: own,
          changes: changing !== undefined,
        }),
        levels: [...levels].map(([county, { before, after }]) => ({ county, before, after })),
        ahead: grouped(ahead),
        measures: effect.measures.map(({ level, measure, enterprises: units, registered, seen: stopped }) => ({
          level,
          zh: measure.zh,
          en: measure.en,
          bulkUnitsOnly: measure.bulkUnitsOnly,
          enterprises: units,
          registered: counted ? registered : null,
          seen: stopped,
        })),
        enterprises: enterprisesShown(effect, new Set(visible)),
        registered: counted ? { asOf: formatInstant(counted.asOf), ...effect.registered } : null,
        seen: {
          from: formatInstant(seen.since),
          to: formatInstant(now),
          ...effect.seen,
          hiddenCounties: counties.filter((county) => !visible.includes(county)),
        },
        machinery,
      };
    },
  };
} // prettier-ignore
export type ResponsePreviewer = ReturnType<typeof createResponsePreview>;

/** The draft as the row that it would be, recorded now and after all others. */
function rowOf({ id = '', level, counties, start, end }: ResponseDraft, now: number): ResponseRow {
  return {
    version: '',
    id,
    level,
    counties: [...counties],
    start: parseRegistryTime(start, 'start'),
    ...(end !== undefined && { end: parseRegistryTime(end, 'end') }),
    recordedAt: now,
    seq: Number.MAX_SAFE_INTEGER,
    reference: '',
    issuedBy: '',
  };
}

interface Ahead {
  county: string;
  before: ResponseStretch[];
  after: ResponseStretch[];
}

/** The level that stretches say for a moment. */
function levelAt(stretches: readonly ResponseStretch[], at: number): Level | null {
  const there = stretches.find(({ from, to }) => Date.parse(from) <= at && (to === undefined || at < Date.parse(to)));
  return there?.level ?? null;
}

/** The first moment from now on at which some county is under another level than before; undefined: nowhere, never. */
function firstChange(ahead: readonly Ahead[], now: number): number | undefined {
  const edges = ahead
    .flatMap(({ before, after }) => [...before, ...after])
    .flatMap(({ from, to }) => [Date.parse(from), ...(to === undefined ? [] : [Date.parse(to)])])
    .filter((edge) => edge > now);
  const moments = [now, ...new Set(edges)].sort((a, b) => a - b);
  return moments.find((moment) => ahead.some(({ before, after }) => levelAt(before, moment) !== levelAt(after, moment)));
}

/** Counties with the same future together. */
function grouped(ahead: readonly Ahead[]): ResponsePreview['ahead'] {
  const groups = new Map<string, ResponsePreview['ahead'][number]>();
  for (const { county, before, after } of ahead) {
    const key = JSON.stringify([before, after]);
    const known = groups.get(key);
    if (known) known.counties.push(county);
    else groups.set(key, { counties: [county], before, after });
  }
  return [...groups.values()];
}

function enterprisesShown({ enterprises }: Effect, visible: ReadonlySet<string>): ResponsePreview['enterprises'] {
  const rank = (unit: EnterpriseEffect) => (unit.level !== null ? 0 : unit.was !== null ? 1 : unit.bulk ? 2 : 3);
  const sorted = [...enterprises].sort(
    (a, b) => rank(a) - rank(b) || b.hit - a.hit || b.enterprise.dailyTruckPasses - a.enterprise.dailyTruckPasses || (a.enterprise.id < b.enterprise.id ? -1 : 1),
  );
  return {
    all: enterprises.length,
    bulk: enterprises.filter((unit) => unit.bulk).length,
    touched: enterprises.filter((unit) => unit.level !== null).length,
    tightened: enterprises.filter((unit) => unit.tightened).length,
    freed: enterprises.filter((unit) => unit.was !== null && unit.level === null).length,
    items: sorted.slice(0, MOST_ENTERPRISES).map(({ enterprise, bulk, level, was, seen, hit }) => {
      const { id, nameZh, nameEn, county, dailyTruckPasses, cleanTransport } = enterprise;
      const shown = visible.has(county);
      return {
        id,
        nameZh,
        ...(nameEn !== undefined && { nameEn }),
        county,
        dailyTruckPasses,
        ...(cleanTransport !== undefined && { cleanTransport }),
        bulk,
        level,
        was,
        seen: shown ? seen : null,
        hit: shown ? hit : null,
      };
    }),
  };
} // prettier-ignore
