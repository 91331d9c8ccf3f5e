import { useI18n } from 'vue-i18n';
import { enterpriseWords } from '../i18n/enterprise.ts';

/** The words of these rooms. */
export function useEnterpriseText() {
  const { t, te, n, locale } = useI18n({ messages: enterpriseWords, useScope: 'local', inheritLocale: true });
  /** A share in %, or a dash. */
  const percent = (value: number | null | undefined) => (typeof value === 'number' ? `${n(value)}%` : t('none'));
  return { t, te, n, locale, percent };
}
