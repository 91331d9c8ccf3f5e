import type { EvidenceReport, ReportedCheck, ReportedFile, Result } from '../../http/contract/evidence.ts';

/** What verifying a package says: part by part, in both languages. */

type Said = readonly [result: Result, zh: string, en: string];

/** What can be said of a file. */
export const FILE_SAYS = {
  ok: ['ok', '完整，且在证据链中', 'whole, and in the chain'],
  'ok-listed': ['ok', '完整，与清单一致', 'whole, as the manifest says'],
  'ok-named': ['ok', '完整，摘要与原始消息所列一致', 'whole, as a message names it'],
  'ok-page': ['ok', '与包内其他文件一致', 'says what the other files say'],
  waiting: ['waiting', '完整；导出时尚未入链', 'whole; not in the chain yet when the package was taken'],
  'other-pages': ['unknown', '由其他版本的软件生成，未比对', 'made by another version of the software, not compared'],
  lost: ['broken', '清单中有，包内没有', 'is in the manifest and not in the package'],
  unlisted: ['broken', '不在清单中', 'is not in the manifest'],
  digest: ['broken', '内容被改动：摘要与清单不符', 'its content was changed: another digest than in the manifest'],
  manifest: ['broken', '清单被改动：与 SHA256SUMS 不符', 'the manifest was changed: not as SHA256SUMS says'],
  sums: ['broken', '与清单不符', 'does not agree with the manifest'],
  'not-json': ['broken', '不是有效的 JSON', 'is no JSON'],
  'wrong-form': ['broken', '格式不符', 'has another form'],
  'wrong-subject': ['broken', '内容与清单所述对象不符', 'is of something else than the manifest says'],
  'no-proof': ['broken', '没有入链证明', 'has no proof of being in the chain'],
  'not-in-block': ['broken', '与证据链不符：证明不能导出所在区块的根', 'is not what the chain holds: its proof does not lead to the root of its block'],
  'block-not-in-head': ['broken', '所在区块不在链首之下', 'its block is not under the head of the chain'],
  'not-named': ['broken', '没有消息列出这张照片', 'no message names this picture'],
  'image-missing': ['broken', '所列照片不在包内，也未说明原因', 'names a picture that is not in the package, and no reason is given'],
  'parts-missing': ['broken', '所依据的内容不在包内，也未说明原因', 'stands on something that is not in the package, and no reason is given'],
  page: ['broken', '与包内其他文件不一致', 'does not say what the other files say'],
} as const satisfies Record<string, Said>; // prettier-ignore
export type FileCode = keyof typeof FILE_SAYS;

export function fileReport(file: string, what: string, code: FileCode): ReportedFile {
  const [result, zh, en] = FILE_SAYS[code];
  return { file, what, result, code, zh, en };
}

export function check(name: ReportedCheck['check'], result: Result, code: string, zh: string, en: string): ReportedCheck {
  return { check: name, result, code, zh, en };
}

/** Broken where anything is; incomplete where something is not proved yet, or named as not in the package. */
export function verdictOf(all: readonly { result: Result }[]): EvidenceReport['verdict'] {
  if (all.some(({ result }) => result === 'broken')) return 'broken';
  return all.some(({ result }) => result === 'waiting' || result === 'absent') ? 'incomplete' : 'holds';
}
