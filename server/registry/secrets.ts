import { createHash, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Secrets of devices: kept as SHA-256 for the embedded broker and the HTTP door, and as Mosquitto's hash for its password file. */

const ITERATIONS = 101;

/** A new secret of 192 random bits, 32 URL-safe characters. */
export function makeSecret(): string {
  return randomBytes(24).toString('base64url');
}

export function secretDigest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether a secret has this digest, in a time that does not tell how nearly. */
export function matchesDigest(secret: string, digest: string): boolean {
  const [a, b] = [Buffer.from(secretDigest(secret), 'hex'), Buffer.from(digest, 'hex')];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A line's hash in a Mosquitto 2 password file: `$7$<iterations>$<salt>$<PBKDF2-SHA512>`. */
export function mosquittoHash(secret: string, salt: Buffer = randomBytes(12)): string {
  const hash = pbkdf2Sync(secret, salt, ITERATIONS, 64, 'sha512');
  return `$7$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}
