import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Db } from 'mongodb';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { auditLogStore } from '../store/audit-log.ts';
import { sessionStore } from '../store/sessions.ts';
import { tokenStore, type TokenDoc } from '../store/tokens.ts';
import { userStore, type UserDoc } from '../store/users.ts';
import { createManagedTokens } from './managed-tokens.ts';
import { createManagedUsers } from './managed-users.ts';
import { present, sha256 } from './managing.ts';

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

  const managing = { audit, ended, realNow };

  return {
    ...createManagedUsers({ ...managing, users }),
    ...createManagedTokens({ ...managing, tokens }),

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

function actorOf({ _id, name, role, enterpriseId, counties }: UserDoc): Actor {
  return present({ username: _id, name, role, enterpriseId, counties });
}

function actorOfToken({ _id, name, role, enterpriseId, counties, gateId }: TokenDoc): Actor {
  return present({ username: `token:${_id}`, name, role, enterpriseId, counties, gateId });
}
