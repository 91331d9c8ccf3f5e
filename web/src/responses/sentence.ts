import type { ResponseLevel, ResponsePreview } from '../api/orders.ts';
import type { OrderWords } from './words.ts';

/** What publishing would do, in one sentence: from when, where, which level, until when, and whom it touches. */
export function sentenceOf(
  preview: ResponsePreview,
  { ends, nowMs }: { ends: number | undefined; nowMs: number },
  { t, n, where, begin, end }: Pick<OrderWords, 't' | 'n' | 'where' | 'begin' | 'end'>,
): string {
  const at = Date.parse(preview.at);
  const groups = new Map<string, { before: ResponseLevel | null; after: ResponseLevel | null; counties: string[] }>();
  for (const { county, before, after } of preview.levels) {
    if (before === after) continue;
    const key = `${before} ${after}`;
    const known = groups.get(key) ?? { before, after, counties: [] };
    known.counties.push(county);
    groups.set(key, known);
  }
  if (groups.size === 0) return t('sNothing') + t('sStop');

  const level = (of: ResponseLevel | null) => (of === null ? '' : t(`level.${of}`));
  const changes = [...groups.values()].map(({ before, after, counties }) =>
    t(after === null ? 'sEnd' : before === null ? 'sBegin' : 'sChange', { where: where(counties), before: level(before), after: level(after) }),
  );
  const begins = [...groups.values()].some(({ after }) => after !== null);
  const until = ends === undefined ? t('sOpen') : t('sUntil', { at: end(ends) });
  const { touched, freed } = preview.enterprises;
  return (
    [
      (at <= nowMs + 1000 ? t('sNow', { at: begin(at) }) : t('sAt', { at: begin(at) })) + t('sComma') + changes.join(t('sJoin')) + (begins ? t('sComma') + until : ''),
      ...(touched > 0 ? [t('sTouched', { n: n(touched), hit: n(preview.seen.hit) })] : []),
      ...(freed > 0 ? [t('sFreed', { n: n(freed) })] : []),
    ].join(t('sJoin')) + t('sStop')
  );
} // prettier-ignore
