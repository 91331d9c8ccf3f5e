import type { Db } from 'mongodb';
import { KINDS } from '../../devices/contract/kinds.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { normalisePlate } from '../recognition/normalise.ts';
import { plateIn } from '../recognition/plate-in.ts';
import type { Registry } from '../registry/index.ts';
import { SIGHTED } from '../store/observations.ts';
import type { AuditDoc } from '../store/audit-log.ts';
import type { DeadLetterDoc, DecisionDoc, FindingDoc, ObservationDoc } from '../store/types.ts';
import { createPages, type ListQuery, type Page, type Settling } from './pages.ts';
import { scopeFilter, type StoreFilter } from './scope.ts';
import { shownAuditEntry, shownDeadLetter, shownDecision, shownFinding, shownObservation, type Shown } from './shown.ts';

/** Filters of the lists; each list takes those that concern it. */
export interface Filters {
  kind?: string | undefined;
  /** `<kind>/<id>` */
  device?: string | undefined;
  /** A number, or `number,colour`. */
  plate?: string | undefined;
  vin?: string | undefined;
  rule?: string | undefined;
  code?: string | undefined;
  enterprise?: string | undefined;
  status?: string | undefined;
  severity?: string | undefined;
  /** Findings: `true` contested and not answered, `answered`, or `any` of these. */
  disputed?: string | undefined;
  /** Readings: `none`, `any`, or the first reason not to count. */
  invalid?: string | undefined;
  decision?: string | undefined;
  message?: string | undefined;
  /** Audit log: who, and what was done. */
  by?: string | undefined;
  action?: string | undefined;
}

export type ListName = 'observations' | 'findings' | 'decisions' | 'dead-letters' | 'audit-log';

interface ListDefinition {
  collection: string;
  recorded: string;
  scoped: 'observations' | 'findings' | 'decisions' | undefined;
  filter(filters: Filters): StoreFilter;
  shown(doc: never): Shown;
}

const LISTS: Record<ListName, ListDefinition> = {
  observations: {
    collection: 'observations',
    recorded: 'receivedAt',
    scoped: 'observations',
    filter: (f) => ({ ...ofKind(f.kind), ...plateFilter(f.plate), ...observedBy(f.device), ...validity(f.invalid) }),
    shown: (doc: ObservationDoc) => shownObservation(doc),
  },
  findings: {
    collection: 'findings',
    recorded: 'recordedAt',
    scoped: 'findings',
    filter: ({ rule, code, enterprise, status, severity, device, vin, plate, disputed }) => ({
      ...equal({ rule, code, enterprise, status, severity, device, vin }),
      ...plateFilter(plate),
      ...contested(disputed),
    }),
    shown: (doc: FindingDoc) => shownFinding(doc),
  },
  decisions: {
    collection: 'decisions',
    recorded: 'recordedAt',
    scoped: 'decisions',
    filter: ({ device, enterprise, plate, decision, message, rule }) => ({
      ...equal({ device, enterprise, message, 'decision.decision': decision, 'decision.reasons.0.rule': rule }),
      ...plateFilter(plate),
    }),
    shown: (doc: DecisionDoc) => shownDecision(doc),
  },
  'dead-letters': {
    collection: 'dead_letters',
    recorded: 'at',
    scoped: undefined,
    filter: ({ device, code }) => equal({ device, code }),
    shown: (doc: DeadLetterDoc) => shownDeadLetter(doc),
  },
  'audit-log': {
    collection: 'audit_log',
    recorded: 'at',
    scoped: undefined,
    filter: ({ by, action }) => equal({ by, action }),
    shown: (doc: AuditDoc) => shownAuditEntry(doc),
  },
};

/** How many of each a vehicle's story shows, newest first. */
const STORY = 50;

export type Records = ReturnType<typeof createRecords>;

/** What was seen, judged and answered, as people read it: lists, single items, one vehicle's story; each within the reader's scope. */
export function createRecords(deps: { db: Db; clock: Clock; registry: Pick<Registry, 'page'>; settling?: Settling }) {
  const { db, registry } = deps;
  const pages = createPages(deps);
  const findings = db.collection<FindingDoc>('findings');
  const decisions = db.collection<DecisionDoc>('decisions');

  async function filterOf(name: ListName, actor: Actor, filters: Filters): Promise<StoreFilter> {
    const list = LISTS[name];
    return { $and: [list.scoped ? await scopeFilter(db, actor, list.scoped) : {}, list.filter(filters)] };
  }

  async function page(name: ListName, actor: Actor, filters: Filters, query: ListQuery): Promise<Page<Shown>> {
    const { collection, recorded, shown } = LISTS[name];
    const found = await pages.page(collection, recorded, await filterOf(name, actor, filters), query);
    return { ...found, items: found.items.map((doc) => shown(doc as never)) };
  }

  return {
    page,

    /** The whole range, one row after another. */
    async all(
      name: ListName,
      actor: Actor,
      filters: Filters,
      query: ListQuery,
    ): Promise<{ asOf: number; items: AsyncIterable<Shown> }> {
      const { collection, recorded, shown } = LISTS[name];
      const { asOf, rows } = await pages.all(collection, recorded, await filterOf(name, actor, filters), query);
      return {
        asOf,
        items: (async function* () {
          for await (const doc of rows) yield shown(doc as never);
        })(),
      };
    },

    /** @throws AppError 404 `unknown-finding`, also when it is beyond the reader's scope */
    async finding(id: string, actor: Actor): Promise<Shown> {
      const doc = await findings.findOne({ $and: [{ _id: id }, await scopeFilter(db, actor, 'findings')] });
      if (!doc)
        throw new AppError(404, 'unknown-finding', {
          zh: '没有这条结果，或不在您的范围内',
          en: 'there is no such finding in your scope',
        });
      return shownFinding(doc);
    },

    /** The decision with this printed reference, the latest of several. @throws AppError 404 `unknown-decision` */
    async decision(ref: string, actor: Actor): Promise<Shown> {
      const scope = await scopeFilter(db, actor, 'decisions');
      const doc = await decisions
        .find({ $and: [{ ref }, scope] })
        .sort({ at: -1 })
        .limit(1)
        .next();
      if (!doc)
        throw new AppError(404, 'unknown-decision', {
          zh: '没有这个凭条号，或不在您的范围内',
          en: 'there is no decision of this reference in your scope',
        });
      return shownDecision(doc);
    },

    /**
     * One vehicle's story: what is registered under its plate now and was before, its inspections, and the latest that was seen,
     * answered and found, within the reader's scope.
     * @throws AppError 404 `unknown-vehicle` when nothing of it may be shown
     */
    async vehicle(number: string, color: string, actor: Actor): Promise<Shown> {
      const plate = `${normalisePlate(number)},${color}`;
      const [now, history, seen, answered, found] = await Promise.all([
        registry.page('vehicles', { key: plate, limit: 1 }),
        registry.page('vehicles', { key: plate, history: true, order: 'desc', limit: 100 }),
        page('observations', actor, { plate }, { limit: STORY }),
        page('decisions', actor, { plate }, { limit: STORY }),
        page('findings', actor, { plate }, { limit: STORY }),
      ]);
      const touched = seen.items.length + answered.items.length + found.items.length > 0;
      // Whoever sees a part of the traffic only, sees registrations of that part only.
      const mayKnow = touched || (actor.role !== 'enterprise' && actor.role !== 'market');
      if (!mayKnow || (!touched && history.items.length === 0)) {
        throw new AppError(404, 'unknown-vehicle', {
          zh: '没有这辆车的记录，或不在您的范围内',
          en: 'nothing of this vehicle is in your scope',
        });
      }
      const vins = new Set(history.items.map((row) => row.vin as string));
      const inspections = await Promise.all(
        [...vins].map((vin) => registry.page('inspections', { vin, order: 'desc', limit: STORY })),
      );
      return {
        vehicle: now.items[0] ?? null,
        registrations: history.items,
        observations: seen.items,
        decisions: answered.items,
        findings: found.items,
        inspections: inspections.flatMap((p) => p.items),
      };
    },
  };
}

function equal(members: Record<string, string | undefined>): StoreFilter {
  return Object.fromEntries(Object.entries(members).filter(([, v]) => v !== undefined));
}

function plateFilter(plate: string | undefined): StoreFilter {
  return plate === undefined ? {} : { plate: plateIn(plate) };
}

function contested(disputed: string | undefined): StoreFilter {
  if (disputed === undefined) return {};
  if (disputed === 'true') return { disputed: true };
  return { 'dispute.at': { $exists: true }, ...(disputed === 'answered' && { disputed: { $exists: false } }) };
}

/** The messages of a kind; all but terminals' have a source, and an index that leaves telemetry out. */
function ofKind(kind: string | undefined): StoreFilter {
  return kind === undefined ? {} : kind === KINDS[3] ? { kind } : { kind, ...SIGHTED };
}

/** A reading counts where it has no reason not to; of several the first is the one it is counted under. */
function validity(invalid: string | undefined): StoreFilter {
  if (invalid === undefined) return {};
  const [kind, first] = [KINDS[1], 'invalid.0'];
  if (invalid === 'none') return { kind, [first]: { $exists: false } };
  return { kind, [first]: invalid === 'any' ? { $exists: true } : invalid };
}

/** The messages of a device; a terminal's are kept under its vehicle. */
function observedBy(device: string | undefined): StoreFilter {
  if (device === undefined) return {};
  const [kind, id] = device.split('/');
  return kind === KINDS[3] ? { vehicle: id, kind } : { source: device };
}
