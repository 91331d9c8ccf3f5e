import { z } from 'zod';
import { ROW_SCHEMAS } from '../http/contract/registry.ts';
import { issueText } from '../issue-text.ts';
import type { Collection } from './types.ts';

export type Language = 'zh' | 'en';
export interface RowProblem {
  code: string;
  message: string;
}

/** Why a row of an import is refused, by code, besides `schema`. */
const TEXTS = {
  'not-json': { zh: '此行不是 JSON', en: 'this line is not JSON' },
  'not-csv': { zh: '单元格数与表头不符', en: 'it has not as many cells as the header' },
  'csv-broken': {
    zh: '引号未闭合，或记录超过 1 MiB：自此行起未再读取，改正后请重新导入',
    en: 'a quote is not closed, or the record is longer than 1 MiB: nothing was read from here on; correct it and import again',
  },
  'too-long': { zh: '记录超过 1 MiB', en: 'the record is longer than 1 MiB' },
  'no-plate': { zh: 'plateNumber：规范化后为空', en: 'plateNumber: nothing is left of it in normal form' },
  'recorded-at': { zh: 'recordedAt 仅限管理员导入', en: 'recordedAt may be imported by administrators only' },
  secret: { zh: '设备密钥仅限管理员导入', en: "a device's secret may be imported by administrators only" },
  'not-own': { zh: '不属于本企业，不能导入', en: "it is not your enterprise's own: you may not import it" },
  'recorded-ahead': { zh: 'recordedAt 不能晚于现在', en: 'recordedAt may not lie ahead' },
  'ends-first': { zh: '有效期的终止不晚于开始', en: 'its end is not after its beginning' },
  'two-beginnings': {
    zh: 'validFrom 与此集合自己的开始时间不一致，请去掉 validFrom',
    en: "validFrom says otherwise than this collection's own beginning: leave validFrom out",
  },
} as const;

export function rowError(code: keyof typeof TEXTS, language: Language): RowProblem {
  return { code, message: TEXTS[code][language] };
}

const LOCALES = { zh: z.locales.zhCN().localeError, en: z.locales.en().localeError };

/** What of a row its schema refuses: each field with what is wrong, in the reader's language, at most 500 characters. */
export function schemaMessage(name: Collection, value: unknown, language: Language): RowProblem {
  const { error } = ROW_SCHEMAS[name].safeParse(value, { error: LOCALES[language] });
  const message = (error?.issues ?? [])
    .map((i) => (i.path.length > 0 ? `${i.path.join('.')}: ${issueText(i, language)}` : issueText(i, language)))
    .join('; ');
  return { code: 'schema', message: message.length > 500 ? `${message.slice(0, 499)}…` : message };
}
