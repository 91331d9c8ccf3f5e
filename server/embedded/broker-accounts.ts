import { createHash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { DeviceAccount } from './broker-messages.ts';

/** Accounts as the broker process sees them: asked of the server, remembered for moments. */
export interface BrokerAccounts {
  /**
   * The SHA-256 by which a password is right; null when it is not, or the device is disabled or unknown.
   * @throws when the registry cannot be asked and nothing is remembered
   */
  check(username: string, password: Buffer): Promise<string | null>;
  /** Whether a secret that was right is so still, asked afresh; true when the registry cannot be asked. */
  stillValid(username: string, sha256: string): Promise<boolean>;
  /** Asks for every account afresh from now on; what was known serves only where the registry cannot be asked. */
  forget(): void;
}

/** A storm of reconnecting devices asks once each; a change is seen at once through `stillValid`. */
const FRESH_MS = 2_000;
const REMEMBERED = 20_000;

/**
 * @param ask the account of a user name, null when there is none; throws when the registry is away
 * @param now real time in ms
 */
export function createBrokerAccounts(
  ask: (username: string) => Promise<DeviceAccount | null>,
  now: () => number = Date.now,
): BrokerAccounts {
  let forgottenAt = -Infinity;
  const cache = new LRUCache<string, { account: DeviceAccount | null; at: number }>({ max: REMEMBERED });

  const askFresh = async (username: string) => {
    const at = now();
    const account = await ask(username);
    cache.set(username, { account, at });
    return account;
  };

  return {
    async check(username, password) {
      const known = cache.get(username);
      const account =
        known !== undefined && known.at > forgottenAt && now() - known.at < FRESH_MS
          ? known.account
          : await askFresh(username).catch((error: unknown) => {
              // The store is away: whoever was let in before may come back.
              if (known === undefined) throw error;
              return known.account;
            });
      if (account === null || !account.enabled) return null;
      const digest = sha256(password);
      return account.secretsSha256.find((secret) => sameDigest(secret, digest)) ?? null;
    },
    forget() {
      forgottenAt = now();
    },
    async stillValid(username, secret) {
      try {
        const account = await askFresh(username);
        return account !== null && account.enabled && account.secretsSha256.includes(secret);
      } catch {
        return true;
      }
    },
  };
}

export function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Compares two hex digests in a time that does not depend on where they differ. */
export function sameDigest(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
