import type { Basis, Policy } from '../policy/types.ts';
import { changeWords, placeOf } from '../policy/words.ts';

/** One place in which two policies differ; a side on which it is absent is left out. The words are for people. */
export interface PolicyChange {
  /** Members joined by dots, places in a list by their number: `rules.emission-standard.requirements.1.stage`. */
  path: string;
  was?: unknown;
  becomes?: unknown;
  zh: string;
  en: string;
}

/** What of one policy another changes, in the order of its members; the version's name is no change. */
export function changesBetween(old: Policy, next: Policy): PolicyChange[] {
  const bases = { ...old.basis, ...next.basis };
  return differences(old, next, [])
    .filter(({ path }) => path !== 'version')
    .map((change) => ({ ...change, ...sentence(change, bases) }));
}

type Difference = Omit<PolicyChange, 'zh' | 'en'>;

function differences(was: unknown, becomes: unknown, path: string[]): Difference[] {
  if (isTree(was) && isTree(becomes) && Array.isArray(was) === Array.isArray(becomes)) {
    const names = [...new Set([...Object.keys(was), ...Object.keys(becomes)])];
    return names.flatMap((name) => differences(was[name], becomes[name], [...path, name]));
  }
  if (JSON.stringify(was) === JSON.stringify(becomes)) return [];
  return [{ path: path.join('.'), ...(was !== undefined && { was }), ...(becomes !== undefined && { becomes }) }];
}

/** Objects, and lists of objects; a list of plain values is one value. */
function isTree(value: unknown): value is Record<string, unknown> {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => typeof item === 'object');
  return typeof value === 'object' && value !== null;
}

function sentence({ path, was, becomes }: Difference, bases: Record<string, Basis>): { zh: string; en: string } {
  const { part, number, spec } = placeOf(path, bases);
  const change = changeWords(spec, was, becomes, bases);
  const place = (language: 'zh' | 'en') => [part[language], number[language]].filter((word) => word !== '').join(' · ');
  return { zh: `${place('zh')}：${change.zh}`, en: `${place('en')}: ${change.en}` };
}
