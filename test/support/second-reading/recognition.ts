import type { Vehicle } from './registry.ts';

/** Plates as a second reader of rules.md §4 recognises them. */

const REMOVE = new Set([...'\u200b\u200c\u200d\u2060\ufeff·•‧・.-‐‑‒–—―−']);
const CYRILLIC = ['АВЕКМНОРСТУХІЅЈ', 'ABEKMHOPCTYXISJ'];
const GREEK = ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'];
const GROUPS = ['0DQ', '8B', '2Z', '5S', '17TL', '6G', '4A', 'MN', 'VY', 'UJ'];
const PROVINCES = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼';

export function normal(raw: string): string {
  const kept = [...raw.normalize('NFKC')].filter((ch) => !/\s/u.test(ch) && ch !== '\u0085' && !REMOVE.has(ch));
  return [...kept.join('').toUpperCase()]
    .map((ch) => {
      for (const [from, to] of [CYRILLIC, GREEK] as [string, string][]) {
        const i = [...from].indexOf(ch);
        if (i >= 0) return to[i]!;
      }
      return ch;
    })
    .map((ch, i) => (i < 2 ? ch : ch === 'O' ? '0' : ch === 'I' ? '1' : ch))
    .join('');
}

const confusable = (a: string, b: string) => GROUPS.some((group) => group.includes(a) && group.includes(b));

function oneApart(a: string, b: string): boolean {
  const [x, y] = [[...a], [...b]];
  if (x.length !== y.length) return false;
  const places = x.map((_, i) => i).filter((i) => x[i] !== y[i]);
  return places.length === 1 && confusable(x[places[0]!]!, y[places[0]!]!);
}

const digits = (text: string) => text.length > 0 && [...text].every((ch) => ch >= '0' && ch <= '9');
const letter = (ch: string | undefined, set: string) => ch !== undefined && set.includes(ch);
const AZ = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const SERIAL = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';

export function hasForm(number: string): boolean {
  const ch = [...number];
  const rest = (n: number) => ch.slice(n).join('');
  const province = (i: number) => letter(ch[i], PROVINCES);
  if (province(0) && letter(ch[1], AZ)) {
    if (ch.length === 7 && ch.slice(2, 6).every((x) => letter(x, SERIAL)) && letter(ch[6], `${SERIAL}挂学警港澳领`)) return true;
    if (ch.length === 8 && digits(ch.slice(2, 7).join('')) && letter(ch[7], 'ABCDEFGHJK')) return true;
    if (ch.length === 8 && letter(ch[2], 'ABCDEFGHJK') && letter(ch[3], SERIAL) && digits(rest(4))) return true;
  }
  if (province(0) && ch[1] === 'X' && ch.length === 8 && digits(ch.slice(2, 6).join('')) && rest(6) === '应急') return true;
  if (number.startsWith('WJ')) {
    const tail = province(2) ? ch.slice(3) : ch.slice(2);
    if (tail.length === 5 && digits(tail.slice(0, 4).join('')) && letter(tail[4], SERIAL)) return true;
  }
  if (letter(ch[0], '军空海北沈兰济南广成') && letter(ch[1], AZ) && ch.length === 7 && digits(rest(2))) return true;
  if (ch.length === 7 && ch[0] === '使' && digits(rest(1))) return true;
  return ch.length === 7 && ch[6] === '使' && digits(ch.slice(0, 6).join(''));
}

const CLASS: Record<string, string> = {
  H: 'goods', Q: 'goods', K: 'passenger', Z: 'special', B: 'trailer', G: 'trailer', N: 'three-wheel', M: 'motorcycle', T: 'tractor',
  J: 'machinery',
}; // prettier-ignore

export const classOf = (type: string) => CLASS[type[0]!];

export function seenClass(seen: string | undefined): string | undefined {
  if (seen === undefined) return undefined;
  if (Object.values(CLASS).includes(seen)) return seen;
  return /^[A-Za-z][0-9A-Za-z]{1,2}$/.test(seen) ? CLASS[seen[0]!.toUpperCase()] : undefined;
}

/** A registered type against what was seen. */
export function contradicts(type: string, seen: string | undefined): boolean {
  const [registered, read] = [classOf(type), seenClass(seen)];
  if (registered === undefined || read === undefined || registered === read) return false;
  return !(read === 'trailer' && registered === 'goods');
}

export interface Read {
  outcome: 'unplated' | 'trailer' | 'matched' | 'corrected' | 'invalid' | 'unregistered';
  number: string;
  color: string;
  vehicle?: Vehicle;
  /** Whether the number is registered, under other colours only. */
  elsewhere?: boolean;
}

/** @param registered what is valid at the moment */
export function recognised(
  plate: { number: string; color: string; type?: string },
  seen: string | undefined,
  registered: readonly Vehicle[],
): Read {
  const number = normal(plate.number);
  const { color } = plate;
  if (number === '' || number === '无牌') return { outcome: 'unplated', number: '', color };
  if (number.endsWith('挂') || plate.type === '15') return { outcome: 'trailer', number, color };
  const own = registered.filter((v) => v.number === number);
  const exact = own.find((v) => v.color === color) ?? (color === 'other' && own.length === 1 ? own[0] : undefined);
  if (exact) return { outcome: 'matched', number, color: exact.color, vehicle: exact };
  if (color !== 'other') {
    const meant = registered.filter((v) => v.color === color && oneApart(v.number, number));
    if (meant.length === 1 && !contradicts(meant[0]!.type, seen))
      return { outcome: 'corrected', number: meant[0]!.number, color, vehicle: meant[0]! };
  }
  if (!hasForm(number)) return { outcome: 'invalid', number, color };
  return { outcome: 'unregistered', number, color, elsewhere: own.length > 0 && !own.some((v) => v.color === color) };
}
