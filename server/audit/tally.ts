import { FIGURES, MODES, STAGES_SHOWN, type AccountFigures, type FigureName } from '../http/contract/accounts.ts';
import type { TransportRow } from '../http/contract/ledgers.ts';
import { cleanShares, kg, meanTonnes, type Delivery } from './clean-transport.ts';
import { FIGURE, type PassageSeen } from './figures.ts';

/** One figure while it is added up: whole kilograms of weighed rows and deliveries, rows nobody weighed by direction. */
interface Sum {
  kg: number;
  rows: number;
  in: number;
  out: number;
}

/** What the account says beside rows. */
export interface Beside {
  refused: number;
  transmission: { gates: number; heardMinutes: number; expectedMinutes: number };
  limits: { minPercent: number; defaultTonnes: number; qualityPercent: number };
}

/**
 * Adds rows up to the figures of an account, one after another, in any order, in bounded memory. Pure: the same rows give the same
 * figures, and what a figure counts is what `FIGURE` says of it.
 */
export function createTally() {
  const sums = new Map<FigureName, Sum>(FIGURES.map((name) => [name, { kg: 0, rows: 0, in: 0, out: 0 }]));
  const weighed = { in: { kg: 0, rows: 0 }, out: { kg: 0, rows: 0 } };
  let photosRequired = 0;
  let named = 0;
  const of = (name: FigureName) => sums.get(name)!;

  return {
    row(row: TransportRow): void {
      const { direction, cargo } = row;
      const own = cargo.tonnes === undefined ? undefined : kg(cargo.tonnes);
      if (own !== undefined) {
        weighed[direction].kg += own;
        weighed[direction].rows++;
      }
      photosRequired += row.photos.required.length;
      if (cargo.name) named++;
      for (const name of FIGURES) {
        if (!FIGURE[name].ledger?.(row)) continue;
        const sum = of(name);
        sum.rows++;
        if (own === undefined) sum[direction]++;
        else sum.kg += own;
      }
    },

    passage(passage: PassageSeen): void {
      for (const name of FIGURES) if (FIGURE[name].passage?.(passage)) of(name).rows++;
    },

    delivery(delivery: Delivery): void {
      for (const name of FIGURES) {
        if (!FIGURE[name].delivery?.(delivery)) continue;
        of(name).rows++;
        of(name).kg += kg(delivery.tonnes);
      }
    },

    figures({ refused, transmission, limits }: Beside): AccountFigures {
      const estimate = {
        in: meanTonnes(weighed.in.kg, weighed.in.rows) ?? limits.defaultTonnes,
        out: meanTonnes(weighed.out.kg, weighed.out.rows) ?? limits.defaultTonnes,
      };
      const tonnes = (name: FigureName) => {
        const sum = of(name);
        return (sum.kg + sum.in * kg(estimate.in) + sum.out * kg(estimate.out)) / 1000;
      };
      const rows = (name: FigureName) => of(name).rows;
      const amount = (name: FigureName) => ({ rows: rows(name), tonnes: tonnes(name) });
      const ways = {
        ...(Object.fromEntries(MODES.map((mode) => [mode, tonnes(`tonnes.${mode}`)])) as Record<(typeof MODES)[number], number>),
        newEnergy: tonnes('tonnes.newEnergy'),
        stage6: tonnes('tonnes.stage6'),
        otherRoad: tonnes('tonnes.otherRoad'),
        estimated: tonnes('tonnes.estimated'),
      };
      const { total, clean, auditShare, weighedShare, stage6Share, proposes } = cleanShares(ways, limits.minPercent);
      const road = rows('rows.road');
      const complete = road - rows('cargo.incomplete');
      const [paired, noExit, orphans] = [rows('pairing.paired'), rows('pairing.noExit'), rows('pairing.exitWithoutEntry')];
      const exits = rows('pairing.exits');
      const faulty = rows('quality.faulty');
      return {
        tonnes: { ...ways, clean, total },
        stages: Object.fromEntries(STAGES_SHOWN.map((s) => [s, amount(`stages.${s}`)])) as AccountFigures['stages'],
        directions: { in: amount('directions.in'), out: amount('directions.out') },
        estimate,
        auditShare,
        weighedShare,
        stage6Share,
        rows: { road, estimated: rows('rows.estimated'), deliveries: rows('rows.deliveries') },
        passages: {
          refused,
          turnedBack: rows('passages.turnedBack'),
          forced: rows('passages.forced'),
          againstDecision: rows('passages.againstDecision'),
        },
        transmission: { ...transmission, percent: percent(transmission.heardMinutes, transmission.expectedMinutes) },
        photos: { required: photosRequired, missing: rows('photos.missing'), notUploaded: rows('photos.notUploaded') },
        pairing: {
          entries: rows('pairing.entries'),
          exits,
          paired,
          open: rows('pairing.open'),
          noExit,
          exitWithoutEntry: orphans,
          percent: percent(paired + exits - orphans, paired + noExit + exits),
        },
        cargo: {
          named,
          weighed: road - rows('rows.estimated'),
          incomplete: rows('cargo.incomplete'),
          percent: percent(complete, road),
        },
        quality: {
          rows: road,
          faulty,
          percent: percent(road - faulty, road),
          limit: limits.qualityPercent,
          met: road === 0 ? null : (road - faulty) * 100 >= road * limits.qualityPercent,
        },
        proposes,
      };
    },
  };
}

/** Of counts, in %, two decimals; null for an empty denominator. */
function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 100;
}
