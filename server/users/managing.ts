import { createHash } from 'node:crypto';
import type { Actor } from '../alerts/types.ts';
import { AppError } from '../errors.ts';

/** What managing users and managing tokens have in common. */
export interface Managing {
  audit(by: string, action: string, target?: string, detail?: Record<string, unknown>): Promise<unknown>;
  /** To be called whenever a session, token or scope ended or changed. */
  ended(): void;
  /** Real time in ms. */
  realNow(): number;
}

/** Only an owner may make or change what an owner is. @throws AppError 403 `owner-only` */
export function mayGrant(by: Actor, role: Actor['role']): void {
  if (role === 'owner' && by.role !== 'owner') {
    throw new AppError(403, 'owner-only', { zh: '仅 owner 可以管理 owner', en: 'only an owner may manage owners' });
  }
}

/** Secrets of sessions and tokens are stored as this. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Without the members that are undefined. */
export function present<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, v]) => v !== undefined)) as T;
}
