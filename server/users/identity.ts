import { createHash, randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Db } from 'mongodb';
import { formatInstant, parseRegistryTime } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { NewToken, NewUser, UserChange, UserShown } from '../http/contract/users.ts';
import { keyReused, requestDigest } from '../repeats.ts';
import { auditLogStore } from '../store/audit-log.ts';
import { sessionStore } from '../store/sessions.ts';
import { tokenStore, type TokenDoc } from '../store/tokens.ts';
import { userStore, type UserDoc } from '../store/users.ts';
import { isOwner, keepAnOwner, lastOwner } from './last-owner.ts';

/** How long a session lasts, in real time: a shift. */
export const SESSION_MS = 12 * 3_600_000;
const COOKIE = 'cleanhaul_session';

/** What a request or a socket shows of itself. */
export interface Shown {
  /** The whole `Cookie` header. */
  cookie?: string | undefined;
  token?: string | undefined;
}

export interface IdentityDeps {
  db: Db;
  /** Stamps the audit log. */
  clock: Clock;
  /** Real time in ms: sessions and tokens end by it. */
  realNow?: () => number;
}

export type Identity = ReturnType<typeof createIdentity>;

/** Users, sessions and tokens. Every question reads the store, so a change ends sessions on every process at once. */
export function createIdentity({ db, clock, realNow = Date.now }: IdentityDeps) {
  const users = userStore(db);
  const sessions = sessionStore(db);
  const tokens = tokenStore(db);
  const auditLog = auditLogStore(db);
  const listeners: (() => void)[] = [];
  const ended = () => listeners.forEach((listener) => listener());
  const audit = (by: string, action: string, target?: string, detail?: Record<string, unknown>) =>
    auditLog.append({
      at: new Date(clock.now()),
      by,
      action,
      ...(target !== undefined && { target }),
      ...(detail && { detail }),
    });
  /** What a password is compared with when there is no such user, so that the answer takes as long. */
  const nobody = hash(randomBytes(16).toString('hex'));

  return {
    async indexes(): Promise<void> {
      await Promise.all([users.indexes(), sessions.indexes(), tokens.indexes(), auditLog.indexes()]);
    },

    /** Entries of the audit log of an action about something, newest first. */
    audited: (action: string, target: string) => auditLog.about(action, target),

    audit: (by: Actor, action: string, target?: string, detail?: Record<string, unknown>) =>
      audit(by.username, action, target, detail),

    /**
     * Makes the user `admin` (role `owner`) if nobody is registered.
     * @param password absent: one is made
     * @returns the password that was made, to be shown once; undefined otherwise
     */
    async ensureAdmin(password?: string): Promise<string | undefined> {
      if (await users.byName('admin')) return undefined;
      const made = password ?? randomBytes(12).toString('base64url');
      const at = new Date(realNow());
      const created = await users.insert({
        _id: 'admin', name: 'admin', role: 'owner', passwordHash: await hash(made), epoch: 1, rev: 1, createdAt: at, createdBy: 'start',
      }); // prettier-ignore
      return created && password === undefined ? made : undefined;
    },

    /** @throws AppError 401 `wrong-credentials`, the same for an unknown, a disabled user and a wrong password */
    async signIn(username: string, password: string): Promise<{ actor: Actor; secret: string; expiresAt: Date }> {
      const user = await users.byName(username);
      const right = await verify(user?.passwordHash ?? (await nobody), password);
      if (!user || !right || user.disabled) {
        await audit(username, 'sign-in-refused');
        throw new AppError(401, 'wrong-credentials', { zh: '用户名或密码不正确', en: 'user name or password is wrong' });
      }
      const secret = randomBytes(32).toString('base64url');
      const expiresAt = new Date(realNow() + SESSION_MS);
      await sessions.insert({ _id: sha256(secret), username, epoch: user.epoch, createdAt: new Date(realNow()), expiresAt });
      await audit(username, 'sign-in');
      return { actor: actorOf(user), secret, expiresAt };
    },

    async signOut(cookie: string | undefined): Promise<void> {
      const secret = sessionSecret(cookie);
      if (secret === undefined) return;
      await sessions.remove(sha256(secret));
      ended();
    },

    /** Who shows this; null when nobody does (any more). Two reads by key; prolongs nothing. */
    async authenticate({ cookie, token }: Shown): Promise<Actor | null> {
      if (token !== undefined) {
        const doc = await tokens.byDigest(sha256(token));
        return doc && doc.expires.getTime() > realNow() ? actorOfToken(doc) : null;
      }
      const secret = sessionSecret(cookie);
      const session = secret === undefined ? null : await sessions.byId(sha256(secret));
      if (!session || session.expiresAt.getTime() <= realNow()) return null;
      const user = await users.byName(session.username);
      return user && !user.disabled && user.epoch === session.epoch ? actorOf(user) : null;
    },

    /** Calls the listener whenever a session, token or scope ended or changed in this process. */
    onEnded: (listener: () => void): void => void listeners.push(listener),

    /** Platform time, for what is shown of it. */
    now: () => clock.now(),

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

    /** @throws AppError 403 `owner-only`, 409 `token-shown-before`, 422 `expired` */
    async createToken(
      { expires, ...rest }: NewToken,
      by: Actor,
      idempotencyKey?: string,
    ): Promise<{ id: string; token: string }> {
      mayGrant(by, rest.role);
      const end = parseRegistryTime(expires, 'end');
      if (end <= realNow()) throw new AppError(422, 'expired', { zh: 'expires 已过', en: 'expires has passed already' });
      const token = `ch_${randomBytes(32).toString('base64url')}`;
      const doc: TokenDoc = {
        _id: randomBytes(9).toString('base64url'),
        sha256: sha256(token),
        ...present(rest),
        expires: new Date(end),
        createdAt: new Date(realNow()),
        createdBy: by.username,
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      };
      if (!(await tokens.insert(doc))) {
        throw new AppError(409, 'token-shown-before', {
          zh: '此 Idempotency-Key 的令牌已生成并只显示一次；如未收到，请删除后重新生成',
          en: 'the token of this Idempotency-Key was made and is shown only once; if it was lost, delete it and make another',
        });
      }
      await audit(by.username, 'token-created', doc._id, { name: rest.name, role: rest.role });
      return { id: doc._id, token };
    },

    /** The tokens made by a moment of real time. */
    async tokens(madeBy = Infinity) {
      const made = (await tokens.all()).filter((token) => token.createdAt.getTime() <= madeBy);
      return made.map(({ _id, name, role, enterpriseId, counties, gateId, expires, createdBy }) => ({
        id: _id,
        ...present({ name, role, enterpriseId, counties, gateId }),
        expires: formatInstant(expires.getTime()),
        createdBy,
      }));
    },

    /** @throws AppError 403 `owner-only`, 404 `unknown-token` */
    async removeToken(id: string, by: Actor): Promise<void> {
      const token = await tokens.byId(id);
      if (!token) throw new AppError(404, 'unknown-token', { zh: '没有这个令牌', en: 'there is no such token' });
      mayGrant(by, token.role);
      await tokens.remove(id);
      ended();
      await audit(by.username, 'token-removed', id);
    },
  };
}

/** The `Set-Cookie` of a session, or of its end. */
export function sessionCookie(session: { secret: string; expiresAt: Date } | null, secure: boolean): string {
  const value = session ? `${session.secret}; Expires=${session.expiresAt.toUTCString()}` : '; Max-Age=0';
  return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

function sessionSecret(cookie: string | undefined): string | undefined {
  for (const part of cookie?.split(';') ?? []) {
    const [name, value] = part.trim().split('=');
    if (name === COOKIE && value) return value;
  }
  return undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function present<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, v]) => v !== undefined)) as T;
}

/** Only an owner may make or change what an owner is. */
function mayGrant(by: Actor, role: Actor['role']): void {
  if (role === 'owner' && by.role !== 'owner') {
    throw new AppError(403, 'owner-only', { zh: '仅 owner 可以管理 owner', en: 'only an owner may manage owners' });
  }
}

function unknownUser(): AppError {
  return new AppError(404, 'unknown-user', { zh: '没有这个用户', en: 'there is no such user' });
}

function actorOf({ _id, name, role, enterpriseId, counties }: UserDoc): Actor {
  return present({ username: _id, name, role, enterpriseId, counties });
}

function actorOfToken({ _id, name, role, enterpriseId, counties, gateId }: TokenDoc): Actor {
  return present({ username: `token:${_id}`, name, role, enterpriseId, counties, gateId });
}

function shown({ _id, name, role, enterpriseId, counties, disabled }: UserDoc): UserShown {
  return present({ username: _id, name, role, enterpriseId, counties, disabled });
}
