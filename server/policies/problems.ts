import { AppError } from '../errors.ts';

/** Everything that can be wrong with a request about policies. */
export const problems = {
  unknown: () => new AppError(404, 'unknown-policy', { zh: '没有这个规则版本', en: 'there is no such policy version' }),
  taken: () =>
    new AppError(409, 'version-taken', {
      zh: '版本名已被使用；请另取一个',
      en: 'the version name is taken; choose another',
    }),
  alreadyActive: () =>
    new AppError(409, 'already-active', {
      zh: '已启用的规则版本不能再修改、删除或启用；请起草新版本',
      en: 'an activated version is never changed, deleted or activated again; draft a new one',
    }),
  invalid: (errors: { path: string; message: string }[]) =>
    new AppError(422, 'invalid-policy', { zh: '规则内容有误，见 errors', en: 'the policy is not valid, see errors' }, { errors }),
  secondPerson: () =>
    new AppError(403, 'second-person-needed', {
      zh: '起草或修改过该版本的人不能启用它；请由另一人启用',
      en: 'who drafted or changed a version does not activate it; a second person does',
    }),
  retroactive: (language: 'zh' | 'en') =>
    new AppError(
      422,
      'retroactive',
      { zh: '生效时间已过；规则不溯及既往', en: 'the beginning has passed; a policy has no effect before its activation' },
      { errors: [{ path: 'from', message: language === 'zh' ? '已过' : 'has passed' }] },
    ),
  stale: () => new AppError(412, 'stale', { zh: '草案已有变化；请刷新后再试', en: 'the draft has changed since; read it again' }),
};
