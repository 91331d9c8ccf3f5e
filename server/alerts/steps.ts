import { parseInstant } from '../../devices/contract/instant.ts';
import type { AppError } from '../errors.ts';
import type { AlertState, AlertStepName, StepCommand } from '../http/contract/alerts.ts';
import { backToOpen, shownSeverity } from './evolve.ts';
import { problems } from './problems.ts';
import type { Actor, AlertFields } from './types.ts';

/** What people do with an alert (HTTP contract, "Alerts"). Pure. */

const ALL: readonly AlertState[] = ['open', 'acknowledged', 'dispatched', 'handled', 'closed', 'withdrawn'];

/** The states each step may be taken from. */
export const ALLOWED_FROM: Readonly<Record<AlertStepName, readonly AlertState[]>> = {
  acknowledge: ['open'],
  dispatch: ['open', 'acknowledged', 'dispatched'],
  handle: ['acknowledged', 'dispatched'],
  close: ['open', 'acknowledged', 'dispatched', 'handled'],
  reopen: ['handled', 'closed', 'withdrawn'],
  comment: ALL,
  'hand-over': ['open', 'acknowledged', 'dispatched', 'handled', 'closed'],
};

const WORK: readonly AlertStepName[] = ['acknowledge', 'dispatch', 'handle', 'close', 'reopen', 'comment'];

/** The steps each role may take on the alerts it sees. Only police may have penalties follow: only they hand over. */
export const STEPS_OF: Readonly<Record<Actor['role'], readonly AlertStepName[]>> = {
  police: [...WORK, 'hand-over'],
  bureau: WORK,
  market: WORK,
  enterprise: ['comment'],
  auditor: [],
  administrator: [],
  display: [],
  owner: [...WORK, 'hand-over'],
};

const HISTORY_FULL = 2000;

/** What a step needs first of all, whatever else the request says. @throws AppError 403 where no alert takes it from this role */
export function demandStep({ role }: Pick<Actor, 'role'>, step: AlertStepName): void {
  if (!STEPS_OF[role].includes(step)) throw problems.stepNotYours();
}

/**
 * One step of a person.
 * @param now the platform's time
 * @param assigneeName of a dispatch: the name of the user it goes to, where there is such a user
 * @returns the alert after it, `rev` one higher, or the problem: 403 not this role's, 409 not from this state or nothing to hand
 * over, 422 a due time that is past.
 */
export function applyStep(
  alert: AlertFields,
  command: StepCommand,
  actor: Actor,
  now: Date,
  assigneeName?: string,
): { ok: true; next: AlertFields } | { ok: false; problem: AppError } {
  const refuse = (problem: AppError) => ({ ok: false as const, problem });
  if (!STEPS_OF[actor.role].includes(command.step)) return refuse(problems.stepNotYours());
  if (!ALLOWED_FROM[command.step].includes(alert.state)) return refuse(problems.notFromHere(alert.state, command.step));

  const { note, ...given } = command.body;
  const entry = {
    step: command.step,
    at: now,
    by: actor.username,
    ...(actor.name !== '' && { byName: actor.name }),
    ...(note !== undefined && { note }),
    ...(Object.keys(given).length > 0 && { detail: given }),
  };
  const base: AlertFields = { ...alert, rev: alert.rev + 1, updatedAt: now, history: [...alert.history, entry] };
  const acted: AlertFields = { ...base, acted: true };

  switch (command.step) {
    case 'acknowledge':
      return { ok: true, next: { ...acted, state: 'acknowledged' } };
    case 'dispatch': {
      const due = new Date(parseInstant(command.body.due));
      if (due <= now) return refuse(problems.dueIsPast());
      const { overdueAt: _o, assigneeName: _n, ...rest } = acted;
      const sent = {
        assignee: command.body.assignee,
        ...(assigneeName !== undefined && { assigneeName }),
        due,
        ...(!alert.escalated && { overdueAt: due }),
      };
      return { ok: true, next: { ...rest, state: 'dispatched', ...sent } };
    }
    case 'handle':
      return { ok: true, next: { ...withoutWait(acted), state: 'handled', outcome: command.body.outcome } };
    case 'close':
      return { ok: true, next: { ...withoutWait(acted), state: 'closed' } };
    case 'reopen':
      return { ok: true, next: backToOpen(acted) };
    case 'comment':
      return alert.history.length >= HISTORY_FULL ? refuse(problems.historyFull()) : { ok: true, next: base };
    case 'hand-over':
      if (alert.penal === 0) return refuse(problems.nothingPenal(alert.barred));
      return {
        ok: true,
        next: { ...acted, clue: { to: command.body.to, code: command.body.code, at: now, by: actor.username } },
      };
  }
}

/** A dispatched alert whose time is over: one step more severe, once. Undefined when it is not due. */
export function escalate(alert: AlertFields, now: Date): AlertFields | undefined {
  if (alert.state !== 'dispatched' || alert.escalated || !alert.overdueAt || alert.overdueAt > now) return undefined;
  return {
    ...withoutWait(alert),
    rev: alert.rev + 1,
    updatedAt: now,
    escalated: true,
    severity: shownSeverity(alert.worst, true),
    history: [...alert.history, { step: 'escalated', at: now, by: 'system' }],
  };
}

function withoutWait(alert: AlertFields): AlertFields {
  const { overdueAt: _o, ...rest } = alert;
  return rest;
}
