import { markup, type Markup } from './markup.ts';
import { listIn, objectIn, text, type PageContext } from './page-context.ts';

/** What findings and decisions stand on, as a package's page shows it. */

/** Messages beyond these are in the package and not on its page. */
export const MESSAGES_SHOWN = 50;
const BLOCKS_SHOWN = 20;

export function messagePart(page: PageContext): Markup {
  const { w, word, moment, manifest } = page;
  const messages = page.docs('observation', MESSAGES_SHOWN);
  const more = page.files('observation').length - messages.length;
  const rows = messages.map(({ entry, doc }) => {
    const [kind = '', device = ''] = entry.observation.split('/');
    const late = doc.backfill === true && ` · ${w.fields.late}`;
    return markup`<tr><td>${moment(doc.at)}</td><td>${word(w.kinds, kind)} ${device}</td><td>${word(w.messages, entry.message)}${late}</td>
<td>${moment(entry.receivedAt)}</td><td>${page.link(entry.file)}</td></tr>
`;
  });
  return markup`<table><thead><tr><th>${w.fields.at}</th><th>${w.fields.device}</th><th>${w.fields.message}</th><th>${w.fields.received}</th><th>${w.fields.file}</th></tr></thead><tbody>
${rows}</tbody></table>
${more > 0 && markup`<p class="small">${w.moreMessages(more)}</p>`}${
    manifest.leftOut > 0 && markup`<p class="small">${w.leftOut(manifest.leftOut)}</p>`
  }`;
}

export function picturePart(page: PageContext): Markup {
  const named = page.docs('observation', MESSAGES_SHOWN).flatMap(({ doc }) => listIn(doc, 'images'));
  const roles = new Map(named.map(({ sha256, role }) => [text(sha256), page.word(page.law.imageRoles, role)]));
  return markup`${page.files('image').map(({ file, sha256 }) => {
    const role = roles.get(sha256) ?? '';
    return markup`<figure><a href="${file}"><img src="${file}" alt="${role}"></a><figcaption>${role} <code>${sha256.slice(0, 16)}…</code></figcaption></figure>
`;
  })}`;
}

export function factPart(page: PageContext): Markup {
  const { w, moment } = page;
  const rows = page.docs('fact').map(({ entry, doc }) => {
    const said = Object.entries(objectIn(doc, 'row')).filter(([, value]) => value !== null && typeof value !== 'object');
    const since = `${w.fields.since} ${moment(doc.validFrom) || w.sinceEver} · ${w.fields.recorded} ${moment(doc.recordedAt) || w.sinceEver}`;
    return markup`<tr><th>${page.word(w.collections, doc.collection)}</th><td>${said
      .map(([key, value]) => `${page.label(key)} ${page.amount(key, value)}`)
      .join(
        ' · ',
      )}<div class="small">${w.fields.version} ${text(doc.version)} · ${since} · ${page.link(entry.file)}</div></td></tr>
`;
  });
  return markup`<table><tbody>
${rows}</tbody></table>`;
}

export function policyPart(page: PageContext): Markup {
  const rows = page.docs('policy').map(
    ({ entry, doc }) =>
      markup`<tr><th>${text(doc.version)}</th><td>${text(page.w.lang === 'en' ? doc.titleEn : doc.titleZh)} · ${page.link(entry.file)}</td></tr>
`,
  );
  return markup`<table><tbody>
${rows}</tbody></table>`;
}

export function absentPart({ w, manifest, word }: PageContext): Markup {
  const rows = manifest.absent.map(
    ({ what, name, reason }) =>
      markup`<tr><th>${word(w.absentWhat, what)}</th><td><code>${name}</code></td><td>${w.absentReasons[reason]}</td></tr>
`,
  );
  return markup`<table><tbody>
${rows}</tbody></table>`;
}

export function chainPart({ w, proof, row, word, moment }: PageContext): Markup {
  const heads = proof.heads.map(
    ({ at, size, root }) =>
      markup`<tr><td>${at === null ? w.noHead : moment(at)}</td><td>${size}</td><td><code>${inGroups(root)}</code></td></tr>
`,
  );
  const blocks = proof.blocks.slice(0, BLOCKS_SHOWN).map(({ number, at }) => `${number} (${moment(at)})`);
  if (proof.blocks.length > BLOCKS_SHOWN) blocks.push('…');
  const states = proof.states.map(
    ({ status, block, sha256 }) =>
      markup`<div>${word(w.status, status)} · ${w.fields.block} ${block} · <code>${sha256.slice(0, 16)}…</code></div>`,
  );
  return markup`<p class="small">${w.chain}</p>
<table><thead><tr><th>${w.fields.head}</th><th>${w.fields.size}</th><th>${w.fields.root}</th></tr></thead><tbody>
${heads}</tbody></table>
<table><tbody>
${row(w.fields.blocks, blocks.join(' · '))}${states.length > 0 && row(w.fields.state, markup`${states}`)}</tbody></table>
${proof.waiting.length > 0 && markup`<p class="small">${w.waiting(proof.waiting.length)}</p>`}`;
}

/** A digest as it can be read out and compared: groups of eight. */
export function inGroups(hex: string): string {
  return hex.replace(/(.{8})(?=.)/g, '$1 ');
}
