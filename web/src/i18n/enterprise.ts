import { enterpriseEn } from './enterprise.en.ts';
import { enterpriseZh } from './enterprise.zh-CN.ts';

/** Texts of the rooms of an enterprise's people; they come with these rooms and burden no other page. */
export const enterpriseWords = { 'zh-CN': enterpriseZh, en: enterpriseEn };
