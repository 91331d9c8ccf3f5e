import { AppError } from '../errors.ts';
import type { UserDoc, UserStore } from '../store/users.ts';

/** Whether the user can do everything, and sign in to do it. */
export const isOwner = ({ role, disabled }: UserDoc): boolean => role === 'owner' && !disabled;

/** 409 `last-owner` */
export const lastOwner = (): AppError =>
  new AppError(409, 'last-owner', {
    zh: '不能停用或降级最后一个 owner 用户',
    en: 'the last owner can be neither disabled nor lowered',
  });

/**
 * Makes sure that after an owner was taken there is one left: two owners who take it from each other at once both find another before
 * they write, so it is looked again after the write. If nobody is left the user is again what it was, with its sessions ended; of what
 * somebody else has changed in it since, only the role and the disabling are taken back.
 * @param old the owner as it was
 * @param next as it was stored
 * @throws AppError 409 `last-owner`, after putting it back
 */
export async function keepAnOwner(users: UserStore, old: UserDoc, next: UserDoc): Promise<void> {
  if ((await users.owners()) > 0) return;
  for (let stored: UserDoc | null = next; stored && !isOwner(stored); stored = await users.byName(old._id)) {
    const { disabled: _disabled, ...kept } = stored.rev === next.rev ? old : stored;
    const again: UserDoc = { ...kept, role: 'owner', epoch: stored.epoch + 1, rev: stored.rev + 1 };
    if (await users.replace(again, stored.rev)) break;
  }
  throw lastOwner();
}
