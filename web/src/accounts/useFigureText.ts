import { useI18n } from 'vue-i18n';
import { accountWords } from '../i18n/accounts.ts';
import { useWords } from '../i18n/words.ts';
import { unitOf, wordOf } from './figures.ts';

/** What a figure is called and how its value is written, by its path in the account. */
export function useFigureText() {
  const { t, te, n, locale } = useI18n({ messages: accountWords, useScope: 'local', inheritLocale: true });
  const { stage } = useWords();

  function label(path: string): string {
    const { key, rows, stage: of } = wordOf(path);
    if (!te(key)) return path;
    const name = of === undefined ? t(key) : t(key, { stage: stage(of) });
    return rows ? t('fig.ofRows', { of: name }) : name;
  }

  /** Tonnes to the kilogram where `exact`, else whole ones from ten on. */
  const tonnes = (value: number, exact = false) => n(exact || Math.abs(value) < 10 ? value : Math.round(value));
  const percent = (value: number | null | undefined) => (typeof value === 'number' ? `${n(value)}%` : t('none'));
  const signed = (value: number, words: string) => `${value > 0 ? '+' : value < 0 ? '−' : '±'}${n(Math.abs(value))} ${words}`;

  /** A value with its unit, as differences and sums name it. */
  function text(path: string, value: number | string | boolean | null): string {
    if (value === null) return t('none');
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
    if (typeof value === 'string') return te(`conclusion.${value}`) ? t(`conclusion.${value}`) : value;
    const unit = unitOf(path);
    if (unit === '%') return percent(value);
    if (unit === 't') return `${tonnes(value, true)} ${t('unitTonnes')}`;
    return unit === 'minutes' ? `${n(value)} ${t('unitMinutes')}` : n(value);
  }

  return { t, n, locale, label, text, tonnes, percent, signed };
}
export type FigureText = ReturnType<typeof useFigureText>;
