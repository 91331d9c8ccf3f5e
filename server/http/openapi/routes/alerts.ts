import { alert, alertListQuery, alertWithHistory, ALERT_STEPS, assignables, stepBodies, type AlertStepName } from '../../contract/alerts.ts'; // prettier-ignore
import { ALERT, STEPS } from '../examples.ts';
import { listOf, may, ok, REV, type Route, type Words } from '../route.ts';

const tag = 'alerts';

const NAMES: Record<AlertStepName, Words> = {
  acknowledge: ['签收', 'Acknowledge'],
  dispatch: ['派遣', 'Dispatch'],
  handle: ['处置', 'Handle'],
  close: ['办结', 'Close'],
  reopen: ['重新打开', 'Reopen'],
  comment: ['添加意见', 'Comment'],
  'hand-over': ['移送', 'Hand over for penalty'],
};

const ROLES = {
  work: ['police', 'bureau', 'market'],
  comment: ['police', 'bureau', 'market', 'enterprise'],
  'hand-over': ['police'],
} as const;

const step = (name: AlertStepName): Route => ({
  method: 'post', path: `/alerts/{id}/${name}`, tag, words: NAMES[name], who: { roles: name === 'comment' || name === 'hand-over' ? ROLES[name] : ROLES.work },
  ifMatch: 'needed', idempotent: true, body: { schema: stepBodies[name], optional: true, example: STEPS[name] },
  answers: ok(alertWithHistory, { headers: REV }),
  problems: {
    403: ['step-not-allowed'], 404: ['unknown-alert'],
    409: ['wrong-state', ...(name === 'hand-over' ? ['nothing-to-hand-over'] : []), ...(name === 'comment' ? ['history-full'] : [])],
    422: ['idempotency-key-reused', ...(name === 'dispatch' ? ['due-past'] : [])],
  },
}); // prettier-ignore

/** Alerts and what people do with them. */
export const ALERT_ROUTES: Route[] = [
  {
    method: 'get', path: '/alerts', tag, words: ['预警列表', 'Alerts'], who: may('alerts:read'), query: alertListQuery, list: true,
    note: 'Newest first by (firstAt, id). `X-Seq` is the number of the live log the list was begun at: a socket goes on with `after` = that number.',
    answers: ok(listOf(alert), { headers: { 'X-Seq': 'where the live log stood when the list was begun' }, example: { items: [ALERT], next: null } }),
  },
  { method: 'get', path: '/alerts/{id}', tag, words: ['一条预警及其经过', 'One alert with its history'], who: may('alerts:read'), answers: ok(alertWithHistory, { headers: REV, example: { ...ALERT, history: [] } }), problems: { 404: ['unknown-alert'] } },
  { method: 'get', path: '/alerts/{id}/assignees', tag, words: ['可派遣人员', 'Whom an alert can be dispatched to'], who: { roles: ROLES.work }, answers: ok(assignables), problems: { 403: ['step-not-allowed'], 404: ['unknown-alert'] } },
  ...ALERT_STEPS.map(step),
]; // prettier-ignore
