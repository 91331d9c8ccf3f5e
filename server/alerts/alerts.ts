import type { Db } from 'mongodb';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Alert, AlertQuery, AlertWithHistory, Assignable, StepCommand } from '../http/contract/alerts.ts';
import { keyReused, requestDigest } from '../repeats.ts';
import { createAlertStore } from '../store/alerts.ts';
import { userStore } from '../store/users.ts';
import { assignablesOf } from './assignees.ts';
import { alertFor, alertWithHistoryFor } from './json.ts';
import { problems } from './problems.ts';
import { listFilter, readPlace, writePlace } from './query.ts';
import { changeOf, fieldsOf, refreshAlerts } from './refresh.ts';
import { concernOf } from './evolve.ts';
import { scopeFilter, scopeOf, sees } from './scope.ts';
import { applyStep, demandStep, escalate } from './steps.ts';
import type { Actor, AlertDoc } from './types.ts';

export interface AlertsDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Told at once when an alert changed here: wakes the log writer. */
  onChange?: () => void;
}

/** How a request for a step is fenced. */
export interface StepFence {
  /** The header as it came, `"<rev>"`. */
  ifMatch: string | undefined;
  idempotencyKey?: string | undefined;
}

export interface AlertPage {
  items: Alert[];
  next: string | null;
  /** The number of the live log the list was begun at, and the platform's time then. */
  asOf: number;
  begun: number;
}

export type Alerts = ReturnType<typeof createAlerts>;

const SWEEP = 200;

/** Alerts: opening and merging by findings, and the work people do on them. */
export function createAlerts({ db, clock, log, onChange = () => {} }: AlertsDeps) {
  const store = createAlertStore(db);
  const users = userStore(db);

  async function find(id: string, actor: Actor): Promise<AlertDoc> {
    const doc = await store.get(id);
    if (!doc || !sees(scopeOf(actor), concernOf(doc))) throw problems.unknownAlert();
    return doc;
  }

  return {
    /**
     * Brings the alerts of these keys (`FindingDoc.alert`) into line with the stored findings. Idempotent, safe from several
     * processes; to be called after the findings' writes were acknowledged.
     */
    async refresh(keys: string[]): Promise<void> {
      if (keys.length > 0 && (await refreshAlerts({ store, clock, log }, keys)) > 0) onChange();
    },

    /** One alert with its history. @throws 404 when there is none in the reader's scope. */
    async get(id: string, actor: Actor): Promise<AlertWithHistory> {
      return alertWithHistoryFor(actor, await find(id, actor));
    },

    /** A page of the alerts the reader may see, newest first by (firstAt, id). @throws 400 `bad-cursor` */
    async list(query: AlertQuery, actor: Actor): Promise<AlertPage> {
      const cursor = query.cursor === undefined ? undefined : readPlace(query.cursor);
      const asOf = cursor?.asOf ?? (await store.lastSeq());
      const begun = cursor?.begun ?? clock.now();
      const docs = await store.page(
        listFilter(query, scopeOf(actor), asOf, cursor),
        query.order === 'asc' ? 1 : -1,
        query.limit + 1,
      );
      const page = docs.slice(0, query.limit);
      const last = docs.length > query.limit ? page.at(-1) : undefined;
      return {
        items: page.map((doc) => alertFor(actor, doc)),
        next: last ? writePlace({ asOf, begun, firstAt: last.firstAt.getTime(), id: last._id }) : null,
        asOf,
        begun,
      };
    },

    /**
     * A person's step. A repeat with the same `Idempotency-Key` answers with the alert as it is and changes nothing.
     * @throws 400, 403, 404, 409, 412, 422, 428 (`problems`)
     */
    async step(id: string, command: StepCommand, fence: StepFence, actor: Actor): Promise<AlertWithHistory> {
      let doc = await find(id, actor);
      const key = fence.idempotencyKey;
      const done = key === undefined ? undefined : { key, by: actor.username, digest: requestDigest(command) };
      const repeated = (): boolean => {
        const earlier = done && doc.done.find((request) => request.key === done.key && request.by === done.by);
        if (earlier && earlier.digest !== done.digest) throw keyReused();
        return earlier !== undefined;
      };
      if (repeated()) return alertWithHistoryFor(actor, doc);
      if (doc.rev !== readIfMatch(fence.ifMatch)) throw problems.stale();
      const sentTo = command.step === 'dispatch' ? (await users.byName(command.body.assignee))?.name : undefined;
      const result = applyStep(fieldsOf(doc), command, actor, new Date(clock.now()), sentTo);
      if (!result.ok) throw result.problem;
      const changed = await store.change(changeOf(doc, result.next, 'changed', done));
      if (!changed) {
        doc = await find(id, actor);
        if (repeated()) return alertWithHistoryFor(actor, doc);
        throw problems.stale();
      }
      onChange();
      return alertWithHistoryFor(actor, changed);
    },

    /**
     * Whom an alert can be dispatched to: the enabled users of police, bureau and market regulator who may see it and handle it, by
     * name; and the caller. Others may be named in a dispatch all the same (a patrol without an account of its own).
     * @throws 403 for who may not dispatch, 404 when there is none in the reader's scope
     */
    async assignables(id: string, actor: Actor): Promise<Assignable[]> {
      const doc = await find(id, actor);
      demandStep(actor, 'dispatch');
      return assignablesOf(await users.all(), concernOf(doc), actor);
    },

    /** Escalates dispatched alerts whose due time is over: due work, to be called now and then by any process. @returns how many */
    async sweepOverdue(now: number = clock.now()): Promise<number> {
      let escalated = 0;
      const moment = new Date(now);
      for (const doc of await store.overdue(moment, SWEEP)) {
        const next = escalate(fieldsOf(doc), moment);
        if (next && (await store.change(changeOf(doc, next, 'changed')))) escalated += 1;
      }
      if (escalated > 0) onChange();
      return escalated;
    },

    /** How many alerts are in each state: for `/metrics` and the console's head. */
    async stateNumbers(actor: Actor): Promise<Record<string, number>> {
      return store.countByState(scopeFilter(scopeOf(actor)));
    },
  };
}

/** @throws 428 when it is missing, 400 when it is not `"<rev>"` */
function readIfMatch(header: string | undefined): number {
  if (header === undefined) throw problems.needsIfMatch();
  const m = /^\s*"(\d{1,9})"\s*$/.exec(header);
  if (!m) throw problems.badIfMatch();
  return Number(m[1]);
}
