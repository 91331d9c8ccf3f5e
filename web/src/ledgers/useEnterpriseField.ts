import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { accountWords } from '../i18n/accounts.ts';
import { useWords } from '../i18n/words.ts';
import type { FilterField } from '../list/types.ts';
import { useRegistry } from '../stores/registry.ts';
import { useSession } from '../stores/session.ts';

/** The filter by enterprise, for whoever sees more than one. */
export function useEnterpriseField() {
  const { t } = useI18n({ messages: accountWords, useScope: 'local', inheritLocale: true });
  const { nameOf } = useWords();
  const registry = useRegistry();
  const session = useSession();
  return computed<FilterField[]>(() =>
    session.user?.role === 'enterprise'
      ? []
      : [
          {
            kind: 'select',
            key: 'enterprise',
            label: t('ledger.enterprise'),
            wide: true,
            choices: registry.enterprises.map((row) => ({ value: row.id, label: nameOf(row) })),
          },
        ],
  );
}
