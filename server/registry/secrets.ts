import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Secrets of devices: kept as SHA-256 for the embedded broker and the HTTP door, and as Mosquitto's hash for its password file. */

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
