import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import type { Answer } from '../conformance.ts';

/** The OpenAPI document as a test reads it: what each operation takes, and whether an answer is one it lists. */

export type Schema = Record<string, unknown>;
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}
interface Response {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, { schema: Schema }>;
  'x-codes'?: string[];
}
export interface Operation {
  method: string;
  path: string;
  /** `get /alerts/{id}` */
  name: string;
  root: boolean;
  security: Record<string, unknown>[];
  parameters: Parameter[];
  body?: { types: string[]; schema: Schema; example: unknown };
  responses: Record<string, Response>;
}

/** Headers that an answer of the same status may be without: a list has no digest, its one account has. */
const ONLY_SOMETIMES = new Set(['ETag /accounts/clean-transport']);

/* eslint-disable @typescript-eslint/no-explicit-any -- a document is walked as it comes */
export function readDocument(document: any) {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajv.addSchema({ $id: 'document', components: document.components });
  const deref = <T>(value: any): T =>
    value.$ref === undefined
      ? value
      : value.$ref
          .slice(2)
          .split('/')
          .reduce((at: any, step: string) => at[step], document);
  const checks = new Map<Schema, ValidateFunction>();

  const operations: Operation[] = Object.entries<any>(document.paths).flatMap(([path, item]) =>
    Object.entries<any>(item)
      .filter(([method]) => method !== 'servers')
      .map(([method, operation]): Operation => {
        const content = Object.entries<any>(operation.requestBody?.content ?? {});
        return {
          method,
          path,
          name: `${method} ${path}`,
          root: item.servers !== undefined,
          security: operation.security ?? document.security,
          parameters: operation.parameters.map((p: any) => deref<Parameter>(p)),
          ...(content[0] && {
            body: { types: content.map(([type]) => type), schema: deref<Schema>(content[0][1].schema), example: content[0][1].example },
          }),
          responses: Object.fromEntries(
            Object.entries<any>(operation.responses).map(([status, response]) => [status, deref<Response>(response)]),
          ),
        };
      }),
  ); // prettier-ignore

  function checkOf(schema: Schema): ValidateFunction {
    const there = checks.get(schema);
    if (there) return there;
    const made = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')) as Schema);
    checks.set(schema, made);
    return made;
  }

  /** Holds an answer against what its operation lists: status, type, headers, the whole body, the code of a problem. */
  function hold(operation: Operation, answer: Answer, asked: string): void {
    const where = `${operation.name} ${asked} → ${answer.status} ${answer.text.slice(0, 300)}`;
    expect(answer.status, where).not.to.equal(500);
    expect(answer.text, where).not.to.match(/node_modules|\.ts:\d+|at \w+ \(/);
    const response = operation.responses[answer.status];
    expect(response, `not described: ${where}`).not.to.equal(undefined);
    for (const name of Object.keys(response!.headers ?? {}))
      if (!ONLY_SOMETIMES.has(`${name} ${operation.path}`)) expect(answer.headers.has(name), `${name}: ${where}`).to.equal(true);
    if (operation.method === 'head') return;
    const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
    if (!response!.content) return void expect(answer.text, where).to.equal('');
    expect(Object.keys(response!.content), where).to.include(type);
    if (!/json$/.test(type) || type.endsWith('ndjson')) return;
    const check = checkOf(response!.content[type]!.schema);
    check(answer.json);
    expect(check.errors, `${where}\n${JSON.stringify(check.errors)}`).to.equal(null);
    if (type !== 'application/problem+json') return;
    const { status, code, detail } = answer.json as { status: number; code: string; detail: string };
    expect(status, where).to.equal(answer.status);
    expect(response!['x-codes'], `its code is not described: ${where}`).to.include(code);
    const english = answer.headers.get('content-language') === 'en';
    expect(/[\u4e00-\u9fff]/.test(detail), where).to.equal(!english);
  }

  return { operations, hold, deref };
}
export type ContractDocument = ReturnType<typeof readDocument>;
