import { z } from 'zod';
import { ACCESS } from '../access.ts';
import { problem } from '../contract/records.ts';
import { ROUTES } from './index.ts';
import { metadata, pascal } from './names.ts';
import { AS_OF, type Answer, type Json, type Route, type Who } from './route.ts';

/** The OpenAPI 3.1 document, made of the contract's own schemas and of what is written down of each route. */

const TAGS: [name: string, zh: string, en: string][] = [
  ['session', '登录、用户、令牌', 'signing in, users, tokens'],
  ['registry', '登记信息', 'the registry, responses, zones'],
  ['records', '记录、结果、决定', 'what was seen, judged and answered'],
  ['alerts', '预警与处置', 'alerts and their steps'],
  ['policy', '政策与推演', 'policy versions, what-if, re-judge'],
  ['accounts', '台账、核查、数据', 'ledgers, accounts, figures'],
  ['devices', '设备与照片', 'devices without MQTT, pictures'],
  ['evidence', '证据', 'packages of evidence and the chain that proves them'],
  ['operation', '运行', 'operation'],
];

const DESCRIPTION = `HTTP 契约 v1 · HTTP contract v1.

- JSON 为 UTF-8；时间为带时区的 ISO 8601；民用日、月按北京时间。请求（含查询参数）中的未知字段一律报错，设备消息除外。
- 错误为 RFC 9457 \`application/problem+json\`，标题与说明随 \`Accept-Language\`；\`code\` 不变。
- 列表按时间、编号由新到旧（登记及小列表按主键）；\`limit\` 至多 1 000；\`next\` 为 null 即到末页。首页定下时刻 S，见游标与 \`X-As-Of\`。\`?format=csv|ndjson|xlsx\` 导出整个范围，末行为 \`#end <行数>\`，缺此行即不完整。
- 不应知晓其存在的，一律 404。何种角色可用见各接口的 \`x-roles\`；\`owner\` 可用全部。

- JSON in UTF-8; times ISO 8601 with an offset; civil days and months are Asia/Shanghai. Unknown fields, also of a query, are an error (device messages aside).
- Errors: RFC 9457 \`application/problem+json\`, title and detail in the language of \`Accept-Language\` (zh-CN unless en is preferred); \`code\` is stable.
- Lists: newest first by (at, id) (registry and small lists: in order of their key), \`limit\` at most 1 000, \`next\` null at the end. The first page fixes the moment S: it is in the cursor and in \`X-As-Of\`. \`?format=csv|ndjson|xlsx\` gives the whole range as a file; its last line is \`#end <count>\`, and a file without it is broken.
- What the caller may not know exists is 404. Who may do what stands at each route as \`x-roles\`; the role \`owner\` may do everything.`;

/** Statuses any route may answer, with the codes of their problems. */
const COMMON = {
  400: ['malformed'],
  401: ['unauthenticated'],
  500: ['internal'],
  503: ['store-away'],
} as const;

const WORDS: Record<number, string> = {
  400: '请求有误 · malformed', 401: '未登录 · not signed in', 403: '无权限 · not allowed', 404: '未找到 · there is none, or it may not be known', 408: '超时 · too slow',
  409: '当前状态不允许 · the state does not allow it', 412: '版本已变化 · stale `If-Match`', 413: '内容过大 · too large', 415: '类型不受支持 · of another type', 422: '不符合业务规则 · breaks a rule of the domain',
  428: '缺少 If-Match · missing `If-Match`', 429: '过于频繁 · too many', 500: '内部错误 · internal', 503: '暂时不可用 · away for the moment',
}; // prettier-ignore

const FILES = {
  'text/csv': { schema: { type: 'string', description: 'with BOM; the last line is `#end <count>`' } },
  'application/x-ndjson': { schema: { type: 'string', description: 'an item a line; the last line is `#end <count>`' } },
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { schema: { type: 'string', contentEncoding: 'binary' } },
};

let made: Json | undefined;

/** The document; made once. */
export function openApi(): Json {
  return (made ??= createDocument(ROUTES));
}

export function createDocument(routes: readonly Route[]): Json {
  const schemas: Record<string, Json> = {};
  const shared: Record<string, Json> = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const item = (paths[route.path] ??= route.root ? { servers: [{ url: '/' }] } : {});
    item[route.method] = operation(route, (schema, io) => jsonSchema(schema, io, schemas), shared);
  }
  jsonSchema(problem, 'output', schemas);
  return {
    openapi: '3.1.0',
    info: { title: '清运 CleanHaul', version: '1.0.0', description: DESCRIPTION },
    servers: [{ url: '/api/v1' }],
    security: [{ session: [] }, { token: [] }],
    tags: TAGS.map(([name, zh, en]) => ({ name, description: `${zh} · ${en}` })),
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'cleanhaul_session', description: 'by `POST /session`' },
        token: { type: 'http', scheme: 'bearer', description: 'made at `POST /tokens`' },
        device: { type: 'http', scheme: 'basic', description: '`<kind>/<deviceId>` and secret, on device paths only' },
      },
      parameters: {
        AcceptLanguage: { name: 'Accept-Language', in: 'header', required: false, schema: { type: 'string', default: 'zh-CN' }, description: 'the language of problems and notes: zh-CN or en', example: 'en' },
        IfMatch: { name: 'If-Match', in: 'header', required: true, schema: { type: 'string', pattern: '^\\s*"\\d{1,9}"\\s*$' }, description: 'the revision that was seen, `"<rev>"`; without it 428', example: '"1"' },
        IfMatchHeeded: { name: 'If-Match', in: 'header', required: false, schema: { type: 'string', pattern: '^\\s*"\\d{1,9}"\\s*$' }, description: 'the revision that was seen, `"<rev>"`, where one is named', example: '"1"' },
        IdempotencyKey: { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' }, description: 'a repeat with the same key and body is answered as the first and changes nothing; with another body 422', example: '6f1c0d4e-1' },
      },
      headers: {
        ContentLanguage: { description: 'of title and detail', schema: { type: 'string', enum: ['zh-CN', 'en'] } },
        RetryAfter: { description: 'seconds to wait', required: true, schema: { type: 'string', pattern: '^\\d+$' } },
      },
      responses: shared,
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  }; // prettier-ignore
}

type Schemas = (schema: z.ZodType, io: 'input' | 'output') => Json;

function operation(route: Route, schemaOf: Schemas, shared: Record<string, Json>): Json {
  const { method, path, tag, words, note, who, query, body, ifMatch, idempotent } = route;
  const named = (name: string) => ({ $ref: `#/components/parameters/${name}` });
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
      name, in: 'path', required: true, schema: route.params?.[name] ? schemaOf(route.params[name], 'input') : { type: 'string' },
    })),
    ...Object.entries((query?.shape ?? {}) as Record<string, z.ZodType>).map(([name, schema]) => parameter(name, schema, schemaOf)),
    ...(ifMatch ? [named(ifMatch === 'needed' ? 'IfMatch' : 'IfMatchHeeded')] : []),
    ...(idempotent ? [named('IdempotencyKey')] : []),
    ...(route.root ? [] : [named('AcceptLanguage')]),
  ]; // prettier-ignore
  const roles = rolesOf(who);
  return {
    operationId: `${method} ${path}`.replace(/[^A-Za-z0-9]+(.)?/g, (_all, next?: string) => next?.toUpperCase() ?? ''),
    tags: [tag],
    summary: words.join(' · '),
    ...(note !== undefined && { description: note }),
    ...(roles && { 'x-roles': roles }),
    ...securityOf(who),
    parameters,
    ...(body && {
      requestBody: {
        required: body.optional !== true,
        content: Object.fromEntries((body.types ?? ['application/json']).map((type) => [type, { schema: schemaOf(body.schema, 'input'), ...exampleOf(type, body.example) }])),
      },
    }),
    responses: responses(route, schemaOf, shared),
  }; // prettier-ignore
}

function parameter(name: string, schema: z.ZodType, schemaOf: Schemas): Json {
  const { description, ...rest } = schemaOf(schema, 'input');
  const required = !schema.safeParse(undefined).success;
  return { name, in: 'query', required, ...(description !== undefined && { description }), schema: rest };
}

function rolesOf(who: Who): string[] | undefined {
  if (who === 'local-or-roles') return [...ACCESS.metrics, 'owner'];
  return typeof who === 'object' ? [...who.roles, 'owner'] : undefined;
}

function securityOf(who: Who): Json {
  if (who === 'anybody') return { security: [] };
  if (who === 'device') return { security: [{ device: [] }] };
  if (who === 'local-or-roles') return { security: [{}, { session: [] }, { token: [] }] };
  return typeof who === 'object' && who.device ? { security: [{ device: [] }, { session: [] }, { token: [] }] } : {};
}

/** @param shared answers that many routes give, by name */
function responses(route: Route, schemaOf: Schemas, shared: Record<string, Json>): Json {
  const all: Record<string, Json> = {};
  for (const [status, answer] of Object.entries(route.answers)) all[status] = success(answer, route, schemaOf);
  for (const [status, codes] of Object.entries(problemsOf(route))) {
    const of = problemAnswer(Number(status), codes);
    const there = all[status];
    if (there) {
      // A status of both kinds: the device's own form, or a problem.
      all[status] = { ...there, content: { ...(there.content as Json), ...(of.content as Json) } };
    } else if (codes.length > 2) {
      all[status] = of;
    } else {
      const name = `${codes.map(pascal).join('Or')}${status}`;
      shared[name] ??= of;
      all[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  return all;
}

function success({ words, schema, types, example, headers = {} }: Answer, { list, method }: Route, schemaOf: Schemas): Json {
  const carried = { ...(list && AS_OF), ...headers };
  const json = schema && { schema: schemaOf(schema, 'output'), ...exampleOf('application/json', example) };
  const content = {
    ...Object.fromEntries((types ?? ['application/json']).map((type) => [type, json])),
    ...(list && FILES),
  };
  return {
    description: words.join(' · '),
    ...(Object.keys(carried).length > 0 && {
      headers: Object.fromEntries(Object.entries(carried).map(([name, description]) => [name, { description, schema: { type: 'string' } }])),
    }),
    ...(json && method !== 'head' && { content }),
  }; // prettier-ignore
}

/** Every problem a route may answer: its own, and those that follow from what it takes. */
export function problemsOf(route: Route): Record<number, string[]> {
  const { who, query, body, ifMatch, idempotent, list, root, method, problems = {} } = route;
  const codes: Record<number, string[]> = {};
  const add = (status: number, ...more: readonly string[]) => {
    codes[status] = [...new Set([...(codes[status] ?? []), ...more])];
  };
  if (root) {
    if (who === 'local-or-roles') add(401, ...COMMON[401]);
    if (who === 'local-or-roles') add(403, 'forbidden');
    return codes;
  }
  for (const [status, common] of Object.entries(COMMON)) add(Number(status), ...common);
  if (typeof who === 'object') add(403, 'forbidden');
  if (method !== 'get' && method !== 'head') add(403, 'cross-site');
  if (query && 'cursor' in query.shape) add(400, 'bad-cursor');
  if (list) add(422, 'too-many-rows');
  if (body && who !== 'device') add(415, 'unsupported-type');
  if (body && body.types === undefined) {
    add(400, 'not-json');
    add(413, 'too-large');
    add(415, 'unsupported-encoding');
  }
  if (ifMatch) {
    add(400, 'if-match-malformed');
    add(412, 'stale');
  }
  if (ifMatch === 'needed') add(428, 'if-match-required');
  if (idempotent) add(400, 'idempotency-key-malformed');
  for (const [status, own] of Object.entries(problems)) add(Number(status), ...own);
  return codes;
}

function problemAnswer(status: number, codes: readonly string[]): Json {
  const retry = status === 429 || status === 503;
  return {
    description: `${WORDS[status] ?? ''}: ${codes.map((code) => `\`${code}\``).join(', ')}`,
    headers: {
      'Content-Language': { $ref: '#/components/headers/ContentLanguage' },
      ...(retry && { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }),
    },
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    'x-codes': codes,
  }; // prettier-ignore
}

function exampleOf(type: string, example: unknown): Json {
  if (example === undefined) return {};
  if (type === 'text/csv') return { example: csvOf(example as Json) };
  return { example };
}

/** A row as a CSV file. */
function csvOf(row: Json): string {
  const cell = (value: unknown) =>
    typeof value === 'object' ? `"${JSON.stringify(value).replaceAll('"', '""')}"` : String(value);
  return `${Object.keys(row).join(',')}\r\n${Object.values(row).map(cell).join(',')}\r\n`;
}

/**
 * A schema as JSON Schema 2020-12; named parts of it go to the document's components. What JSON Schema cannot say (a transformed text) is
 * shown as what is sent.
 */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, Json>): Json {
  // Wrapped, so that the schema itself may become a reference too.
  const whole = z.toJSONSchema(z.object({ it: schema }), { io, unrepresentable: 'any', metadata }) as Json;
  const names = new Map<string, string>();
  const defs = (whole.$defs ?? {}) as Record<string, Json>;
  for (const [id, { id: _id, ...def }] of Object.entries(defs)) {
    const name = schemas[id] === undefined || same(schemas[id], renamed(def, names)) ? id : `${id}${io === 'input' ? 'Sent' : 'Shown'}`;
    names.set(id, name);
  } // prettier-ignore
  for (const [id, { id: _id, ...def }] of Object.entries(defs)) schemas[names.get(id)!] ??= renamed(def, names);
  return renamed((whole.properties as { it: Json }).it, names);
}

function renamed(schema: Json, names: ReadonlyMap<string, string>): Json {
  const text = JSON.stringify(schema).replaceAll(/"#\/\$defs\/([^"]+)"/g, (_all, id: string) => `"#/components/schemas/${names.get(id) ?? id}"`);
  return JSON.parse(text) as Json;
} // prettier-ignore

function same(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
