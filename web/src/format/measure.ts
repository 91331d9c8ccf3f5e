/** Facts of a finding as the console lays them out. */

/** Facts as flat rows: nested objects one level deep become `parent.child`; deeper ones are JSON. */
export function factRows(facts: Record<string, unknown>): { key: string; parent?: string; value: unknown }[] {
  return Object.entries(facts).flatMap<{ key: string; parent?: string; value: unknown }>(([key, value]) => {
    // The policy stands below with the rule's version.
    if (value === null || value === undefined || key === 'policy') return [];
    if (typeof value !== 'object' || Array.isArray(value)) return [{ key, value }];
    return Object.entries(value as Record<string, unknown>)
      .filter(([name, inner]) => inner !== null && inner !== undefined && name !== 'nameEn')
      .map(([inner, v]) => ({ key: inner, parent: key, value: v }));
  });
}

/** Facts that say which row of the registry was meant, and what stands elsewhere on the page: asked for rarely. */
const RARE = new Set([
  'version', 'id', 'name', 'nameZh', 'vin', 'plateType', 'plateNumber', 'plateColor', 'number', 'color', 'stageBasis', 'validFrom', 'recordedAt',
  'seq', 'certificateUploaded', 'invoiced', 'obdRequired', 'owner', 'fleet', 'readings', 'arrivalId', 'payloadId', 'issuedBy', 'zone',
  'dailyTruckPasses', 'failure',
]); // prettier-ignore

/** Whether a fact is one of those a verdict turns on, as far as the console can tell. */
export function isTelling({ key, parent, value }: { key: string; parent?: string; value: unknown }): boolean {
  if (RARE.has(key) && !(parent === 'enterprise' && key === 'nameZh')) return false;
  // A plate that was read right, and a vehicle in ordinary use, are what one expects.
  if (parent === 'recognition' && (key === 'read' || value === 'matched')) return false;
  return !(key === 'status' && value === 'in-use') && value !== false;
}
