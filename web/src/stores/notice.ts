import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { Alert } from '../api/types.ts';
import { plateText } from '../format/plate.ts';
import { i18n } from '../i18n/index.ts';
import { createBell } from '../live/bell.ts';

const KEY = 'cleanhaul.notice';
/** What comes within this time is told once. */
const GATHER_MS = 1_000;

/** Sound and desktop notices of new alerts: both off until somebody asks for them on this computer, then remembered. */
export const useNotice = defineStore('notice', () => {
  const kept = readKept();
  const sound = ref(kept.sound);
  const desktop = ref(kept.desktop && permission() === 'granted');
  const criticalOnly = ref(kept.criticalOnly);
  /** Why desktop notices cannot be had. */
  const hindrance = ref<'blocked' | 'insecure' | null>(null);
  const bell = createBell();
  let gathered: Alert[] = [];
  let open: (alert: Alert | null) => void = () => undefined;

  function keep() {
    try {
      localStorage.setItem(KEY, JSON.stringify({ sound: sound.value, desktop: desktop.value, criticalOnly: criticalOnly.value }));
    } catch {
      // A browser that keeps nothing still works, it only forgets.
    }
  }

  function setSound(on: boolean) {
    sound.value = on;
    keep();
    if (on) bell.ring(false);
  }

  async function setDesktop(on: boolean) {
    hindrance.value = null;
    desktop.value = false;
    if (on) {
      if (permission() === 'none') hindrance.value = 'insecure';
      else if ((await Notification.requestPermission()) === 'granted') desktop.value = true;
      else hindrance.value = 'blocked';
    }
    keep();
  }

  function setCriticalOnly(on: boolean) {
    criticalOnly.value = on;
    keep();
  }

  /** New alerts have come. */
  function tell(news: Alert[]) {
    if (!sound.value && !desktop.value) return;
    const wanted = criticalOnly.value ? news.filter((alert) => alert.severity === 'critical') : news;
    if (wanted.length === 0) return;
    if (gathered.length === 0) setTimeout(announce, GATHER_MS);
    gathered = [...gathered, ...wanted];
  }

  function announce() {
    const news = gathered;
    gathered = [];
    if (sound.value) bell.ring(news.some((alert) => alert.severity === 'critical'));
    if (desktop.value && !document.hasFocus()) show(news);
  }

  function show(news: Alert[]) {
    const { t, te } = i18n.global;
    const word = (key: string, otherwise: string) => (te(key) ? t(key) : otherwise);
    const lines = news.slice(-3).map((alert) => {
      const plate = alert.vehicle ? ` ${plateText(alert.vehicle.number)}` : '';
      return `${word(`law.codes.${alert.code}`, alert.code)}${plate} · ${alert.place?.name ?? ''}`;
    });
    const title = news.length === 1 ? t('work.notice.one', { what: lines[0] ?? '' }) : t('work.notice.many', { n: news.length });
    try {
      const note = new Notification(title, { body: news.length === 1 ? '' : lines.join('\n'), tag: 'cleanhaul', silent: true });
      note.onclick = () => {
        window.focus();
        note.close();
        open(news.length === 1 ? (news[0] ?? null) : null);
      };
    } catch {
      // Phones know notices of service workers only.
      desktop.value = false;
      keep();
    }
  }

  /** What a click on a notice does: opens its alert, or the board for several. */
  function onOpen(way: typeof open) {
    open = way;
  }

  return { onOpen, sound, desktop, criticalOnly, hindrance, setSound, setDesktop, setCriticalOnly, tell };
});

function permission(): NotificationPermission | 'none' {
  return 'Notification' in window && window.isSecureContext ? Notification.permission : 'none';
}

function readKept(): { sound: boolean; desktop: boolean; criticalOnly: boolean } {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown>;
    return { sound: kept['sound'] === true, desktop: kept['desktop'] === true, criticalOnly: kept['criticalOnly'] === true };
  } catch {
    return { sound: false, desktop: false, criticalOnly: false };
  }
}
