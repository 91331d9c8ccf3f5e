import { HOUR } from '../../devices/contract/instant.ts';
import type { Clock } from '../clock.ts';
import { stageOfRecord } from '../rules/words.ts';
import type { VehicleFacts } from '../rules/types.ts';
import type { Revisions } from '../store/revisions.ts';
import type { KindOfVehicle, VehicleCensusStore } from '../store/vehicle-census.ts';
import { inForce } from './in-force.ts';

/** The vehicles in use, by what measures ask of them. A few hundred kinds, whatever the number of vehicles. */
export interface Census {
  asOf: number;
  kinds: { kind: Pick<VehicleFacts, 'vehicleType' | 'fuel' | 'stage' | 'useNature'>; vehicles: number }[];
}

/** Registrations begin and end also without a change of the registry: a count is made anew after so long. */
const REST = HOUR;

/**
 * Counts the registered vehicles. A count stands until the registry changes; of a million vehicles it takes about a second, more where
 * many of them were changed since they were registered. A vehicle registered ahead of its beginning is counted from its entry on.
 */
export function createCensus({
  store,
  revisions,
  clock,
}: {
  store: VehicleCensusStore;
  revisions: Pick<Revisions, 'read'>;
  clock: Clock;
}) {
  let last: { revision: number; census: Census } | undefined;
  let running: Promise<Census> | undefined;

  async function count(revision: number): Promise<Census> {
    const now = clock.now();
    const counts = new Map<string, { kind: KindOfVehicle; n: number }>();
    const add = (kind: KindOfVehicle, n: number) => {
      if (kind.status !== 'in-use') return;
      const name = JSON.stringify([kind.vehicleType, kind.fuel, kind.stage ?? null, kind.useNature]);
      const known = counts.get(name);
      if (known) known.n += n;
      else counts.set(name, { kind, n });
    };
    for (const { kind, versions } of await store.kinds()) add(kind, versions);
    for await (const versions of store.changed()) {
      for (const { row } of versions) add(row, -1);
      const standing = inForce(versions, now, now);
      if (standing) add(standing.row, 1);
    }
    const kinds = [...counts.values()].flatMap(({ kind: { vehicleType, fuel, stage, useNature }, n }) => {
      const known = stageOfRecord(stage ?? undefined);
      return n > 0 ? [{ kind: { vehicleType, fuel, useNature, ...(known !== undefined && { stage: known }) }, vehicles: n }] : [];
    });
    last = { revision, census: { asOf: now, kinds } };
    return last.census;
  }

  return {
    /** The vehicles now; what is not counted within `patienceMs` of real time is undefined, and ready for whoever asks again. */
    async within(patienceMs: number): Promise<Census | undefined> {
      const revision = (await revisions.read()).vehicles ?? 0;
      if (last && last.revision === revision && clock.now() - last.census.asOf < REST * clock.speed) return last.census;
      running ??= count(revision).finally(() => (running = undefined));
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), patienceMs)));
      // Whoever gave up asks again; a count that failed is then made anew.
      running.catch(() => undefined);
      return Promise.race([running, patience]).finally(() => clearTimeout(timer));
    },
  };
}
export type CensusReader = ReturnType<typeof createCensus>;
