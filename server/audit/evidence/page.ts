import type { Manifest, Proof } from './format.ts';
import { Markup, markup } from './markup.ts';
import { pageContext, text, type PageContext } from './page-context.ts';
import { absentPart, chainPart, factPart, messagePart, picturePart, policyPart } from './page-parts.ts';
import { decisionPart, findingPart } from './page-verdicts.ts';
import { en, zh, type PageWords } from './page-words.ts';

/** A readable page of a package. */
export interface Page {
  file: 'index.zh.html' | 'index.en.html';
  language: 'zh' | 'en';
  text: string;
}

const STYLE = `
body{font:15px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans SC",system-ui,sans-serif;color:#1b1f24;background:#fff;max-width:960px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:24px;margin:0}h2{font-size:17px;margin:32px 0 8px;border-bottom:1px solid #d5dae1;padding-bottom:4px}h3{font-size:15px;margin:20px 0 4px}
table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-bottom:1px solid #eceff3;overflow-wrap:anywhere}
th{color:#4d5866;font-weight:500;white-space:nowrap;width:1%}thead th{width:auto}.lead,.small{color:#4d5866;font-size:14px}.verdict{font-size:18px;margin:12px 0}
code{font:13px/1.5 ui-monospace,Consolas,monospace;overflow-wrap:anywhere}figure{display:inline-block;margin:0 12px 12px 0;max-width:300px}img{max-width:100%;border:1px solid #d5dae1}
figcaption{font-size:13px;color:#4d5866}.top{display:flex;justify-content:space-between;align-items:baseline}
@media print{body{padding:0}h2{break-after:avoid}tr,figure{break-inside:avoid}}
`;

/**
 * The pages of a package: plain HTML without script, made of its manifest, its proof and the texts of its files, and of nothing else.
 * Whoever has the package can make them again and compare.
 * @param textOf the text of a JSON file of the package; undefined where it is not at hand
 */
export function pagesOf(manifest: Manifest, proof: Proof, textOf: (file: string) => string | undefined): Page[] {
  const page = (language: 'zh' | 'en', words: PageWords) => frame(pageContext(manifest, proof, textOf, language, words));
  return [
    { file: 'index.zh.html', language: 'zh', text: page('zh', zh) },
    { file: 'index.en.html', language: 'en', text: page('en', en) },
  ];
}

function frame(page: PageContext): string {
  const { manifest, w, law, word, moment } = page;
  const findings = page.docs('finding');
  const decisions = page.docs('decision');
  const ofFinding = 'finding' in manifest.of;
  const subject = ofFinding ? word(law.codes, findings[0]?.doc.code) : `${w.sections.decision} ${text(decisions[0]?.doc.ref)}`;
  const about = [subject, page.plate((ofFinding ? findings : decisions)[0]?.doc.plate)].filter((part) => part !== '').join(' · ');
  const { username, name, role } = manifest.takenBy;
  const taken = w.taken(moment(manifest.takenAt), name === username ? name : `${name} (${username})`, word(w.roles, role));

  const verdicts = section(
    ofFinding ? w.sections.verdict : w.sections.findings,
    findings.length > 0,
    markup`${findings.map((one) => findingPart(one, page))}`,
  );
  const answers = section(
    ofFinding ? w.sections.decisions : w.sections.decision,
    decisions.length > 0,
    markup`${decisions.map((one) => decisionPart(one, page))}`,
  );
  const has = (what: Parameters<typeof page.files>[0]) => page.files(what).length > 0;
  return markup`<!doctype html>
<html lang="${w.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${w.title} · ${about}</title><style>${new Markup(STYLE)}</style></head>
<body><header class="top"><h1>${w.title}</h1><a href="${w.other.href}" lang="${w.other.lang}">${w.other.label}</a></header>
<p><b>${about}</b><br>${taken}</p>
<p class="lead">${w.lead}</p>
${ofFinding ? [verdicts, answers] : [answers, verdicts]}${[
    section(w.sections.messages, has('observation') || manifest.leftOut > 0, messagePart(page)),
    section(w.sections.pictures, has('image'), picturePart(page)),
    section(w.sections.facts, has('fact'), factPart(page)),
    section(w.sections.policy, has('policy'), policyPart(page)),
    section(w.sections.absent, manifest.absent.length > 0, absentPart(page)),
    section(w.sections.chain, true, chainPart(page)),
    section(w.sections.verify, true, markup`<ol>${w.steps.map((step) => markup`<li>${step}</li>`)}</ol>`),
  ]}</body></html>
`.text;
}

function section(title: string, shown: boolean, part: Markup): Markup {
  if (!shown) return markup``;
  return markup`<section><h2>${title}</h2>
${part}</section>
`;
}
