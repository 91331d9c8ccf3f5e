import { countyName } from '../../../devices/contract/counties.ts';
import { lawEn } from '../../http/contract/law/en.ts';
import { isStage, unitOf } from '../../http/contract/law/measures.ts';
import { lawZh } from '../../http/contract/law/zh-CN.ts';
import type { Manifest, ManifestFile, Proof } from './format.ts';
import { markup, type Markup } from './markup.ts';
import type { PageWords } from './page-words.ts';

/** A document of a package as its file says it. */
export type Doc = Record<string, unknown>;
export type Entry<W extends ManifestFile['what']> = Extract<ManifestFile, { what: W }>;
export interface Read<W extends ManifestFile['what']> {
  entry: Entry<W>;
  doc: Doc;
}

export type PageContext = ReturnType<typeof pageContext>;

/** What the parts of a page are made of: the package's files, and words for what they say in one language. */
export function pageContext(
  manifest: Manifest,
  proof: Proof,
  textOf: (file: string) => string | undefined,
  language: 'zh' | 'en',
  w: PageWords,
) {
  const law: typeof lawZh = language === 'en' ? lawEn : lawZh;
  const files = <W extends ManifestFile['what']>(what: W) => manifest.files.filter((f): f is Entry<W> => f.what === what);
  const word = (words: Record<string, string>, key: unknown): string => words[text(key)] ?? text(key);

  return {
    manifest,
    proof,
    w,
    law,
    files,
    word,
    /** Files of a kind that are at hand, with what they say. */
    docs: <W extends ManifestFile['what']>(what: W, most = Infinity): Read<W>[] =>
      files(what)
        .slice(0, most)
        .flatMap((entry) => {
          const doc = parsed(textOf(entry.file));
          return doc ? [{ entry, doc }] : [];
        }),
    /** What is said in both languages. */
    either: (doc: Doc): string => text(doc[language]),
    county: (code: unknown): string => (typeof code === 'string' ? countyName(code)[language] : ''),
    /** `number,colour` */
    plate(key: unknown): string {
      const [number = '', color = ''] = text(key).split(',');
      return number === '' || color === '' ? number : `${number} · ${word(w.colors, color)}`;
    },
    /** The label of a measured value or a fact. */
    label: (key: string): string => word(law.values, key),
    /** A measured value or a fact with its unit. */
    amount(key: string, value: unknown): string {
      if (value === undefined || value === null || isStage(key)) return text(value);
      const unit = typeof value === 'number' ? unitOf(key) : '';
      return `${word(law.words, value)}${unit === '' ? '' : ` ${unit}`}`;
    },
    /** A time or nothing. */
    moment,
    link: (file: string): Markup => markup`<a href="${file}">${file}</a>`,
    /** A row of a table of label and content; none where there is nothing. */
    row: (label: string, content: Markup | string): Markup =>
      markup`${
        content !== '' &&
        markup`<tr><th>${label}</th><td>${content}</td></tr>
`
      }`,
  };
}

/** Text as it stands; nothing for what is absent, JSON for what is no text. */
export function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A member that is an object; an empty one where it is not. */
export function objectIn(doc: Doc, key: string): Doc {
  const value = doc[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Doc) : {};
}

/** A member that is a list of objects; an empty one where it is not. */
export function listIn(doc: Doc, key: string): Doc[] {
  const value = doc[key];
  return Array.isArray(value) ? value.filter((item): item is Doc => typeof item === 'object' && item !== null) : [];
}

/** `2021-11-15T08:00:00.000+08:00` as people write it. */
function moment(value: unknown): string {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})/.exec(text(value)) ?? [];
  return day === undefined ? text(value) : `${day} ${time}`;
}

function parsed(json: string | undefined): Doc | null {
  if (json === undefined) return null;
  try {
    const doc: unknown = JSON.parse(json);
    return typeof doc === 'object' && doc !== null && !Array.isArray(doc) ? (doc as Doc) : null;
  } catch {
    return null;
  }
}
