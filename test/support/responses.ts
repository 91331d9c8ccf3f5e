import type { ResponseRow } from '../../server/policy/types.ts';
import { t } from './rules.ts';

let seq = 0;

/** A published row: orange for the whole city, recorded on 14 November 2021 at 18:00. Times are civil. */
export function responseRow(
  facts: Partial<Omit<ResponseRow, 'start' | 'end' | 'recordedAt'>> & { start: string; end?: string; recorded?: string },
): ResponseRow {
  const { start, end, recorded = '2021-11-14T18:00', ...rest } = facts;
  seq += 1;
  return {
    version: `r#${seq}`,
    id: 'r',
    level: 'orange',
    counties: ['140900'],
    reference: '忻气防办',
    issuedBy: '市政府',
    seq,
    ...rest,
    start: t(start),
    ...(end !== undefined && { end: t(end) }),
    recordedAt: t(recorded),
  };
}
