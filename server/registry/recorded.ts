import type { VehicleFacts } from '../rules/types.ts';
import { FACTS } from './facts.ts';
import type { GoodRow } from './import-types.ts';
import type { Mark } from './plan.ts';
import type { VersionDoc } from './types.ts';

/** A row of a vehicle that says when it was certified or sold. */
export interface SoldVehicle {
  facts: VehicleFacts;
  recordedAt: number;
}

/** The vehicles of these rows that say when they were certified or sold; of all others nothing is made. */
export function soldVehicles(rows: readonly GoodRow<'vehicles'>[], now: number): SoldVehicle[] {
  return rows
    .filter(({ content }) => content.certificateUploaded !== undefined || content.invoiced !== undefined)
    .map(({ key, content, validFrom = now, recordedAt = now }) => ({
      facts: FACTS.vehicles({ _id: key, row: content, validFrom } as VersionDoc<'vehicles'>),
      recordedAt,
    }));
}

/** The VINs in versions of one key of which another has the same beginning: one of them corrects the other. */
export function correctedVins(ofKeys: Iterable<readonly (Mark & { vin?: string })[]>): string[] {
  const vins = new Set<string>();
  for (const versions of ofKeys) {
    if (versions.length < 2) continue;
    for (const v of versions)
      if (v.vin !== undefined && versions.some((w) => w !== v && w.validFrom === v.validFrom)) vins.add(v.vin);
  }
  return [...vins];
}
