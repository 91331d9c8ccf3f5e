import { policySchema } from '../../../policy/schema.ts';
import { xinzhou2021 } from '../../../policy/xinzhou-2021.ts';
import { jobCreated, jobRowQuery, jobRowShown, jobShown, rejudgeBody, whatIfBody } from '../../contract/jobs.ts';
import { jobQuery, smallListQuery } from '../../contract/lists.ts';
import { activation, changesQuery, policyChanges, policyDetail, policyShown } from '../../contract/policy.ts';
import { listOf, may, nothing, ok, REV, type Route } from '../route.ts';

const tag = 'policy';
const version = '/policies/{version}';
const period = { from: '2021-11-01T00:00:00+08:00', to: '2021-12-01T00:00:00+08:00' };
const draft = { ...xinzhou2021, version: 'xinzhou-2022' };

/** Policy versions, and the long work of judging a period by another policy or by what is known now. */
export const POLICY_ROUTES: Route[] = [
  { method: 'get', path: '/policies', tag, words: ['政策版本', 'Policy versions: the built-in one, drafts, activated ones'], who: may('policies:read'), query: smallListQuery, list: true, answers: ok(listOf(policyShown)) },
  {
    method: 'post', path: '/policies', tag, words: ['起草政策版本', 'Draft a policy version'], who: may('policies:write'), idempotent: true, body: { schema: policySchema, example: draft },
    answers: ok(policyDetail, { headers: { ...REV, Location: 'the draft' } }, 201),
    problems: { 409: ['version-taken'], 422: ['invalid-policy', 'idempotency-key-reused'] },
  },
  { method: 'get', path: version, tag, words: ['一个政策版本', 'One policy version'], who: may('policies:read'), answers: ok(policyDetail, { headers: REV }), problems: { 404: ['unknown-policy'] } },
  {
    method: 'put', path: version, tag, words: ['修改草案', 'Change a draft'], who: may('policies:write'), ifMatch: 'needed', body: { schema: policySchema, example: draft },
    answers: ok(policyDetail, { headers: REV }), problems: { 404: ['unknown-policy'], 409: ['already-active'], 422: ['invalid-policy'] },
  },
  { method: 'delete', path: version, tag, words: ['删除草案', 'Delete a draft'], who: may('policies:write'), ifMatch: 'needed', answers: nothing, problems: { 404: ['unknown-policy'], 409: ['already-active'] } },
  {
    method: 'get', path: `${version}/changes`, tag, words: ['与另一版本的差异', 'In what a version differs from the one in force, or from another'], who: may('policies:read'),
    query: changesQuery, answers: ok(policyChanges), problems: { 404: ['unknown-policy'] },
  },
  {
    method: 'post', path: `${version}/activate`, tag, words: ['启用草案', 'Put a draft in force from a moment to come'], who: may('policies:write'), ifMatch: 'heeded',
    note: 'Not by who wrote or changed it. A repeat by the same person from the same moment is answered as the first time.', body: { schema: activation, example: { from: '2022-01-01' } }, answers: ok(policyDetail, { headers: REV }),
    problems: { 403: ['second-person-needed'], 404: ['unknown-policy'], 409: ['already-active'], 422: ['retroactive'] },
  },
  {
    method: 'post', path: '/what-if', tag, words: ['政策推演', 'What another policy would have changed in a period; changes nothing'], who: may('what-if'), idempotent: true,
    body: { schema: whatIfBody, example: { policy: 'xinzhou-2022', ...period } }, answers: ok(jobCreated, {}, 202), problems: { 404: ['unknown-policy'], 422: ['empty-period', 'idempotency-key-reused'] },
  },
  {
    method: 'post', path: '/re-judge', tag, words: ['重新判定', 'Judge the messages of a period anew with what is known now'], who: may('re-judge'), idempotent: true,
    body: { schema: rejudgeBody, example: { ...period, reason: '更正晋H12345的排放阶段' } }, answers: ok(jobCreated, {}, 202), problems: { 409: ['re-judge-under-way'], 422: ['empty-period', 'idempotency-key-reused'] },
  },
  { method: 'get', path: '/jobs', tag, words: ['任务列表', 'Jobs, newest first, without their results'], who: may('what-if:read'), query: jobQuery, list: true, answers: ok(listOf(jobShown)) },
  { method: 'get', path: '/jobs/{id}', tag, words: ['一项任务', 'One job, with its result when it is done'], who: may('what-if:read'), answers: ok(jobShown), problems: { 404: ['unknown-job'] } },
  { method: 'get', path: '/jobs/{id}/rows', tag, words: ['任务改变的判定', 'The verdicts that a job changed or would change'], who: may('what-if:read'), query: jobRowQuery, list: true, answers: ok(listOf(jobRowShown)), problems: { 404: ['unknown-job'] } },
  { method: 'delete', path: '/jobs/{id}', tag, words: ['取消任务', 'Cancel a job; one that ended stays as it is'], who: may('what-if'), answers: ok(jobShown), problems: { 404: ['unknown-job'] } },
]; // prettier-ignore
