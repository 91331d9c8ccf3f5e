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
  const clean = sum([tonnes.rail, tonnes.water, tonnes.pipe, tonnes.conveyor, tonnes.newEnergy]);
  const certain = sum([clean, tonnes.stage6, tonnes.otherRoad]);
  const total = sum([certain, tonnes.estimated]);
  const auditShare = share(clean, total);
  return {
    tonnes,
    total,
    clean,
    auditShare,
    weighedShare: share(clean, certain),
    stage6Share: share(tonnes.stage6, total),
    rows: { road: weighed.length, estimated: weighed.filter((r) => r.estimated).length, deliveries: deliveries.length },
    // Compared in tonnes, so that no rounding of a share decides.
    proposes: total === 0 ? null : kg(clean) * 100 < kg(total) * limits.minPercent ? 'not-met' : 'met',
  };
}

function meanOf(rows: readonly RoadRow[], direction: RoadRow['direction']): number | undefined {
  const weighed = rows.flatMap((r) => (r.direction === direction && r.tonnes !== undefined ? [r.tonnes] : []));
  return weighed.length === 0 ? undefined : kg(sum(weighed) / weighed.length) / 1000;
}

const kg = (tonnes: number) => Math.round(tonnes * 1000);

/** Added in whole kilograms, so that the order of the rows does not matter. */
function sum(tonnes: readonly number[]): number {
  return tonnes.reduce((total, t) => total + kg(t), 0) / 1000;
}

/** In %, two decimals; null for an empty denominator. */
function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((kg(part) / kg(whole)) * 10_000) / 100;
}
