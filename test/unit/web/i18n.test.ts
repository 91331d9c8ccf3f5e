import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import ts from 'typescript';
import { parse, type SFCTemplateBlock } from 'vue/compiler-sfc';
import { COUNTIES } from '../../../web/src/geo/counties.ts';
import { accountWords } from '../../../web/src/i18n/accounts.ts';
import { displayWords } from '../../../web/src/i18n/display.ts';
import { enterpriseWords } from '../../../web/src/i18n/enterprise.ts';
import { figureWords } from '../../../web/src/i18n/figures.ts';
import { jobWords } from '../../../web/src/i18n/jobs.ts';
import { policyWords } from '../../../web/src/i18n/policy.ts';
import { orderWords } from '../../../web/src/i18n/orders.ts';
import { en } from '../../../web/src/i18n/en.ts';
import { zhCN } from '../../../web/src/i18n/zh-CN.ts';

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, path = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') texts.set(at, value);
    else for (const [k, v] of flat(value, at)) texts.set(k, v);
  }
  return texts;
}

/** Texts that come with one room only, beside the console's own. */
const OF_ROOMS = { figureWords, displayWords, accountWords, policyWords, jobWords, enterpriseWords, orderWords };
const all = (language: 'zh-CN' | 'en', own: Tree) =>
  flat({ ...own, ...Object.fromEntries(Object.entries(OF_ROOMS).map(([name, words]) => [name, words[language] as Tree])) });
const zh = all('zh-CN', zhCN);
const english = all('en', en);
/** Among the console's texts, or those of a room. */
const isKnown = (key: string) => zh.has(key) || Object.keys(OF_ROOMS).some((name) => zh.has(`${name}.${key}`));
const WEB = new URL('../../../web/src/', import.meta.url);
const files = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(vue|ts)$/.test(file));
const HAN = /\p{Script=Han}/u;

/** What an object that a rule writes down names, spread parts included. */
function namesIn(node: ts.Node): string[] {
  if (ts.isParenthesizedExpression(node)) return namesIn(node.expression);
  if (ts.isBinaryExpression(node)) return namesIn(node.right);
  if (ts.isConditionalExpression(node)) return [...namesIn(node.whenTrue), ...namesIn(node.whenFalse)];
  if (!ts.isObjectLiteralExpression(node)) return [];
  return node.properties.flatMap((one) =>
    ts.isSpreadAssignment(one) ? namesIn(one.expression) : one.name && ts.isIdentifier(one.name) ? [one.name.text] : [],
  );
}

/** What a rule calls what it measured, its limits and its facts. */
function namesOfRule(source: string): string[] {
  const names: string[] = [];
  const walk = (node: ts.Node): void => {
    const named = ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node);
    if (named && node.initializer && /^(measured|limit|facts)$/.test(node.name.getText()))
      names.push(...namesIn(node.initializer));
    ts.forEachChild(node, walk);
  };
  walk(ts.createSourceFile('rule.ts', source, ts.ScriptTarget.Latest, true));
  return names;
}

describe('the console’s texts', () => {
  it('name whatever a rule measures, its limits and its facts', () => {
    const rules = new URL('../../../server/rules/', import.meta.url);
    const names = readdirSync(rules)
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => namesOfRule(readFileSync(new URL(file, rules), 'utf8')));
    expect(names.length).to.be.above(100);
    expect([...new Set(names)].filter((name) => !zh.has(`law.values.${name}`))).to.deep.equal([]);
  });

  it('have the same keys in Chinese and English', () => {
    expect([...english.keys()].filter((key) => !zh.has(key))).to.deep.equal([]);
    expect([...zh.keys()].filter((key) => !english.has(key))).to.deep.equal([]);
  });

  it('fill in the same values', () => {
    const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
    const unequal = [...zh].filter(
      ([key, text]) => JSON.stringify(names(text)) !== JSON.stringify(names(english.get(key) ?? '')),
    );
    expect(unequal.map(([key]) => key)).to.deep.equal([]);
  });

  it('are never empty, and the English ones are English', () => {
    expect([...zh, ...english].filter(([, text]) => text.trim() === '')).to.deep.equal([]);
    expect([...english].filter(([key, text]) => HAN.test(text) && key !== 'shell.otherLanguage')).to.deep.equal([]);
  });

  it('name the fourteen counties', () => {
    for (const code of COUNTIES) expect(zh.has(`county.${code}`), code).to.equal(true);
  });

  it('are nowhere written into a template or a component', () => {
    const spoken = files
      .filter((file) => file.endsWith('.vue'))
      .filter((file) => HAN.test(withoutComments(readFileSync(new URL(file, WEB), 'utf8'))));
    expect(spoken).to.deep.equal([]);
  });

  it('are nowhere written into a template in English either: no text, no title, label or placeholder', () => {
    expect(spokenIn('<template><p title="Close it">{{ t(x) }}</p><b>Open</b>km/h</template>')).to.deep.equal([
      'title="Close it"',
      'Open',
    ]);
    const spoken = files
      .filter((file) => file.endsWith('.vue'))
      .flatMap((file) => spokenIn(readFileSync(new URL(file, WEB), 'utf8')).map((text) => `${file}: ${text}`));
    expect(spoken).to.deep.equal([]);
  });

  it('are all used', () => {
    const sources = files.filter((file) => !file.startsWith('i18n/') || file === 'i18n/words.ts');
    const code = sources.map((file) => withoutComments(readFileSync(new URL(file, WEB), 'utf8'))).join('\n');
    const named = new Set([...code.matchAll(/[\w-]+(?:\.[\w-]+)+|(?<=['`"])[\w-]+(?=['`"])/g)].map(([word]) => word));
    const begun = new Set([...code.matchAll(/([\w-]+(?:\.[\w-]+)*\.)\$\{/g)].map(([, start]) => start!));
    const beginnings = new Set([...code.matchAll(/`(\w+)\$\{/g)].map(([, start]) => start!));
    const endings = new Set([...code.matchAll(/\}([A-Z]\w+)`/g)].map(([, end]) => end!));
    const isBuilt = (key: string) =>
      [...begun].some((start) => key.startsWith(start)) ||
      (!key.includes('.') && [...beginnings].some((start) => key.startsWith(start))) ||
      [...endings].some((end) => key.endsWith(end));
    const isUsed = (key: string) => named.has(key) || isBuilt(key);
    const own = (key: string) => key.replace(new RegExp(`^(${Object.keys(OF_ROOMS).join('|')})\\.`), '');
    expect([...zh.keys()].map(own).filter((key) => !isUsed(key))).to.deep.equal([]);
  });

  it('exist for every key that is asked for by its full name', () => {
    const missing = files.flatMap((file) => {
      const source = readFileSync(new URL(file, WEB), 'utf8');
      const asked = [...source.matchAll(/\bt\(\s*'([a-zA-Z]+\.[\w.-]+)'/g)].map((m) => m[1]!);
      return asked.filter((key) => !isKnown(key)).map((key) => `${file}: ${key}`);
    });
    expect(missing).to.deep.equal([]);
  });
});

interface Node {
  type: number;
  content?: string | Node;
  name?: string;
  value?: { content: string };
  props?: Node[];
  children?: Node[];
}
const [TEXT, ATTRIBUTE] = [2, 6];
const READ_OUT = new Set(['title', 'alt', 'placeholder', 'label', 'aria-label', 'aria-description', 'aria-roledescription']);
/** Signs that are the same in every language. */
const SIGNS = new Set(['kW', 'kg', 'km', 'km/h', 'px', 'CSV', 'NDJSON', 'JSON', 'xlsx', 'NOx', 'SCR', 'VIN', 'ID', 'PM']);

/** The words a template says by itself, in whichever script. */
function spokenIn(source: string): string[] {
  const { template } = parse(source).descriptor as { template: SFCTemplateBlock | null };
  const spoken: string[] = [];
  const isWord = (text: string) => /\p{L}{2,}/u.test(text) && !SIGNS.has(text.trim());
  (function walk(node: Node) {
    if (node.type === TEXT && typeof node.content === 'string' && isWord(node.content)) spoken.push(node.content.trim());
    for (const { type, name = '', value } of node.props ?? [])
      if (type === ATTRIBUTE && READ_OUT.has(name) && isWord(value?.content ?? '')) spoken.push(`${name}="${value!.content}"`);
    node.children?.forEach(walk);
  })((template?.ast ?? { type: 0 }) as unknown as Node);
  return spoken;
}

/** A source without its comments, and without the plate's own word for "none" as devices send it. */
function withoutComments(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replaceAll("'无牌'", '');
}
