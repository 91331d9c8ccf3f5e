import { countyName } from '../../devices/contract/counties.ts';
import { civilDate, civilDayStart, DAY, formatInstant, MINUTE } from '../../devices/contract/instant.ts';
import type { ResponseNote } from '../http/contract/responses.ts';
import { beginningOf, STRENGTH } from '../policy/responses.ts';
import type { ResponseRow } from '../policy/types.ts';
import { LEVEL_EN, LEVEL_ZH } from '../rules/texts.ts';

/** A note in both languages; the route tells the one that is asked for. */
export interface DraftNote extends Omit<ResponseNote, 'message'> {
  zh: string;
  en: string;
}

export interface NotedDraft {
  row: ResponseRow;
  now: number;
  /** Other counties than ours that the registry knows. */
  known: ReadonlySet<string>;
  /** What is in force at the row's own beginning without it, by county. */
  running: ReadonlyMap<string, { id: string; level: ResponseRow['level']; to?: number | undefined }>;
  /** The rows of the same response that were published before. */
  before: readonly ResponseRow[];
  /** Whether what is in force anywhere, at any time, is another with the row than without. */
  changes: boolean;
}

/** What somebody ought to know before a row is published: mistakes, and what it does not do although it looks like it. Pure. */
export function notesOn({ row, now, known, running, before, changes }: NotedDraft): DraftNote[] {
  const notes: DraftNote[] = [];
  const begins = beginningOf(row);
  const follows = before.length > 0;

  const unknown = row.counties.filter((code) => countyName(code).zh === code && !known.has(code));
  if (unknown.length > 0)
    notes.push({
      path: 'counties',
      code: 'unknown-county',
      severity: 'error',
      zh: `没有这个县（市、区）：${unknown.join('、')}`,
      en: `No such county: ${unknown.join(', ')}`,
    });

  if (row.end !== undefined && row.end < row.start)
    notes.push({ path: 'end', code: 'ends-first', severity: 'error', zh: '结束早于开始', en: 'It ends before it starts' });
  else if (row.end !== undefined && row.end <= begins && !follows)
    notes.push({
      path: 'end',
      code: 'over-already',
      severity: 'error',
      zh: '发布时已经结束，不会生效',
      en: 'It would be over when it is published: it would have no effect',
    });

  // Whoever publishes at once writes the minute that runs.
  if (row.start <= now - MINUTE && !follows)
    notes.push({
      path: 'start',
      code: 'from-publication',
      severity: 'info',
      zh: '开始时间已过：自发布时起生效，不溯及既往',
      en: 'The start has passed: it has effect from its publication, not before',
    });

  const dropped = before.filter((one) => beginningOf(one) > now && begins <= beginningOf(one) && !overAtOnce(one));
  if (dropped.length > 0)
    notes.push({
      path: 'start',
      code: 'drops-announced',
      severity: 'warning',
      zh: `此前预告的调整（${dropped.map((one) => `${civilText(one.start)} ${LEVEL_ZH[one.level]}`).join('、')}）不再生效`,
      en: `The change announced before (${dropped.map((one) => `${civilText(one.start)} ${LEVEL_EN[one.level]}`).join(', ')}) will no longer count`,
    });

  const others = [...running].filter(([, one]) => one.id !== row.id);
  const above = others.filter(([, one]) => STRENGTH[one.level] > STRENGTH[row.level]);
  if (above.length > 0) notes.push(beside('below-running', above));
  const equal = others.filter(([, one]) => one.level === row.level);
  if (equal.length > 0 && above.length === 0 && !follows) notes.push(beside('as-running', equal));

  if (!changes && !notes.some((note) => note.severity === 'error'))
    notes.push({
      path: 'level',
      code: 'no-effect',
      severity: 'warning',
      zh: '发布后各县实施的级别不会有任何变化',
      en: 'Publishing it changes the level in force nowhere',
    });
  return notes;
}

function beside(code: 'below-running' | 'as-running', there: [string, { level: ResponseRow['level']; to?: number | undefined }][]): DraftNote {
  const zh = there.map(([county, one]) => `${countyName(county).zh}（${LEVEL_ZH[one.level]}，${untilZh(one.to)}）`).join('、');
  const en = there.map(([county, one]) => `${countyName(county).en} (${LEVEL_EN[one.level]}, ${untilEn(one.to)})`).join(', ');
  return code === 'below-running'
    ? { path: 'level', code, severity: 'warning', zh: `更高级别正在实施，在其结束前以其为准：${zh}`, en: `A higher level is in force and counts until it ends: ${en}` }
    : { path: 'counties', code, severity: 'info', zh: `同级响应已在实施：${zh}`, en: `A response of this level is in force already: ${en}` };
} // prettier-ignore

const overAtOnce = (row: ResponseRow) => row.end !== undefined && row.end <= beginningOf(row);
const untilZh = (to: number | undefined) => (to === undefined ? '解除时间待定' : `至 ${civilEnd(to)}`);
const untilEn = (to: number | undefined) => (to === undefined ? 'no end known' : `until ${civilEnd(to)}`);

/** `11-14 12:00` */
function civilText(ms: number): string {
  return formatInstant(ms).slice(5, 16).replace('T', ' ');
}

/** The end of a stretch as an order writes it: midnight is `24:00` of the day before. */
function civilEnd(ms: number): string {
  return civilDayStart(civilDate(ms)) === ms ? `${civilText(ms - DAY).slice(0, 5)} 24:00` : civilText(ms);
}
