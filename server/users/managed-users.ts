import { hash } from '@node-rs/argon2';
import type { Actor } from '../alerts/types.ts';
import { AppError } from '../errors.ts';
import type { NewUser, UserChange, UserShown } from '../http/contract/users.ts';
import { keyReused, requestDigest } from '../repeats.ts';
import type { UserDoc, UserStore } from '../store/users.ts';
import { isOwner, keepAnOwner, lastOwner } from './last-owner.ts';
import { mayGrant, present, type Managing } from './managing.ts';

/** The users as those who manage them see and change them. */
export function createManagedUsers({ users, audit, ended, realNow }: Managing & { users: UserStore }) {
  return {
    /** The users made by a moment of real time. */
    users: async (madeBy = Infinity): Promise<UserShown[]> =>
      (await users.all()).filter((user) => user.createdAt.getTime() <= madeBy).map(shown),
    async user(username: string): Promise<{ user: UserShown; rev: number }> {
      const user = await users.byName(username);
      if (!user) throw unknownUser();
      return { user: shown(user), rev: user.rev };
    },

    /** @throws AppError 403 `owner-only`, 409 `username-taken`, 422 `idempotency-key-reused` */
    async createUser(
      { username, password, ...rest }: NewUser,
      by: Actor,
      idempotencyKey?: string,
    ): Promise<{ user: UserShown; rev: number }> {
      mayGrant(by, rest.role);
      const user: UserDoc = {
        _id: username,
        ...present(rest),
        passwordHash: await hash(password),
        epoch: 1,
        rev: 1,
        createdAt: new Date(realNow()),
        createdBy: by.username,
        ...(idempotencyKey !== undefined && { idempotencyKey, requestDigest: requestDigest({ username, ...rest }) }),
      };
      if (await users.insert(user)) {
        await audit(by.username, 'user-created', username, { role: rest.role });
        return { user: shown(user), rev: 1 };
      }
      const there = idempotencyKey === undefined ? null : await users.madeBy(by.username, idempotencyKey);
      if (there && there.requestDigest !== user.requestDigest) throw keyReused();
      if (there) return { user: shown(there), rev: there.rev };
      throw new AppError(409, 'username-taken', { zh: '用户名已被使用', en: 'the user name is taken' });
    },

    /**
     * Changes a user; anything but another name ends the user's sessions on every process.
     * @param seenRev the revision the caller saw, where one was named
     * @throws AppError 403 `owner-only`, 404 `unknown-user`, 409 `last-owner`, 412 `stale`, 422 `enterprise-missing`
     */
    async changeUser(
      username: string,
      change: UserChange,
      by: Actor,
      seenRev?: number,
    ): Promise<{ user: UserShown; rev: number }> {
      for (;;) {
        const old = await users.byName(username);
        if (!old) throw unknownUser();
        if (seenRev !== undefined && old.rev !== seenRev)
          throw new AppError(412, 'stale', { zh: '用户已有变化；请刷新后再试', en: 'the user has changed since; read it again' });
        mayGrant(by, old.role);
        if (change.role) mayGrant(by, change.role);
        const { password, disabled, enterpriseId, counties, ...rest } = change;
        const { disabled: was, ...kept } = old;
        const next: UserDoc = {
          ...kept,
          ...present(rest),
          ...((disabled ?? was) && { disabled: true as const }),
          ...(password !== undefined && { passwordHash: await hash(password) }),
          rev: old.rev + 1,
        };
        if (enterpriseId === null) delete next.enterpriseId;
        else if (enterpriseId !== undefined) next.enterpriseId = enterpriseId;
        if (counties === null) delete next.counties;
        else if (counties !== undefined) next.counties = counties;
        if (next.role === 'enterprise' && next.enterpriseId === undefined) {
          throw new AppError(422, 'enterprise-missing', {
            zh: '企业角色须指定 enterpriseId',
            en: 'the role enterprise needs an enterpriseId',
          });
        }
        const losesOwner = isOwner(old) && !isOwner(next);
        if (losesOwner && (await users.owners()) <= 1) throw lastOwner();
        const ends =
          password !== undefined ||
          enterpriseId !== undefined ||
          counties !== undefined ||
          change.role !== undefined ||
          disabled !== undefined;
        if (ends) next.epoch = old.epoch + 1;
        if (!(await users.replace(next, old.rev))) continue;
        if (losesOwner) await keepAnOwner(users, old, next).finally(ended);
        else if (ends) ended();
        const { password: _password, ...told } = change;
        await audit(by.username, 'user-changed', username, { ...told, ...(password !== undefined && { password: 'changed' }) });
        return { user: shown(next), rev: next.rev };
      }
    },
  };
}

function unknownUser(): AppError {
  return new AppError(404, 'unknown-user', { zh: '没有这个用户', en: 'there is no such user' });
}

function shown({ _id, name, role, enterpriseId, counties, disabled }: UserDoc): UserShown {
  return present({ username: _id, name, role, enterpriseId, counties, disabled });
}
