import { MODES, type Delivery } from '../api/enterprise.ts';
import { sumOf } from '../accounts/figures.ts';

/** Declared deliveries added up by month and mode. Pure. */

export interface MonthOfDeliveries {
  month: string;
  tonnes: Record<Delivery['mode'], number>;
  sum: number;
  entries: number;
}

/** The months that have entries, and those asked for besides, newest first. */
export function byMonth(deliveries: readonly Delivery[], months: readonly string[] = []): MonthOfDeliveries[] {
  const all = [...new Set([...deliveries.map(({ month }) => month), ...months])].sort().reverse();
  return all.map((month) => {
    const own = deliveries.filter((one) => one.month === month);
    const of = (mode: Delivery['mode']) => sumOf(own.filter((one) => one.mode === mode).map(({ tonnes }) => tonnes));
    const tonnes = Object.fromEntries(MODES.map((mode) => [mode, of(mode)])) as MonthOfDeliveries['tonnes'];
    return { month, tonnes, sum: sumOf(Object.values(tonnes)), entries: own.length };
  });
}

/** An id nobody has used yet: enterprise, month, mode, direction, and a number where several are of one kind. */
export function freshId(
  enterprise: string,
  { month, mode, direction }: Pick<Delivery, 'month' | 'mode' | 'direction'>,
  taken: readonly string[],
): string {
  const base = `${enterprise}-${month}-${mode}-${direction}`;
  if (!taken.includes(base)) return base;
  for (let n = 2; ; n++) if (!taken.includes(`${base}-${n}`)) return `${base}-${n}`;
}
