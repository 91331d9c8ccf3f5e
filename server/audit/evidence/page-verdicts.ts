import { measureRows } from '../../http/contract/law/measures.ts';
import { markup, type Markup } from './markup.ts';
import { listIn, objectIn, text, type PageContext, type Read } from './page-context.ts';

/** Findings and decisions as a package's page shows them. */

export function findingPart({ entry, doc }: Read<'finding'>, page: PageContext): Markup {
  const { w, law, word, row, either, moment } = page;
  const place = objectIn(doc, 'place');
  const notes = (['provisional', 'retroactive', 'disputed'] as const).filter((note) => doc[note] === true);
  const where = [page.county(doc.county), text(place.name), text(doc.device)].filter((part) => part !== '');
  const enterprise = text(objectIn(objectIn(doc, 'facts'), 'enterprise').nameZh) || text(doc.enterprise);
  return markup`<h3>${word(law.codes, doc.code)}</h3>
<p class="verdict">${either(doc)}</p>
<table><tbody>
${row(w.fields.status, [word(w.status, doc.status), ...notes.map((note) => w.notes[note])].join(' · '))}
${row(w.fields.withdrawn, text(doc.withdrawnReason))}
${row(w.fields.rule, `${word(law.rules, doc.rule)} · ${text(doc.rule)} v${text(doc.ruleVersion)}`)}
${row(w.fields.severity, word(w.severity, doc.severity))}
${row(w.fields.proposal, word(w.proposal, doc.proposal))}
${row(w.fields.at, moment(doc.at))}
${row(w.fields.recorded, moment(doc.recordedAt))}
${row(w.fields.count, Number(doc.count ?? 1) > 1 ? text(doc.count) : '')}
${row(w.fields.place, where.join(' · '))}
${row(w.fields.plate, page.plate(doc.plate))}
${row(w.fields.vin, text(doc.vin))}
${row(w.fields.enterprise, enterprise)}
${row(w.fields.policy, text(doc.policyVersion))}
${row(w.fields.id, text(doc.id))}
${row(w.fields.file, page.link(entry.file))}</tbody></table>
${measuresPart(page, measureRows(objectIn(doc, 'measured'), objectIn(doc, 'limit')))}${basisPart(page, listIn(doc, 'basis'))}`;
}

function measuresPart({ w, label, amount }: PageContext, rows: ReturnType<typeof measureRows>): Markup {
  if (rows.length === 0) return markup``;
  return markup`<table><thead><tr><th></th><th>${w.fields.measured}</th><th>${w.fields.limit}</th></tr></thead><tbody>
${rows.map(
  ({
    key,
    measured,
    limit,
  }) => markup`<tr><th>${label(key)}</th><td>${amount(key, measured)}</td><td>${amount(key, limit)}</td></tr>
`,
)}</tbody></table>
`;
}

function basisPart({ w, either }: PageContext, basis: Record<string, unknown>[]): Markup {
  if (basis.length === 0) return markup``;
  return markup`<table><thead><tr><th>${w.fields.basis}</th><th>${w.fields.article}</th><th></th><th>${w.fields.validity}</th></tr></thead><tbody>
${basis.map(
  (one) => markup`<tr><td>${text(one.document)} ${text(one.number)}</td><td>${text(one.article)}</td><td>${either(one)}</td>
<td>${text(one.validFrom)} – ${text(one.validTo) || w.still}</td></tr>
`,
)}</tbody></table>
`;
}

export function decisionPart({ entry, doc }: Read<'decision'>, page: PageContext): Markup {
  const { w, word, row, either, moment } = page;
  const decision = objectIn(doc, 'decision');
  const reasons = listIn(doc, 'reasons');
  return markup`<p class="verdict">${word(w.decision, decision.decision)}</p>
<table><tbody>
${row(w.fields.reasons, reasons.length === 0 ? w.none : markup`${reasons.map((one) => markup`<div>${either(one)}</div>`)}`)}
${row(w.fields.reference, text(doc.ref))}
${row(w.fields.plate, page.plate(doc.plate))}
${row(w.fields.at, moment(doc.at))}
${row(w.fields.given, `${moment(decision.at)} · ${doc.published === true ? w.fields.published : w.fields.notPublished}`)}
${row(w.fields.device, text(doc.device))}
${row(w.fields.policy, text(decision.policyVersion))}
${row(w.fields.file, page.link(entry.file))}</tbody></table>
`;
}
