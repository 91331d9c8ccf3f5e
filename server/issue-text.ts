import type { z } from 'zod';

/**
 * What a schema says of a value, in one language. zod's own sentences come in the language asked for; the schemas' own ones are written
 * `中文 / English`, or in English with the Chinese beside it (the devices' contract).
 */
export function issueText(issue: z.core.$ZodIssue, language: 'zh' | 'en'): string {
  const beside = issue.code === 'custom' ? (issue.params?.zh as string | undefined) : undefined;
  if (beside !== undefined) return language === 'zh' ? beside : issue.message;
  const [zh, en] = issue.message.split(' / ');
  return en === undefined ? issue.message : language === 'zh' ? zh! : en;
}
