import { call, callWithTag, idempotencyKey } from './client.ts';
import type { JobRowShown, JobShown } from '../../../server/http/contract/jobs.ts';
import type { Policy } from '../../../server/http/contract/policy-words.ts';
import type { PolicyChanges, PolicyDetail, PolicyShown } from '../../../server/http/contract/policy.ts';
import type { Page } from './types.ts';

export type { JobRowShown, JobShown, Policy, PolicyChanges, PolicyDetail, PolicyShown };

const id = encodeURIComponent;
const match = (rev: number) => ({ 'if-match': `"${rev}"` });

/** Policy versions, and the long work that is done with them. Times are ISO 8601 with an offset. @throws ApiError */
export const policies = {
  list: () => call<Page<PolicyShown>>('/policies').then((page) => page.items),
  get: (version: string, signal?: AbortSignal) =>
    callWithTag<PolicyDetail>(`/policies/${id(version)}`, signal ? { signal } : {}).then(({ body }) => body),
  /** In what a version differs from the one in force; one that is or was in force from the one before it. */
  changes: (version: string, signal?: AbortSignal) =>
    call<PolicyChanges>(`/policies/${id(version)}/changes`, signal ? { signal } : {}),
  draft: (policy: Policy, key = idempotencyKey()) =>
    call<PolicyDetail>('/policies', { method: 'POST', body: policy, headers: { 'idempotency-key': key } }),
  /** @throws ApiError 412 when somebody changed the draft since `rev`, 422 with the places that are wrong */
  save: (policy: unknown, version: string, rev: number) =>
    call<PolicyDetail>(`/policies/${id(version)}`, { method: 'PUT', body: policy, headers: match(rev) }),
  remove: (version: string, rev: number) => call<void>(`/policies/${id(version)}`, { method: 'DELETE', headers: match(rev) }),
  activate: (version: string, from: string, rev: number) =>
    call<PolicyDetail>(`/policies/${id(version)}/activate`, { method: 'POST', body: { from }, headers: match(rev) }),
};

export const jobs = {
  whatIf: (body: { policy: string; from: string; to: string }) => call<{ job: string }>('/what-if', { method: 'POST', body }),
  rejudge: (body: { from: string; to: string; reason: string }) => call<{ job: string }>('/re-judge', { method: 'POST', body }),
  /** The latest, newest first, without their results. */
  list: (signal?: AbortSignal) => call<Page<JobShown>>('/jobs', signal ? { signal } : {}).then((page) => page.items),
  get: (job: string, signal?: AbortSignal) => call<JobShown>(`/jobs/${id(job)}`, signal ? { signal } : {}),
  cancel: (job: string) => call<JobShown>(`/jobs/${id(job)}`, { method: 'DELETE' }),
};
