import { randomBytes } from 'node:crypto';
import { formatInstant, parseRegistryTime } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import { AppError } from '../errors.ts';
import type { NewToken } from '../http/contract/users.ts';
import type { TokenDoc, TokenStore } from '../store/tokens.ts';
import { mayGrant, present, sha256, type Managing } from './managing.ts';

/** The tokens of programs as those who manage them see, make and remove them. */
export function createManagedTokens({ tokens, audit, ended, realNow }: Managing & { tokens: TokenStore }) {
  return {
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
