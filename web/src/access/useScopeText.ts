import { useWords } from '../i18n/words.ts';
import { useRegistry } from '../stores/registry.ts';

/** What somebody sees of the city, in words. */
export function useScopeText() {
  const { t, county, nameOf } = useWords();
  const registry = useRegistry();
  return ({ enterpriseId, counties }: { enterpriseId?: string; counties?: string[] }): string => {
    if (enterpriseId !== undefined) {
      const row = registry.enterpriseById.get(enterpriseId);
      return row ? nameOf(row) : enterpriseId;
    }
    return counties?.length ? counties.map(county).join('、') : t('office.users.all');
  };
}
