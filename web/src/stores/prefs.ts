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

/** What this person chose on this computer: language and theme. */
export const usePrefs = defineStore('prefs', () => {
  const language = ref<Language>('zh-CN');
  const dark = ref(document.documentElement.classList.contains('dark'));

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

  async function start() {
    const wanted = LANGUAGES.find((one) => one === kept.get('language'));
    await speak(wanted ?? 'zh-CN').catch(() => undefined);
    language.value = wanted ?? 'zh-CN';
  }

  return { language, dark, setLanguage, setDark, start };
});
