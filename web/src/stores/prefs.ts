import { defineStore } from 'pinia';
import { ref } from 'vue';
import { LANGUAGES, speak, type Language } from '../i18n/index.ts';

const kept = {
  get: (key: string): string | null => {
    try {
      return localStorage.getItem(`cleanhaul.${key}`);
    } catch {
      return null;
    }
  },
  set: (key: string, value: string) => {
    try {
      localStorage.setItem(`cleanhaul.${key}`, value);
    } catch {
      // A browser that keeps nothing still works, it only forgets.
    }
  },
};

/** What this person chose on this computer: language, theme, how wide the rail is. */
export const usePrefs = defineStore('prefs', () => {
  const language = ref<Language>('zh-CN');
  const dark = ref(document.documentElement.classList.contains('dark'));
  /** The rail shows signs only. */
  const narrowRail = ref(kept.get('rail') === 'narrow');

  async function setLanguage(next: Language) {
    await speak(next);
    language.value = next;
    kept.set('language', next);
  }

  function setDark(next: boolean) {
    dark.value = next;
    document.documentElement.classList.toggle('dark', next);
    kept.set('theme', next ? 'dark' : 'light');
  }

  function setNarrowRail(next: boolean) {
    narrowRail.value = next;
    kept.set('rail', next ? 'narrow' : 'wide');
  }

  async function start() {
    const wanted = LANGUAGES.find((one) => one === kept.get('language'));
    await speak(wanted ?? 'zh-CN').catch(() => undefined);
    language.value = wanted ?? 'zh-CN';
  }

  return { language, dark, narrowRail, setLanguage, setDark, setNarrowRail, start };
});
