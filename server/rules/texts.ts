import type { Stage } from '../../devices/contract/answers.ts';
import type { Industry } from '../policy/types.ts';

/** Words that sentences of findings are made of. A sentence is printed at gates: at most 120 characters. */

const STAGE_ZH = ['国零', '国一', '国二', '国三', '国四', '国五', '国六'];

/** `国四`, `电动`; `排放阶段不明` when it is not known. */
export function stageZh(stage: Stage | undefined): string {
  if (stage === undefined) return '排放阶段不明';
  return stage === 'D' ? '电动' : (STAGE_ZH[Number(stage)] ?? '排放阶段不明');
}

/** `China 4`, `electric`, `unknown stage`. */
export function stageEn(stage: Stage | undefined): string {
  if (stage === undefined) return 'unknown stage';
  return stage === 'D' ? 'electric' : `China ${stage}`;
}

/** A required stage, 0–6. */
export const requiredZh = (stage: number): string => stageZh(String(stage) as Stage);
export const requiredEn = (stage: number): string => stageEn(String(stage) as Stage);

/** Yearly freight: `210万吨`. */
export function freightZh(tonnes: number): string {
  return `${Math.floor(tonnes / 100) / 100}万吨`;
}

/** Yearly freight: `2.1 Mt`. */
export function freightEn(tonnes: number): string {
  return `${Math.floor(tonnes / 100) / 10_000} Mt`;
}

export const INDUSTRY_ZH: Record<Industry, string> = {
  power: '电力',
  coking: '焦化',
  steel: '钢铁',
  coal: '煤炭',
  'coal-washing': '洗煤',
  mining: '采矿',
  cement: '水泥',
  'building-materials': '建材',
  chemical: '化工',
  nonferrous: '有色',
  casting: '铸造',
  glass: '玻璃',
  logistics: '物流',
  construction: '建筑施工',
  other: '其他',
};

export const LEVEL_ZH = { none: '无管控', yellow: '黄色响应', orange: '橙色响应', red: '红色响应' } as const;
export const LEVEL_EN = {
  none: 'no response',
  yellow: 'yellow response',
  orange: 'orange response',
  red: 'red response',
} as const;

/** Plates by their colour. */
export const COLOR_ZH = {
  blue: '蓝牌',
  yellow: '黄牌',
  white: '白牌',
  black: '黑牌',
  green: '绿牌',
  'yellow-green': '黄绿牌',
  other: '号牌',
} as const;

/** The first `max` characters (code points) of a text. */
export function cut(text: string, max: number): string {
  return text.length <= max ? text : [...text].slice(0, max).join('');
}
