import type { Alert, AlertDetail, AlertState, Role } from '../api/types.ts';

/** The steps people take on an alert, as the platform allows them (a test holds these tables against the server's own). */
export type StepName = 'acknowledge' | 'dispatch' | 'handle' | 'hand-over' | 'close' | 'reopen' | 'comment';

export const ALLOWED_FROM: Readonly<Record<StepName, readonly AlertState[]>> = {
  acknowledge: ['open'],
  dispatch: ['open', 'acknowledged', 'dispatched'],
  handle: ['acknowledged', 'dispatched'],
  'hand-over': ['open', 'acknowledged', 'dispatched', 'handled', 'closed'],
  close: ['open', 'acknowledged', 'dispatched', 'handled'],
  reopen: ['handled', 'closed', 'withdrawn'],
  comment: ['open', 'acknowledged', 'dispatched', 'handled', 'closed', 'withdrawn'],
};

const WORK: readonly StepName[] = ['acknowledge', 'dispatch', 'handle', 'close', 'reopen', 'comment'];
/** Roles that are not named take none. */
export const STEPS_OF: Readonly<Partial<Record<Role, readonly StepName[]>>> = {
  police: [...WORK, 'hand-over'],
  bureau: WORK,
  market: WORK,
  enterprise: ['comment'],
  owner: [...WORK, 'hand-over'],
};

/** Buttons in the order of the work; a comment has its own place. */
const BUTTONS: readonly StepName[] = ['acknowledge', 'dispatch', 'handle', 'hand-over', 'close', 'reopen'];

/** A key for each step, the same on the board and on an alert's page. */
export const KEY_OF: Readonly<Record<StepName, string>> = {
  acknowledge: 'a',
  dispatch: 'd',
  handle: 'h',
  'hand-over': 't',
  close: 'c',
  reopen: 'r',
  comment: 'm',
};

/** Why a step cannot be taken although the role may: a key under `work.why`. */
export type Why = 'take-first' | 'withdrawn' | 'disputed' | 'retroactive' | 'pending' | 'state';

export interface Offer {
  step: StepName;
  /** Absent: it can be taken. */
  why?: Why;
}

type Seen = Pick<Alert, 'state' | 'provisional' | 'count'> & Pick<AlertDetail, 'barred'>;

/** Why a step cannot be taken now; undefined when it can. */
export function whyNot(alert: Seen, step: StepName): Why | undefined {
  if (step === 'handle' && alert.state === 'open') return 'take-first';
  if (!ALLOWED_FROM[step].includes(alert.state)) return 'state';
  if (step !== 'hand-over') return undefined;
  if (alert.barred) return alert.barred;
  if (alert.count === 0) return 'withdrawn';
  return alert.provisional ? 'pending' : undefined;
}

/** What a role is offered on an alert: what its state has no use for is left out, what is barred says why. */
export function offersOf(alert: Seen, role: Role | undefined): Offer[] {
  if (role === undefined) return [];
  return BUTTONS.filter((step) => STEPS_OF[role]?.includes(step)).flatMap((step): Offer[] => {
    const why = whyNot(alert, step);
    if (why === 'state') return [];
    return [why === undefined ? { step } : { step, why }];
  });
}
