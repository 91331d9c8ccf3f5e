import { HOUR } from '../../contract/instant.ts';
import type { City } from './cities.ts';
import type { Random } from './random.ts';

export type Level = 'none' | 'yellow' | 'orange' | 'red';

/** A stretch of the day in which a level is in force in some counties. Hours of the day; a response is lifted at midnight. */
export interface ResponseStretch {
  id: string;
  level: Exclude<Level, 'none'>;
  counties: string[];
  from: number;
  to: number;
}

/**
 * The responses of a day: orange in some counties from about noon, lowered to yellow in the evening; yellow in one other county from
 * the morning, raised to red for some hours and lowered again. Each is one response whose level follows row on row.
 */
export function planResponses(random: Random, city: City): ResponseStretch[] {
  const orange = random.pick([11.5, 12, 12.5]);
  const lowered = random.pick([17.5, 18, 18.5]);
  const red = random.pick([14, 14.5]);
  const eased = red + random.pick([2.5, 3]);
  const second = [city.enterprise('E06').county];
  return [
    { id: 'R-1', level: 'orange', counties: city.responding, from: orange, to: lowered },
    { id: 'R-1', level: 'yellow', counties: city.responding, from: lowered, to: 24 },
    { id: 'R-2', level: 'yellow', counties: second, from: 9, to: red },
    { id: 'R-2', level: 'red', counties: second, from: red, to: eased },
    { id: 'R-2', level: 'yellow', counties: second, from: eased, to: 24 },
  ];
}

const RANK = { none: 0, yellow: 1, orange: 2, red: 3 } as const;

/** The highest level in force in a county at a moment. */
export function levelAt(responses: readonly ResponseStretch[], county: string, at: number, dayStart: number): Level {
  const hour = (at - dayStart) / HOUR;
  return responses
    .filter((r) => r.counties.includes(county) && r.from <= hour && hour < r.to)
    .reduce<Level>((highest, { level }) => (RANK[level] > RANK[highest] ? level : highest), 'none');
}
