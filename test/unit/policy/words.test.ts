import { expect } from 'chai';
import { changesBetween } from '../../../server/policies/changes.ts';
import { ACCOUNT, RULES } from '../../../server/policy/numbers.ts';
import type { Policy } from '../../../server/policy/types.ts';
import { INDUSTRY_NAMES, placeOf, valueWords } from '../../../server/policy/words.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { lawEn } from '../../../server/http/contract/law/en.ts';
import { lawZh } from '../../../server/http/contract/law/zh-CN.ts';

/** What a change of the built-in policy is told in. */
const CASES: [what: string, change: (policy: Policy) => void, zh: string, en: string][] = [
  ['a number with its unit', (p) => void (p.rules['remote-sensing'].opacityPercent = 20), '遥感监测 · 不透光烟度限值：30% → 20%', 'Remote sensing · Opacity limit: 30 % → 20 %'],
  ['a number in thousands', (p) => void (p.rules['emission-standard'].minAnnualFreightTonnes = 1e6), '重点企业排放标准 · 年货运量达到：1,500,000 吨 → 1,000,000 吨', 'Emission standard of large units · Annual freight from: 1,500,000 t → 1,000,000 t'],
  ['a range below zero', (p) => void (p.rules['reading-validity'].accelerationMs2 = [-2, 3]), '遥测有效性 · 加速度：−3 至 3 m/s² → −2 至 3 m/s²', 'Reading validity · Acceleration: −3 to 3 m/s² → −2 to 3 m/s²'],
  ['a switch', (p) => void (p.rules['peak-shift'].notMetTightens = false), '错峰运输 · 清洁运输未达标的大宗物料运输单位，橙色时按红色执行：是 → 否', 'Peak shifting · Bulk units short of clean transport, red’s measures under orange: yes → no'],
  ['a stage of a step', (p) => void (p.rules['emission-standard'].requirements[1]!.stage = 5), '重点企业排放标准 · 要求的排放阶段 · 第 2 档 · 排放阶段不低于：国六 → 国五', 'Emission standard of large units · Required emission stage · step 2 · Stage at least: China VI → China V'],
  ['a step that comes', (p) => void p.rules['emission-standard'].requirements.push({ from: '2024-01-01', stage: 6 }), '重点企业排放标准 · 要求的排放阶段 · 第 3 档：（无） → 2024-01-01 起国六及以上', 'Emission standard of large units · Required emission stage · step 3: (none) → China VI and above from 2024-01-01'],
  ['what a list lost and got', (p) => void (p.rules['planning-area'].industries = ['power', 'steel']), '规划区清洁运输 · 适用行业：增加 钢铁；去掉 焦化', 'Clean transport in the planning area · Industries concerned: added steel; removed coking'],
  ['a measure', (p) => void (p.rules['peak-shift'].measures.red = []), '错峰运输 · 红色响应的措施：停运中型和重型货车（中型、重型货车，只限大宗物料运输单位） → （无）', 'Peak shifting · Measures under red: no medium and heavy goods vehicles (medium and heavy goods vehicles, at bulk units only) → (none)'],
  ['the end of a legal basis', (p) => void (p.basis['plan-15']!.validTo = '2025-12-31'), '法律依据 忻政办发〔2021〕50号 第15条 · 失效日期（当日仍有效）：（无） → 2025-12-31', 'Legal basis 忻政办发〔2021〕50号 第15条 · Valid to (inclusive): (none) → 2025-12-31'],
  ['the bases of the account', (p) => void (p.account.basis = ['plan-14']), '清洁运输核算 · 法律依据：去掉 忻政办发〔2021〕50号 第15条', 'Clean-transport account · Legal basis: removed 忻政办发〔2021〕50号 第15条'],
]; // prettier-ignore

describe('a policy in words', () => {
  for (const [what, change, zh, en] of CASES) {
    it(`says ${what}`, () => {
      const next = structuredClone(xinzhou2021);
      change(next);
      const [said] = changesBetween(xinzhou2021, next);
      expect([said?.zh, said?.en]).to.deep.equal([zh, en]);
    });
  }

  it('has a name in both languages for each of its numbers, and says each value without its raw form', () => {
    const nameless = leaves(xinzhou2021)
      .filter(([path]) => !/^(version|basis\.)/.test(path))
      .filter(([path, value]) => {
        const { part, number, spec } = placeOf(path, xinzhou2021.basis);
        const said = valueWords(spec, value, xinzhou2021.basis);
        const raw = path.split('.').at(-1)!;
        return (
          [part.zh, part.en, number.zh, number.en].some((word) => word === '' || word === raw) || /[{[]/.test(said.zh + said.en)
        );
      })
      .map(([path]) => path);
    expect(nameless).to.deep.equal([]);
  });

  it('names nothing that a policy does not have', () => {
    const all = [...Object.entries(RULES).map(([id, part]) => [`rules.${id}`, part] as const), ['account', ACCOUNT] as const];
    const unknown = all.flatMap(([at, part]) => Object.keys(part.numbers).map((key) => `${at}.${key}`)).filter((path) => at(path) === undefined); // prettier-ignore
    expect(unknown).to.deep.equal([]);
  });

  it('names rules and industries as the console does', () => {
    const names = (pick: 'zh' | 'en') => Object.fromEntries(Object.entries(RULES).map(([id, part]) => [id, part[pick]]));
    const { 'rule-error': _zh, ...rulesZh } = lawZh.rules;
    const { 'rule-error': _en, ...rulesEn } = lawEn.rules;
    expect(names('zh')).to.deep.equal(rulesZh);
    expect(names('en')).to.deep.equal(rulesEn);
    for (const [id, { zh, en }] of Object.entries(INDUSTRY_NAMES))
      expect([zh, en], id).to.deep.equal([
        (lawZh.words as Record<string, string>)[id],
        (lawEn.words as Record<string, string>)[id],
      ]);
  });
});

function at(path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], xinzhou2021);
}

/** Every value of a policy that is no object, with its path; a list of plain values is one. */
function leaves(value: unknown, path: string[] = []): [path: string, value: unknown][] {
  const plain =
    typeof value !== 'object' || value === null || (Array.isArray(value) && value.every((one) => typeof one !== 'object'));
  if (plain) return [[path.join('.'), value]];
  return Object.entries(value).flatMap(([name, one]) => leaves(one, [...path, name]));
}
