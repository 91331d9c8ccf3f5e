import type { Kind } from '../../devices/contract/kinds.ts';
import type { Clock } from '../clock.ts';
import { mosquittoHash } from '../embedded/mosquitto.ts';
import type { RegistryStore } from '../store/registry.ts';
import type { GoodRow, ImportOptions } from './import-types.ts';
import { makeSecret, secretDigest } from './secrets.ts';

/**
 * The secrets a chunk of devices sets: those its rows carry, where they are not the newest already, and new ones for devices that have
 * none (made only for somebody who may see them). `lately` are the devices whose newest secret is not older than `lateMs`, those it sets
 * among them.
 */
export async function createSecretPlan(
  store: RegistryStore,
  devices: GoodRow<'devices'>[],
  options: ImportOptions,
  clock: Clock,
  lateMs: number,
) {
  const changes: { id: string; secret: { sha256: string; mosquitto: string; at: Date } }[] = [];
  const made: { row: number; kind: Kind; id: string; secret: string }[] = [];
  /** The rows that set one. */
  const rows = new Set<number>();
  const lately = new Set<string>();
  if (!options.may.secrets) return { changes, made, rows, lately };
  const standing = await store.secretsOf(devices.map((d) => d.key));
  const newest = new Map(standing.map((d) => [d._id, d.secrets[0]?.sha256]));
  const since = clock.now() - lateMs;
  for (const { _id, secrets } of standing) if (secrets[0] && secrets[0].at.getTime() > since) lately.add(_id);
  for (const { row, key, input } of devices) {
    const given = input.secret;
    const known = newest.get(key);
    if (given === undefined && known !== undefined) continue;
    if (given !== undefined && known === secretDigest(given)) continue;
    rows.add(row);
    if (options.dryRun) {
      newest.set(key, secretDigest(given ?? key));
      continue;
    }
    const secret = given ?? makeSecret();
    const sha256 = secretDigest(secret);
    newest.set(key, sha256);
    lately.add(key);
    changes.push({ id: key, secret: { sha256, mosquitto: mosquittoHash(secret), at: new Date(clock.now()) } });
    if (given === undefined) made.push({ row, kind: input.kind, id: input.id, secret });
  }
  return { changes, made, rows, lately };
}
