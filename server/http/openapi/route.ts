import { z } from 'zod';
import { ACCESS, type Permission } from '../access.ts';
import type { Role } from '../../alerts/types.ts';

/** What is written down of each route; `document.ts` makes the OpenAPI document of it. */

export type Json = Record<string, unknown>;
export type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete';

/** In Chinese and in English. */
export type Words = readonly [zh: string, en: string];

/**
 * Who may: roles (the owner always), anybody at all, whoever is signed in whatever the role, a device (HTTP Basic), or a device and roles.
 */
export type Who = { roles: readonly (Role | 'display')[]; device?: true } | 'anybody' | 'signed-in' | 'device' | 'local-or-roles';

export interface Answer {
  words: Words;
  schema?: z.ZodType;
  /** The media types it comes in; JSON where there is a schema and nothing is said. */
  types?: readonly string[];
  example?: unknown;
  headers?: Record<string, string>;
}

export interface Body {
  schema: z.ZodType;
  types?: readonly string[];
  /** Whether the request may come without. */
  optional?: true;
  example?: unknown;
}

export interface Route {
  method: Method;
  /** As OpenAPI writes it: `/alerts/{id}`. */
  path: string;
  tag: string;
  words: Words;
  /** What the words leave out. */
  note?: string;
  who: Who;
  /** At the root of the server, not under `/api/v1`. */
  root?: true;
  params?: Record<string, z.ZodType>;
  query?: z.ZodObject;
  body?: Body;
  ifMatch?: 'needed' | 'heeded';
  idempotent?: true;
  /** A list that is also a file (`?format`). */
  list?: true;
  answers: Record<number, Answer>;
  /** The codes of its problems by status, besides those every route has. */
  problems?: Record<number, readonly string[]>;
}

/** Roles of a line of the table "Who". */
export const may = (permission: Permission): Who => ({ roles: ACCESS[permission] });

/** A success with a JSON body. */
export const ok = (schema: z.ZodType, more: Partial<Answer> = {}, status = 200): Record<number, Answer> => ({
  [status]: { words: status === 201 ? ['已建立', 'made'] : status === 202 ? ['已接受', 'accepted'] : ['成功', 'done'], schema, ...more },
}); // prettier-ignore

/** A success without a body. */
export const nothing: Record<number, Answer> = { 204: { words: ['已完成，无内容', 'done, without content'] } };

export const listOf = (item: z.ZodType) =>
  z.strictObject({ items: z.array(item), next: z.string().nullable().describe('cursor of the next page; null at the end') });

/** The headers an answer may carry, each described once. */
export const AS_OF = { 'X-As-Of': 'the moment S of the list: its rows were recorded by then' };
export const REV = { ETag: '`"<rev>"`, for `If-Match`' };
export const DIGEST = { ETag: 'changes with the content; `If-None-Match` gets 304' };
