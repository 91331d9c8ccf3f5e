import { call, idempotencyKey, query } from './client.ts';
import type {
  Alert,
  AlertDetail,
  Assignable,
  DecisionRow,
  DeviceRow,
  EnterpriseRow,
  Finding,
  GateLane,
  Observation,
  Page,
  User,
  VehicleStory,
  ZoneRow,
} from './types.ts';

export interface AlertQuery {
  state?: string;
  provisional?: string;
  severity?: string;
  rule?: string;
  county?: string;
  plate?: string;
  assignee?: string;
  from?: string;
  cursor?: string;
  limit?: number;
}

const id = encodeURIComponent;

/** Every call the console makes, by what it is for. */
export const api = {
  signIn: (username: string, password: string) =>
    call<{ user: User }>('/session', { method: 'POST', body: { username, password } }),
  session: () => call<{ user: User }>('/session'),
  signOut: () => call<void>('/session', { method: 'DELETE' }),
  time: () => call<{ at: string; speed?: number }>('/time'),

  alerts: (filters: AlertQuery, signal?: AbortSignal) =>
    call<Page<Alert>>(`/alerts${query({ ...filters })}`, signal ? { signal } : {}),
  alert: (alertId: string) => call<AlertDetail>(`/alerts/${id(alertId)}`),
  /** Whom an alert can be dispatched to. */
  assignees: (alertId: string) => call<Page<Assignable>>(`/alerts/${id(alertId)}/assignees`),
  /** A person's step on an alert; `rev` is the one the person saw. 412 when somebody was faster. */
  step: (alert: Pick<Alert, 'id' | 'rev'>, step: string, body: Record<string, unknown>, key = idempotencyKey()) =>
    call<AlertDetail>(`/alerts/${id(alert.id)}/${step}`, {
      method: 'POST',
      body,
      headers: { 'if-match': `"${alert.rev}"`, 'idempotency-key': key },
    }),

  finding: (findingId: string) => call<Finding>(`/findings/${id(findingId)}`),
  dispute: (findingId: string, body: { text: string; ref?: string }) =>
    call<Finding>(`/findings/${id(findingId)}/dispute`, { method: 'POST', body }),
  answerDispute: (findingId: string, body: { outcome: 'upheld' | 'withdrawn'; reason: string }) =>
    call<Finding>(`/findings/${id(findingId)}/dispute/answer`, { method: 'POST', body }),
  observations: (filters: { device?: string; plate?: string; from?: string; to?: string; limit?: number }) =>
    call<Page<Observation>>(`/observations${query(filters)}`),
  decisions: (filters: { device?: string; plate?: string; from?: string; to?: string; limit?: number }) =>
    call<Page<DecisionRow>>(`/decisions${query(filters)}`),
  vehicle: (number: string, color: string) => call<VehicleStory>(`/vehicles/${id(number)}/${id(color)}`),
  gates: () => call<{ items: GateLane[] }>('/gates'),

  devices: () => all<DeviceRow>('/registry/devices'),
  zones: () => all<ZoneRow>('/registry/zones'),
  enterprises: () => all<EnterpriseRow>('/registry/enterprises'),
};

/** A whole list, page by page; ten pages of a thousand are more than a map can show. */
async function all<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 10; page++) {
    const answer: Page<T> = await call<Page<T>>(`${path}${query({ limit: 1000, cursor })}`);
    rows.push(...answer.items);
    cursor = answer.next;
    if (cursor === null || cursor === undefined) break;
  }
  return rows;
}
