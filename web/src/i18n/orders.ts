import { ordersEn } from './orders.en.ts';
import { ordersZh } from './orders.zh-CN.ts';

/** Texts of responses and zones; they come with these rooms and burden no other page. */
export const orderWords = { 'zh-CN': ordersZh, en: ordersEn };
