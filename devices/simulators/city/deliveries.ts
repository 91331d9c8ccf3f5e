import { civilDayStart, DAY, formatInstant, HOUR } from '../../contract/instant.ts';

type Row = Record<string, unknown>;

const MONTHS = 12;
/** Who is brought goods off the road, and how. */
const BY = [
  { enterpriseId: 'E03', mode: 'rail', direction: 'out', tonnes: 42_000 },
  { enterpriseId: 'E08', mode: 'rail', direction: 'in', tonnes: 50_000 },
  { enterpriseId: 'E04', mode: 'conveyor', direction: 'out', tonnes: 58_000 },
] as const;

/**
 * A year of declared deliveries up to the day's month, each month's recorded on the first of the next, the day's own at its midnight. One
 * of the month before was corrected on the 12th, after its accounts were frozen: they have a second revision.
 */
export function deliveriesOf(date: string): Row[] {
  const [year = 0, month = 0] = date.split('-').map(Number);
  const nameOf = (back: number) => {
    const index = year * 12 + (month - 1) - back;
    return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  };
  const dayStart = civilDayStart(date);
  const rows = Array.from({ length: MONTHS }, (_, i) => MONTHS - 1 - i).flatMap((back) =>
    BY.map(({ tonnes, ...by }, i) => ({
      id: `DL-${nameOf(back)}-${i + 1}`,
      ...by,
      month: nameOf(back),
      cargo: '大宗物料',
      tonnes: tonnes + ((back * 7 + i * 4) % 11) * 800,
      recordedAt: formatInstant(back === 0 ? dayStart : civilDayStart(`${nameOf(back - 1)}-01`) + 9 * HOUR),
    })),
  );
  const corrected = rows.find((row) => row.month === nameOf(1))!;
  const twelfth = civilDayStart(`${nameOf(0)}-01`) + 11 * DAY + 10 * HOUR;
  return twelfth < dayStart
    ? [...rows, { ...corrected, tonnes: corrected.tonnes - 1_260, recordedAt: formatInstant(twelfth) }]
    : rows;
}
