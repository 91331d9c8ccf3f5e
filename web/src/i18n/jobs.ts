import { jobsEn } from './jobs.en.ts';
import { jobsZh } from './jobs.zh-CN.ts';

/** Texts of what-ifs and re-judges; they come with these rooms and burden no other page. */
export const jobWords = { 'zh-CN': jobsZh, en: jobsEn };
