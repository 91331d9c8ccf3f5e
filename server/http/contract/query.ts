import { z } from 'zod';
import { parseRegistryTime } from '../../../devices/contract/instant.ts';
import { DEVICE_ID, KINDS } from '../../../devices/contract/kinds.ts';

/** What queries of many routes have in common (HTTP contract v1, "Manners"). A query is text: numbers and times are read here. */

const NO_TIME = {
  error: '应为日期 YYYY-MM-DD，或带时区的 ISO 8601 时间 / is to be a civil date, or an ISO 8601 date-time with an offset',
};

/** A civil date or a date-time as text; whether a bare date means its beginning or its end is said by the field. */
export const timeText = (edge: 'start' | 'end') =>
  z
    .string()
    .refine((s) => !Number.isNaN(parseRegistryTime(s, edge)), NO_TIME)
    .meta({ examples: ['2021-11-15', '2021-11-15T08:00:00+08:00'] });

/** The same, read into milliseconds. */
export const moment = (edge: 'start' | 'end') => timeText(edge).transform((s) => parseRegistryTime(s, edge));

/** `from` belongs to the stretch, `to` does not; a bare date as `to` means the whole day. */
export const stretch = {
  from: moment('start').optional().describe('a civil date or date-time; belongs to the stretch'),
  to: moment('end').optional().describe('does not belong to the stretch; a bare date means the whole day'),
};

/** A whole number in a query, in plain digits. */
export const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .meta({ type: 'integer', minimum: least, maximum: most });

/** Paging and export of every list. */
export const paging = {
  limit: whole(1, 1000).optional().describe('rows of a page; 100 where absent'),
  cursor: z.string().min(1).max(1024).optional().describe('`next` of the page before, with the same filters'),
  order: z.enum(['asc', 'desc']).optional(),
  format: z.enum(['csv', 'ndjson', 'xlsx']).optional().describe('the whole range as a file, streamed; its last line is `#end <count>`'),
  header: z.enum(['field', 'zh', 'en']).optional().describe('names of the columns of a file; `field` where absent'),
}; // prettier-ignore

export const device = z
  .string()
  .regex(new RegExp(`^(${KINDS.join('|')})/${DEVICE_ID.source.slice(1)}`))
  .optional()
  .describe('<kind>/<id>');
export const plate = z.string().min(1).max(80).optional().describe('a number or `number,colour`');
export const word = z.string().min(1).max(256).optional();
export const county = z
  .string()
  .regex(/^\d{6}$/)
  .optional()
  .describe('six digits, GB/T 2260');
