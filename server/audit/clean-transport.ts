/**
 * The clean-transport account of one enterprise and civil month (rules.md §8; plan items 14 and 15), in tonnes. Pure: the same rows give
 * the same figures, and every figure is the sum of rows that can be named.
 */

/** A counted passage of the transport ledger. */
export interface RoadRow {
  ref: string;
  direction: 'in' | 'out';
  /** Cargo as weighed; absent where the gate sent none. */
  tonnes?: number;
  /** `new-energy` and `stage-6` of exactly matched vehicles only; corrected and unregistered ones are `other`. */
  by: 'new-energy' | 'stage-6' | 'other';
}

/** What came or went by another way than the road, as declared. */
export interface Delivery {
  id: string;
  mode: 'rail' | 'water' | 'pipe' | 'conveyor';
  tonnes: number;
  direction: 'in' | 'out';
}

/** A row with the tonnes it counts with. */
export interface WeighedRow extends RoadRow {
  counted: number;
  /** It was not weighed: it counts with a mean, and never as clean in the audit share. */
  estimated: boolean;
}

export interface CleanTransportAccount {
  /** Tonnes by the way they went; road rows with what they count with. */
  tonnes: Record<Delivery['mode'] | 'newEnergy' | 'stage6' | 'otherRoad' | 'estimated', number>;
  total: number;
  /** Rail, water, pipe, conveyor and weighed road by new-energy. */
  clean: number;
  /** Of all tonnes, %; null where there are none. */
  auditShare: number | null;
  /** The same without the rows that were not weighed. */
  weighedShare: number | null;
  /** Weighed road by stage 6 beside it, of all tonnes, %: the alternative path. */
  stage6Share: number | null;
  rows: { road: number; estimated: number; deliveries: number };
  /** What the audit proposes; the bureau decides. */
  proposes: 'met' | 'not-met' | null;
}

/** Rows with the tonnes they count with: as weighed, else the mean of the weighed rows of their direction, else the policy's. */
export function weigh(rows: readonly RoadRow[], defaultTonnes: number): WeighedRow[] {
  const mean = { in: meanOf(rows, 'in') ?? defaultTonnes, out: meanOf(rows, 'out') ?? defaultTonnes };
  return rows.map((row) => ({
    ...row,
    counted: row.tonnes ?? mean[row.direction],
    estimated: row.tonnes === undefined,
  }));
}

/**
 * @param rows the month's ledger rows of the enterprise
 * @param deliveries its declared deliveries of the month
 * @param limits the policy's `account`: share below which `not-met` is proposed, tonnes of a row nobody weighed
 */
export function cleanTransportAccount(
  rows: readonly RoadRow[],
  deliveries: readonly Delivery[],
  limits: { minPercent: number; defaultTonnes: number },
): CleanTransportAccount {
  const weighed = weigh(rows, limits.defaultTonnes);
  const declared = (mode: Delivery['mode']) => sum(deliveries.filter((d) => d.mode === mode).map((d) => d.tonnes));
  const road = (by: RoadRow['by']) => sum(weighed.filter((r) => !r.estimated && r.by === by).map((r) => r.counted));
  const tonnes = {
    rail: declared('rail'),
    water: declared('water'),
    pipe: declared('pipe'),
    conveyor: declared('conveyor'),
    newEnergy: road('new-energy'),
    stage6: road('stage-6'),
    otherRoad: road('other'),
    estimated: sum(weighed.filter((r) => r.estimated).map((r) => r.counted)),
  };
  return {
    tonnes,
    ...cleanShares(tonnes, limits.minPercent),
    rows: { road: weighed.length, estimated: weighed.filter((r) => r.estimated).length, deliveries: deliveries.length },
  };
}

/** The shares that tonnes by the way they went come to, and what the audit proposes. */
export function cleanShares(tonnes: CleanTransportAccount['tonnes'], minPercent: number) {
  const clean = sum([tonnes.rail, tonnes.water, tonnes.pipe, tonnes.conveyor, tonnes.newEnergy]);
  const certain = sum([clean, tonnes.stage6, tonnes.otherRoad]);
  const total = sum([certain, tonnes.estimated]);
  // Compared in tonnes, so that no rounding of a share decides.
  const proposes: CleanTransportAccount['proposes'] =
    total === 0 ? null : kg(clean) * 100 < kg(total) * minPercent ? 'not-met' : 'met';
  return {
    total,
    clean,
    auditShare: share(clean, total),
    weighedShare: share(clean, certain),
    stage6Share: share(tonnes.stage6, total),
    proposes,
  };
}

function meanOf(rows: readonly RoadRow[], direction: RoadRow['direction']): number | undefined {
  const weighed = rows.flatMap((r) => (r.direction === direction && r.tonnes !== undefined ? [r.tonnes] : []));
  return meanTonnes(kg(sum(weighed)), weighed.length);
}

/** The mean of weighed rows in tonnes, to the kilogram. @param total of their whole kilograms */
export function meanTonnes(total: number, rows: number): number | undefined {
  return rows === 0 ? undefined : Math.round(total / rows) / 1000;
}

export const kg = (tonnes: number) => Math.round(tonnes * 1000);

/** Added in whole kilograms, so that the order of the rows does not matter. */
function sum(tonnes: readonly number[]): number {
  return tonnes.reduce((total, t) => total + kg(t), 0) / 1000;
}

/** In %, two decimals; null for an empty denominator. */
function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((kg(part) / kg(whole)) * 10_000) / 100;
}
