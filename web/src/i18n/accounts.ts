import { accountsEn } from './accounts.en.ts';
import { accountsZh } from './accounts.zh-CN.ts';
import { ledgersEn } from './ledgers.en.ts';
import { ledgersZh } from './ledgers.zh-CN.ts';

/**
 * Texts of freight figures, ledgers and machinery; they come with these rooms and burden no other page. All in one: a component has one set
 * of words of its own, and rows of figures are rows of ledgers.
 */
export const accountWords = { 'zh-CN': { ...accountsZh, ...ledgersZh }, en: { ...accountsEn, ...ledgersEn } };
