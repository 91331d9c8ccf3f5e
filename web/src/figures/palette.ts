import { computed } from 'vue';
import { usePrefs } from '../stores/prefs.ts';

/** The console's colours as a canvas needs them: read anew when the theme changes. */
export function usePalette() {
  const prefs = usePrefs();
  return computed(() => {
    const dark = prefs.dark;
    const style = getComputedStyle(document.documentElement);
    const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
    return {
      dark,
      font: of('font'),
      text: of('text'),
      quiet: of('text-3'),
      line: of('line'),
      surface: of('surface'),
      accent: dark ? '#5b9bff' : of('accent'),
      before: dark ? '#5d6876' : '#b4bdc8',
      warning: of('warning'),
      critical: of('critical'),
      admit: of('admit'),
      soft: of('warning-soft'),
      /** Reasons stacked on each other: told apart by lightness too, worst seen first. */
      series: dark
        ? ['#5b9bff', '#f0a020', '#9aa5b3', '#c792ea', '#ff8a80', '#4dd0e1', '#ffd54f', '#8d6e63', '#aed581']
        : ['#1f6feb', '#b26a00', '#5b7083', '#7b3fb5', '#c62828', '#00838f', '#a38400', '#6d4c41', '#558b2f'],
    };
  });
}
export type Palette = ReturnType<typeof usePalette>['value'];

/** What every chart has in common: no movement, tooltips drawn on the canvas (no styled HTML under the security policy). */
export function base(palette: Palette) {
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, color: palette.text },
    tooltip: {
      trigger: 'axis' as const,
      renderMode: 'richText' as const,
      confine: true,
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.text, fontSize: 12 },
      axisPointer: { type: 'shadow' as const, shadowStyle: { color: palette.dark ? 'rgba(255,255,255,0.05)' : 'rgba(20,30,45,0.05)' } },
    },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 10, textStyle: { color: palette.quiet, fontSize: 12 }, inactiveColor: palette.line },
  }; // prettier-ignore
}

/** An axis of values: begins at zero, names its unit. */
export function values(palette: Palette, unit: string) {
  return {
    type: 'value' as const,
    min: 0,
    minInterval: 1,
    name: unit,
    nameTextStyle: { color: palette.quiet, fontSize: 12 },
    axisLabel: { color: palette.quiet, fontSize: 12, hideOverlap: true },
    splitLine: { lineStyle: { color: palette.line } },
  };
}

export function categories(palette: Palette, data: string[], width?: number) {
  return {
    type: 'category' as const,
    data,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.line } },
    axisLabel: { color: palette.text, fontSize: 12, ...(width !== undefined && { width, overflow: 'truncate' as const }) },
  };
}
