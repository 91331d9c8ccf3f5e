import { policyEn } from './policy.en.ts';
import { policyZh } from './policy.zh-CN.ts';

/** Texts of the policy's pages; they come with these rooms and burden no other page. */
export const policyWords = { 'zh-CN': policyZh, en: policyEn };
