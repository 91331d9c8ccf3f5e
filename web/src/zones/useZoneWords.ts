import type { ZoneShown } from '../api/orders.ts';
import { useOrderWords } from '../responses/words.ts';
import type { Predicate, Span } from './form.ts';

/** What a zone says, in words. */
export function useZoneWords() {
  const order = useOrderWords();
  const { t, words, join } = order;

  const spans = (all: readonly Span[]) => join(all.map(({ from, to }) => `${from}–${to}`));

  /** Which vehicles a predicate speaks of: 重型货车，燃料含柴油. */
  function vehicles({ classes, sizes, fuels, stageMax, types }: Predicate): string {
    const named = classes?.length ? classes : sizes?.length ? ['goods' as const] : [];
    const what = named.length > 0 ? join(named.map((one) => t(`pClasses.${one}`))) : t('pAll');
    const sized = sizes?.length ? t('pSized', { sizes: join(sizes.map((size) => t(`pSizes.${size}`))), classes: what }) : what;
    const how = [
      ...(fuels?.length ? [t('pFuel', { fuels: join(fuels.map((letter) => words.fuel(letter))) })] : []),
      ...(stageMax !== undefined ? [t('pStage', { stage: words.stage(String(stageMax)) })] : []),
      ...(types?.length ? [t('pTypes', { types: types.join(' ') })] : []),
    ];
    return how.reduce((text, one) => t('pWith', { what: text, how: one }), sized);
  }

  /** Its edges, those excluded counted. */
  function edges({ polygon, edges: own = [] }: Pick<ZoneShown, 'polygon' | 'edges'>): string {
    const n = (polygon.coordinates[0]?.length ?? 1) - 1;
    const out = own.filter(({ included }) => !included).length;
    return out === 0 ? t('edgesAll', { n }) : t('edgesText', { n, out });
  }

  return { ...order, spans, vehicles, edges };
}
