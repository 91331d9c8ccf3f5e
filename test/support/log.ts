import { pino } from 'pino';
import type { Logger } from '../../server/log.ts';

/** A log that says nothing; set `TEST_LOG` to a level to see it. */
export const quietLog: Logger = pino({ level: process.env.TEST_LOG ?? 'silent' });

/** A log that is kept, one object per line, for tests of what is logged. */
export function keptLog(): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  return { log, lines };
}
