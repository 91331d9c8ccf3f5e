import { useI18n } from 'vue-i18n';
import type { Words } from '../../../server/http/contract/policy-words.ts';
import { policyWords } from '../i18n/policy.ts';

/** The texts of the policy's pages; `two` picks the reader's language of what the platform says in both. */
export function usePolicyText() {
  const { t, te, n, locale } = useI18n({ messages: policyWords, useScope: 'local', inheritLocale: true });
  const two = (words: Words): string => (locale.value === 'en' ? words.en : words.zh);
  /** Several words in a row, as a sentence lists them. */
  const listed = (parts: readonly string[]): string => parts.join(locale.value === 'en' ? ', ' : '、');
  return { t, te, n, locale, two, listed };
}
