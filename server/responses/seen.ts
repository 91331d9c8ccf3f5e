import { DAY } from '../../devices/contract/instant.ts';
import { createFigureCache } from '../audit/figure-cache.ts';
import { registrationOfVin } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { DecisionStore } from '../store/decisions.ts';
import type { SeenKind } from './effect.ts';

const DAYS = 7;
/** More vehicles than this are not looked up: of a longer week those seen last. */
const MOST = 10_000;

export interface SeenVehicles {
  /** Since when these are all. */
  since: number;
  kinds: SeenKind[];
}

/**
 * The registered vehicles that passed gates in some counties in the last seven days, each with the enterprises where. Whoever changes a
 * level or an end asks again about the same gates: what was read is kept for a moment.
 */
export function createSeenVehicles({
  registry,
  decisions,
  restMs = 30_000,
}: {
  registry: Pick<RegistryReader, 'vehiclesByVin'>;
  decisions: Pick<DecisionStore, 'seenAt'>;
  restMs?: number;
}) {
  const cached = createFigureCache<SeenVehicles>({ restMs, most: 20 });

  async function read(counties: readonly string[], now: number): Promise<SeenVehicles> {
    const { since, seen } = await decisions.seenAt(counties, new Date(now - DAYS * DAY), new Date(now), MOST);
    const versions = await registry.vehiclesByVin(seen.map(({ vin }) => vin));
    const kinds = seen.flatMap(({ vin, enterprises }): SeenKind[] => {
      const kind = registrationOfVin(versions.get(vin) ?? [], vin, now, now);
      return kind ? [{ kind, enterprises }] : [];
    });
    return { since: since.getTime(), kinds };
  }

  return (counties: readonly string[], now: number): Promise<SeenVehicles> =>
    counties.length === 0 ? Promise.resolve({ since: now, kinds: [] }) : cached(counties.join(), () => read(counties, now));
}
