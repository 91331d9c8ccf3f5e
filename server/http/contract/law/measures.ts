/** Measured values beside their limits, as rows that a bar can show. */

export interface MeasureRow {
  key: string;
  measured: unknown;
  limit: unknown;
  /** Shares of the bar's length, 0–1; absent where either is not a number. */
  bar?: { measured: number; limit: number };
}

const UNITS: Record<string, string> = {
  opacity: '%',
  opacityPercent: '%',
  belowPercent: '%',
  reagent: '%',
  reagentPercent: '%',
  concentration: '%',
  concentrationPercent: '%',
  reagentMin: '%',
  reagentMax: '%',
  dropPoints: '%',
  firstOpacity: '%',
  secondOpacity: '%',
  least: '%',
  most: '%',
  km: 'km',
  hoursToLocalBusiness: 'h',
  co: '%',
  co2: '%',
  no: 'ppm',
  noPpm: 'ppm',
  hc: 'ppm',
  speed: 'km/h',
  distanceKm: 'km',
  overKm: 'km',
  fuelL: 'L',
  volume: 'L',
  tank: 'L',
  reagentTankL: 'L',
  annualFreight: 't',
  annualFreightTonnes: 't',
  minAnnualFreightTonnes: 't',
  totalMass: 'kg',
  totalMassKg: 'kg',
  vsp: 'kW/t',
  hours: 'h',
  localBusinessHours: 'h',
  windowHours: 'h',
  seconds: 's',
  kmh: 'km/h',
  slackSeconds: 's',
  misreadMinutes: 'min',
  misreadKm: 'km',
  minutes: 'min',
  heardMinutes: 'min',
  expectedMinutes: 'min',
  percent: '%',
  medianSeconds: 's',
  corridorM: 'm',
  ureaL: 'L',
  tankL: 'L',
  risePoints: '%',
  filledL: 'L',
  noxInPpm: 'ppm',
  noxOutPpm: 'ppm',
  scrInletC: '°C',
  torquePercent: '%',
};

/** The unit of a value's key; empty where it has none. */
export function unitOf(key: string): string {
  return UNITS[key] ?? '';
}

/** Keys whose value is an emission stage and is shown as a badge. */
export function isStage(key: string): boolean {
  return /^(stage|minStage|maxStage|stageMax|requiredStage)$/.test(key);
}

/** Keys whose value is an instant in milliseconds or ISO. */
export function isMoment(key: string, value: unknown): boolean {
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value);
  return (
    typeof value === 'number' &&
    value > 631_152_000_000 &&
    /(at|from|to|since|until|due|end|start|first|second|last|validFrom|validTo)$/i.test(key)
  );
}

/** Limits that bound a value of another name. */
const BOUNDS: Record<string, string> = {
  minAnnualFreightTonnes: 'annualFreightTonnes',
  belowPercent: 'reagentMin',
  overKm: 'km',
  stageMax: 'stage',
  minStage: 'stage',
  localBusinessHours: 'hoursToLocalBusiness',
  seconds: 'medianSeconds',
};

/** Limits under the names of what they bound, where that was measured; one limit may bound the first and the second of two passes. */
function paired(measured: Record<string, unknown>, limit: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(limit).flatMap(([key, value]) => {
      if (key in measured) return [[key, value]];
      const capital = key.charAt(0).toUpperCase() + key.slice(1);
      const others = [BOUNDS[key] ?? '', `first${capital}`, `second${capital}`].filter((other) => other in measured);
      const known = others.filter((other) => measured[other] !== null || isStage(other));
      return others.length > 0 ? known.map((other) => [other, value]) : [[key, value]];
    }),
  );
}

/** What the sentence above says in the reader's language, and what is no amount. */
const SAID = new Set(['measure', 'response']);

/**
 * Puts measured values and limits of the same key side by side, measured ones first in their order.
 * Scalars only: what is nested belongs to the facts.
 */
export function measureRows(measured: Record<string, unknown>, limit: Record<string, unknown>): MeasureRow[] {
  const limits = paired(measured, limit);
  const keys = [...new Set([...Object.keys(measured), ...Object.keys(limits)])].filter((key) => !SAID.has(key));
  return keys
    .filter((key) => isScalar(measured[key]) && isScalar(limits[key]))
    .filter((key) => (measured[key] ?? limits[key] ?? null) !== null || (isStage(key) && key in measured))
    .map((key) => {
      const row: MeasureRow = { key, measured: measured[key], limit: limits[key] };
      const [m, l] = [number(measured[key]), number(limits[key])];
      if (m === null || l === null || m < 0 || l < 0 || isMoment(key, m)) return row;
      const top = isStage(key) ? 6 : Math.max(m, l) * 1.15;
      if (top > 0) row.bar = { measured: Math.min(m / top, 1), limit: Math.min(l / top, 1) };
      return row;
    });
}

function isScalar(value: unknown): boolean {
  return value === undefined || value === null || typeof value !== 'object';
}

function number(value: unknown): number | null {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
}
