import type { Policy } from '../policy/types.ts';

/** One place in which two policies differ; a side on which it is absent is left out. The words are for people. */
export interface PolicyChange {
  /** Members joined by dots, places in a list by their number: `rules.emission-standard.requirements.1.stage`. */
  path: string;
  was?: unknown;
  becomes?: unknown;
  zh: string;
  en: string;
}

const WORDS: Record<string, [zh: string, en: string]> = {
  titleZh: ['中文名称', 'Chinese title'],
  titleEn: ['英文名称', 'English title'],
  basis: ['法律依据', 'legal basis'],
  industrial: ['工业行业', 'industrial sectors'],
  account: ['清洁运输核算', 'clean transport account'],
  'emission-standard': ['大宗货运排放标准', 'emission standard'],
  'planning-area': ['规划区清洁运输', 'planning area'],
  'peak-shift': ['错峰运输', 'peak shift'],
  'phase-out': ['老旧车淘汰', 'phase-out'],
  'reading-validity': ['遥感数据有效性', 'validity of readings'],
  'remote-sensing': ['遥感监测', 'remote sensing'],
  diversion: ['过境绕行', 'diversion'],
  'urea-use': ['尿素使用', 'urea use'],
  'sale-ban': ['国六销售限制', 'sale ban'],
  route: ['规定路线和时间', 'route and hours'],
  'cloned-plate': ['套牌', 'cloned plates'],
  'attribute-mismatch': ['车辆特征不符', 'attribute mismatch'],
  'nonroad-registration': ['非道路机械登记', 'non-road machinery'],
  'gate-ledger': ['门禁台账', 'gate ledger'],
  identification: ['车辆识别', 'identification'],
  'forced-release': ['强制放行', 'forced release'],
  'device-health': ['设备运行', 'device health'],
};

/** What of one policy another changes, in the order of its members; the version's name is no change. */
export function changesBetween(old: Policy, next: Policy): PolicyChange[] {
  return differences(old, next, []).filter(({ path }) => path !== 'version');
}

function differences(was: unknown, becomes: unknown, path: string[]): PolicyChange[] {
  if (isTree(was) && isTree(becomes) && Array.isArray(was) === Array.isArray(becomes)) {
    const names = [...new Set([...Object.keys(was), ...Object.keys(becomes)])];
    return names.flatMap((name) => differences(was[name], becomes[name], [...path, name]));
  }
  if (JSON.stringify(was) === JSON.stringify(becomes)) return [];
  return [
    {
      path: path.join('.'),
      ...(was !== undefined && { was }),
      ...(becomes !== undefined && { becomes }),
      ...wordsOf(path, was, becomes),
    },
  ];
}

/** Objects, and lists of objects; a list of plain values is one value. */
function isTree(value: unknown): value is Record<string, unknown> {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => typeof item === 'object');
  return typeof value === 'object' && value !== null;
}

function wordsOf(path: string[], was: unknown, becomes: unknown): { zh: string; en: string } {
  const places = path[0] === 'rules' ? path.slice(1) : path;
  const [head = '', ...rest] = places;
  const [zh, en] = WORDS[head] ?? [head, head];
  const place = rest.length === 0 ? '' : ` · ${rest.join('.')}`;
  return {
    zh: `${zh}${place}：${was === undefined ? '（无）' : shown(was)} → ${becomes === undefined ? '（删除）' : shown(becomes)}`,
    en: `${en}${place}: ${was === undefined ? '(none)' : shown(was)} → ${becomes === undefined ? '(removed)' : shown(becomes)}`,
  };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
