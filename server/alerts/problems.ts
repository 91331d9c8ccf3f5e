import { AppError } from '../errors.ts';
import type { Bar } from '../http/contract/alerts.ts';

const NOT_HANDED_OVER: Record<Bar, { zh: string; en: string }> = {
  withdrawn: { zh: '没有可移送的结果：结果已全部撤回', en: 'nothing of it can be handed over: its findings are withdrawn' },
  disputed: {
    zh: '没有可移送的结果：有异议待答复；有争议的结果不能移送',
    en: 'nothing of it can be handed over: a dispute waits for its answer, and disputed findings cannot be',
  },
  retroactive: {
    zh: '没有可移送的结果：追溯得出的结果不能移送',
    en: 'nothing of it can be handed over: findings of a re-judgement are retroactive and cannot be',
  },
  pending: {
    zh: '没有可移送的结果：结果待确认，暂定的结果不能移送',
    en: 'nothing of it can be handed over yet: it waits to be confirmed, and provisional findings cannot be',
  },
};

/** The errors of alerts. */
export const problems = {
  unknownAlert: () =>
    new AppError(404, 'unknown-alert', { zh: '没有这条预警，或不在您的范围内', en: 'there is no such alert in your scope' }),
  stepNotYours: () =>
    new AppError(403, 'step-not-allowed', { zh: '您的角色不能执行此步骤', en: 'your role may not take this step' }),
  notFromHere: (state: string, step: string) =>
    new AppError(409, 'wrong-state', {
      zh: `预警状态为 ${state}，不能执行 ${step}；请刷新后再试`,
      en: `an alert that is ${state} cannot take the step ${step}; read it again`,
    }),
  nothingPenal: (bar: Bar = 'pending') => new AppError(409, 'nothing-to-hand-over', NOT_HANDED_OVER[bar]),
  historyFull: () =>
    new AppError(409, 'history-full', {
      zh: '这条预警的记录已满，不能再添加意见',
      en: 'the history of this alert is full: no more comments',
    }),
  dueIsPast: () =>
    new AppError(
      422,
      'due-past',
      { zh: '期限已过；请填写将来的时间', en: 'the due time is past; give one to come' },
      { errors: [{ path: 'due', message: 'is past' }] },
    ),
  needsIfMatch: () =>
    new AppError(428, 'if-match-required', { zh: '请在 If-Match 中给出所见版本', en: 'say in If-Match which revision you saw' }),
  badIfMatch: () => new AppError(400, 'if-match-malformed', { zh: 'If-Match 应为 "<rev>"', en: 'If-Match is to be "<rev>"' }),
  stale: () => new AppError(412, 'stale', { zh: '预警已有变化；请刷新后再试', en: 'the alert has changed since; read it again' }),
};
