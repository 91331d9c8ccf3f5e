import { parseRegistryTime } from '../../devices/contract/instant.ts';
import type { RegistryInput } from '../http/contract/registry.ts';
import { normalisePlate } from '../recognition/normalise.ts';
import { skeletonOf } from '../recognition/skeleton.ts';
import type { Collection, VersionDoc } from './types.ts';

/** What sets one collection apart from another at import. */
interface Definition<C extends Collection> {
  /** The natural key: rows of one key follow each other. Holds no line break and no `#` at its end that could be mistaken. */
  key(row: RegistryInput[C]): string;
  /** The fields that stand for `validFrom` and `validTo` in this collection, if not these themselves. */
  from?: 'from' | 'start' | 'at';
  to?: 'to' | 'end';
  /** The row as it is kept, plate numbers in their normal form. */
  prepare?(row: RegistryInput[C]): RegistryInput[C];
  /** What is stored beside the row to find it by. */
  found?(row: RegistryInput[C]): Pick<VersionDoc<C>, 'skeleton' | 'vin' | 'plate'>;
}

const withNormalPlate = <R extends { plateNumber: string }>(row: R): R => ({
  ...row,
  plateNumber: normalisePlate(row.plateNumber),
});

export const DEFINITIONS: { [C in Collection]: Definition<C> } = {
  vehicles: {
    key: (row) => `${row.plateNumber},${row.plateColor}`,
    prepare: withNormalPlate,
    found: (row) => ({ skeleton: skeletonOf(row.plateNumber), vin: row.vin }),
  },
  enterprises: { key: (row) => row.id },
  devices: { key: (row) => `${row.kind}/${row.id}` },
  zones: { key: (row) => row.id },
  permits: {
    key: (row) => row.id,
    from: 'from',
    to: 'to',
    prepare: withNormalPlate,
    found: (row) => ({ plate: `${row.plateNumber},${row.plateColor}` }),
  },
  // An inspection counts by its own `at`; the same key with other content corrects it.
  inspections: {
    key: (row) => `${row.vin}|${parseRegistryTime(row.at, 'start')}`,
    from: 'at',
    found: (row) => ({ vin: row.vin }),
  },
  // Rows of one response follow each other under its id; `start` tells which of them a row repeats.
  responses: { key: (row) => row.id, from: 'start', to: 'end' },
  machinery: { key: (row) => row.registrationCode },
  declarations: {
    key: (row) => `${row.siteId}|${row.registrationCode}|${parseRegistryTime(row.from, 'start')}`,
    from: 'from',
    to: 'to',
  },
  deliveries: { key: (row) => row.id },
};

/** When a row says it is valid, in milliseconds; a member it does not say is absent. */
export interface Period {
  validFrom?: number;
  validTo?: number;
}

/**
 * @returns the period, or which field contradicts it: an end not after the beginning, or a `validFrom` beside the collection's own
 * field that says otherwise
 */
export function periodOf<C extends Collection>(name: C, row: RegistryInput[C]): Period | { wrong: 'validFrom' | 'validTo' } {
  const { from, to } = DEFINITIONS[name];
  const own = row as unknown as Record<string, string | undefined>;
  const read = (field: string | undefined, edge: 'start' | 'end') => {
    const text = field === undefined ? undefined : own[field];
    return text === undefined ? undefined : parseRegistryTime(text, edge);
  };
  const validFrom = read('validFrom', 'start');
  const validTo = read('validTo', 'end');
  const ownFrom = read(from, 'start');
  const ownTo = read(to, 'end');
  if (ownFrom !== undefined && validFrom !== undefined && ownFrom !== validFrom) return { wrong: 'validFrom' };
  if (ownTo !== undefined && validTo !== undefined && ownTo !== validTo) return { wrong: 'validTo' };
  const begins = ownFrom ?? validFrom;
  // A response may be taken back altogether (`end` = `start`); an inspection is a moment and has no end.
  const ends = ownTo ?? validTo;
  if (begins !== undefined && ends !== undefined && (name === 'responses' ? ends < begins : ends <= begins))
    return { wrong: 'validTo' };
  return { ...(begins !== undefined && { validFrom: begins }), ...(ends !== undefined && { validTo: ends }) };
}
