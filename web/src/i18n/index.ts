import { createI18n } from 'vue-i18n';
import { zhCN } from './zh-CN.ts';

export type Language = 'zh-CN' | 'en';
export const LANGUAGES: readonly Language[] = ['zh-CN', 'en'];

/**
 * The console's texts. Messages are interpreted, never compiled with `eval`, so the content security policy holds. Chinese is in the
 * first load; English is fetched when it is asked for.
 */
const messages: Partial<Record<Language, typeof zhCN>> = { 'zh-CN': zhCN };

export const i18n = createI18n<[typeof zhCN], Language, false>({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  missingWarn: false,
  fallbackWarn: false,
  messages: messages as Record<Language, typeof zhCN>,
});

/** Shows the console in a language from now on. */
export async function speak(language: Language): Promise<void> {
  if (!i18n.global.availableLocales.includes(language)) {
    const { en } = await import('./en.ts');
    i18n.global.setLocaleMessage('en', en);
  }
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
}
