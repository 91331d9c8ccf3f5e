import { call, callPage, callWithTag, idempotencyKey, query } from './client.ts';
import type { DeviceHealth } from '../../../server/http/contract/device-health.ts';
import type { ImportAnswer } from '../../../server/http/contract/registry.ts';
import type { NewToken, NewUser, UserChange, UserShown } from '../../../server/http/contract/users.ts';
import type { Role } from './types.ts';

export type { DeviceHealth, ImportAnswer, NewToken, NewUser, UserChange, UserShown };

/** Lists by cursor and what the office does with them. */

export interface Paging {
  cursor?: string;
  limit?: number;
}

/** A version of a registry row: its own fields and the times of the version. */
export type RegistryItem = Record<string, unknown> & {
  version: string;
  recordedAt: string;
  validFrom?: string;
  validTo?: string;
};

export interface TokenShown {
  id: string;
  name: string;
  role: Role;
  enterpriseId?: string;
  counties?: string[];
  expires: string;
  createdBy: string;
}

export interface DeadLetter {
  id: string;
  device: string;
  at: string;
  code: string;
  message: string;
  bytes: number;
  sha256: string;
  /** base64; absent where the payload was not kept */
  raw?: string;
}

export interface AuditEntry {
  id: string;
  at: string;
  by: string;
  action: string;
  target?: string;
  detail?: Record<string, unknown>;
}

const id = encodeURIComponent;

/** A page of a list: `/findings`, `/registry/vehicles`. @throws ApiError */
export function readPage<Row>(path: string, members: Record<string, string>, paging: Paging, signal?: AbortSignal) {
  return callPage<Row>(`${path}${query({ ...members, ...paging })}`, signal ? { signal } : {});
}

/** All rows of a list that is short by nature (users, tokens, devices of a city). @throws ApiError */
export async function readWhole<Row>(
  path: string,
  members: Record<string, string> = {},
): Promise<{ items: Row[]; asOf: string | null }> {
  const items: Row[] = [];
  let [cursor, asOf]: [string | undefined, string | null] = [undefined, null];
  do {
    const page: Awaited<ReturnType<typeof callPage<Row>>> = await readPage<Row>(path, members, {
      limit: 1000,
      ...(cursor !== undefined && { cursor }),
    });
    items.push(...page.items);
    asOf ??= page.asOf;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return { items, asOf };
}

export const office = {
  /** All versions of one key, the oldest first. */
  history: (collection: string, key: Record<string, string>) =>
    callPage<RegistryItem>(`/registry/${collection}${query({ ...key, history: 'true', limit: 1000 })}`).then(
      (page) => page.items,
    ),
  user: (username: string) => callWithTag<UserShown>(`/users/${id(username)}`),
  createUser: (user: NewUser) =>
    call<UserShown>('/users', { method: 'POST', body: user, headers: { 'idempotency-key': idempotencyKey() } }),
  /** @throws ApiError 412 when somebody changed the user since `etag` was read */
  changeUser: (username: string, change: UserChange, etag: string | null) =>
    call<UserShown>(`/users/${id(username)}`, {
      method: 'PATCH',
      body: change,
      ...(etag !== null && { headers: { 'if-match': etag } }),
    }),
  createToken: (token: NewToken) =>
    call<{ id: string; token: string }>('/tokens', {
      method: 'POST',
      body: token,
      headers: { 'idempotency-key': idempotencyKey() },
    }),
  removeToken: (tokenId: string) => call<void>(`/tokens/${id(tokenId)}`, { method: 'DELETE' }),
  replay: (deadLetterId: string) => call<Record<string, unknown>>(`/dead-letters/${id(deadLetterId)}/replay`, { method: 'POST' }),
};
