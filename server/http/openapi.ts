import { z } from 'zod';
import { decision, gatePolicy, receipt, rejected } from '../../devices/contract/answers.ts';
import { KINDS, MESSAGES } from '../../devices/contract/kinds.ts';
import { SCHEMAS, status } from '../../devices/contract/messages.ts';
import { policySchema } from '../policy/schema.ts';
import { COLLECTIONS } from '../registry/types.ts';
import { alert, alertListQuery, alertWithHistory, assignables, ALERT_STEPS, stepBodies } from './contract/alerts.ts';
import {
  accountLine, accountMonths, accountMonthsQuery, accountQuery, accountRows, accountRowsQuery, accountWithRevisions, account,
  cleanTransportDecided, cleanTransportDecision, cleanTransportDecisions, decisionsQuery,
} from './contract/accounts.ts'; // prettier-ignore
import { dayFigures, dayFiguresQuery, remoteSensingFigures, remoteSensingQuery, ureaStory, ureaStoryQuery, ureaVehicle, ureaVehiclesQuery } from './contract/figures.ts'; // prettier-ignore
import { deviceHealth } from './contract/device-health.ts';
import {
  auditLogQuery, deadLetterQuery, decisionQuery, findingQuery, importQuery, inPlantLedgerQuery, machineryLedgerQuery, observationQuery, registryQuery, smallListQuery,
  transportLedgerQuery,
} from './contract/lists.ts'; // prettier-ignore
import {
  deadLetterShown,
  decisionShown,
  disputeAnswer,
  disputeText,
  findingShown,
  observationShown,
  problem,
} from './contract/records.ts';
import { imageKept, imageQuery } from './contract/images.ts';
import { gateDisplay } from './contract/gates.ts';
import { activation, changesQuery, policyChanges, policyShown } from './contract/policy.ts';
import { jobCreated, jobRowQuery, jobRowShown, jobShown, rejudgeBody, whatIfBody } from './contract/jobs.ts';
import { inPlantRow, machineryRow, transportRow } from './contract/ledgers.ts';
import { importAnswer, ROW_SCHEMAS } from './contract/registry.ts';
import { responseBook, responseDraft, responsePreview } from './contract/responses.ts';
import { newToken, newUser, signInBody, userChange } from './contract/users.ts';
import { zoneBook, zoneDraft, zonePreview } from './contract/zones.ts';

/** The OpenAPI 3.1 document, made of the contract's own schemas. */

type Json = Record<string, unknown>;

interface Route {
  method: 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  summary: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  bodyTypes?: string[];
  answer?: z.ZodType;
  status?: number;
  ifMatch?: boolean;
  idempotent?: boolean;
}

const free = z.record(z.string(), z.unknown());
const listOf = (item: z.ZodType) => z.object({ items: z.array(item), next: z.string().nullable() });
const user = z.object({ username: z.string(), name: z.string(), role: z.string() }).catchall(z.unknown());
const signedIn = z.object({ name: z.string(), role: z.string(), enterpriseId: z.string().optional(), counties: z.array(z.string()).optional() }); // prettier-ignore
const who = z.object({ user: signedIn.extend({ username: z.string() }) });
const policyDetail = policyShown.extend({ policy: policySchema });
const outbox = z.union(KINDS.flatMap((kind) => Object.values(SCHEMAS[kind]) as z.ZodType[]));

const ROUTES: Route[] = [
  { method: 'post', path: '/session', summary: 'Sign in', body: signInBody, answer: z.object({ user: signedIn }) },
  { method: 'get', path: '/session', summary: 'Who is signed in', answer: who },
  { method: 'delete', path: '/session', summary: 'Sign out', status: 204 },
  { method: 'get', path: '/users', summary: 'Users', query: smallListQuery, answer: listOf(user) },
  { method: 'post', path: '/users', summary: 'Make a user', body: newUser, answer: user, status: 201, idempotent: true },
  { method: 'get', path: '/users/{username}', summary: 'One user', answer: user },
  { method: 'patch', path: '/users/{username}', summary: 'Change a user', body: userChange, answer: user },
  { method: 'get', path: '/tokens', summary: 'Tokens', query: smallListQuery, answer: listOf(free) },
  { method: 'post', path: '/tokens', summary: 'Make a token, shown once', body: newToken, answer: z.object({ id: z.string(), token: z.string() }), status: 201, idempotent: true },
  { method: 'delete', path: '/tokens/{id}', summary: 'End a token', status: 204 },
  ...COLLECTIONS.flatMap((name): Route[] => [
    { method: 'get', path: `/registry/${name}`, summary: `${name} in force, or their history`, query: registryQuery, answer: listOf(ROW_SCHEMAS[name]) },
    { method: 'put', path: `/registry/${name}`, summary: `Import ${name}: one row a line`, query: importQuery, body: ROW_SCHEMAS[name], bodyTypes: ['application/x-ndjson', 'text/csv'], answer: importAnswer },
  ]),
  { method: 'get', path: '/responses', summary: 'Emergency responses with their rows, and what is in force where from now on', answer: responseBook },
  { method: 'post', path: '/responses/preview', summary: 'What a row of responses would do: enterprises, vehicles, machinery. Changes nothing', body: responseDraft, answer: responsePreview },
  { method: 'get', path: '/zones', summary: 'The zones in force, with what is judged of them now', answer: zoneBook },
  { method: 'post', path: '/zones/preview', summary: 'What is wrong with an outline, and which devices it would hold. Changes nothing', body: zoneDraft, answer: zonePreview },
  { method: 'get', path: '/observations', summary: 'What was seen', query: observationQuery, answer: listOf(observationShown) },
  { method: 'get', path: '/findings', summary: 'What was judged', query: findingQuery, answer: listOf(findingShown) },
  { method: 'get', path: '/findings/{id}', summary: 'One finding', answer: findingShown },
  { method: 'post', path: '/findings/{id}/dispute', summary: 'Contest a finding at an own gate', body: disputeText, answer: findingShown },
  { method: 'post', path: '/findings/{id}/dispute/answer', summary: "The bureau's answer to a dispute", body: disputeAnswer, answer: findingShown },
  { method: 'get', path: '/decisions', summary: 'What gates were answered', query: decisionQuery, answer: listOf(decisionShown) },
  { method: 'get', path: '/decisions/{ref}', summary: 'The decision of a printed reference', answer: decisionShown },
  { method: 'get', path: '/vehicles/{number}/{colour}', summary: "One vehicle's whole story", answer: free },
  { method: 'get', path: '/vehicles/{number}/{colour}/urea', summary: "A vehicle's reagent level, fuel and NOx over at most 31 days", query: ureaStoryQuery, answer: ureaStory },
  { method: 'get', path: '/figures/day', summary: 'A civil day in figures, beside the day before', query: dayFiguresQuery, answer: dayFigures },
  { method: 'get', path: '/figures/remote-sensing', summary: 'Readings of at most 31 days: validity, distributions, failed vehicles', query: remoteSensingQuery, answer: remoteSensingFigures },
  { method: 'get', path: '/figures/urea', summary: 'Vehicles with findings of urea use, the latest first', query: ureaVehiclesQuery, answer: listOf(ureaVehicle) },
  { method: 'get', path: '/dead-letters', summary: 'What was refused', query: deadLetterQuery, answer: listOf(deadLetterShown) },
  { method: 'post', path: '/dead-letters/{id}/replay', summary: 'Take a dead letter in again', answer: free },
  { method: 'get', path: '/audit-log', summary: 'Who changed what', query: auditLogQuery, answer: listOf(free) },
  { method: 'get', path: '/devices/health', summary: 'How devices are', query: smallListQuery, answer: listOf(deviceHealth) },
  { method: 'get', path: '/ledgers/transport', summary: 'Counted passages at gates', query: transportLedgerQuery, answer: listOf(transportRow) },
  { method: 'get', path: '/ledgers/in-plant', summary: 'Stays of vehicles at enterprises', query: inPlantLedgerQuery, answer: listOf(inPlantRow) },
  { method: 'get', path: '/ledgers/machinery', summary: 'Machinery in and out of sites', query: machineryLedgerQuery, answer: listOf(machineryRow) },
  { method: 'get', path: '/accounts/clean-transport', summary: "A month's accounts; with `enterprise` its last one, with `revision` that one as it was stored", query: accountQuery, answer: z.union([listOf(accountLine), accountWithRevisions, account]) },
  { method: 'get', path: '/accounts/clean-transport/rows', summary: 'The rows a figure is made of', query: accountRowsQuery, answer: accountRows },
  { method: 'get', path: '/accounts/clean-transport/months', summary: 'An enterprise’s last accounts, month after month', query: accountMonthsQuery, answer: accountMonths },
  { method: 'get', path: '/accounts/clean-transport/decisions', summary: 'What the bureau decided about an enterprise, newest first', query: decisionsQuery, answer: cleanTransportDecisions },
  { method: 'post', path: '/accounts/clean-transport/decision', summary: "The bureau decides an enterprise's cleanTransport", body: cleanTransportDecision, answer: cleanTransportDecided },
  { method: 'get', path: '/gates', summary: 'The gate board', answer: z.object({ items: z.array(free) }) },
  { method: 'get', path: '/display/{gateId}', summary: 'What the screen at a gate shows; takes a token bound to the gate', answer: gateDisplay },
  { method: 'post', path: '/what-if', summary: 'What another policy would have changed in a period', body: whatIfBody, answer: jobCreated, status: 202 },
  { method: 'post', path: '/re-judge', summary: 'Judge the messages of a period anew with what is known now', body: rejudgeBody, answer: jobCreated, status: 202 },
  { method: 'get', path: '/jobs', summary: 'The latest jobs', answer: listOf(jobShown) },
  { method: 'get', path: '/jobs/{id}', summary: 'One job, with its result when it is done', answer: jobShown },
  { method: 'get', path: '/jobs/{id}/rows', summary: 'The verdicts that a job changed or would change', query: jobRowQuery, answer: listOf(jobRowShown) },
  { method: 'delete', path: '/jobs/{id}', summary: 'Cancel a job', answer: jobShown },
  { method: 'get', path: '/alerts', summary: 'Alerts', query: alertListQuery, answer: listOf(alert) },
  { method: 'get', path: '/alerts/{id}', summary: 'One alert with its history', answer: alertWithHistory },
  { method: 'get', path: '/alerts/{id}/assignees', summary: 'Whom an alert can be dispatched to', answer: assignables },
  ...ALERT_STEPS.map((step): Route => ({ method: 'post', path: `/alerts/{id}/${step}`, summary: `Step: ${step}`, body: stepBodies[step], answer: alertWithHistory, ifMatch: true, idempotent: true })),
  { method: 'get', path: '/policies', summary: 'Policy versions: the built-in one, drafts, activated ones', query: smallListQuery, answer: listOf(policyShown) },
  { method: 'post', path: '/policies', summary: 'Draft a policy version', body: policySchema, answer: policyDetail, status: 201, idempotent: true },
  { method: 'get', path: '/policies/{version}', summary: 'One policy version', answer: policyDetail },
  { method: 'put', path: '/policies/{version}', summary: 'Change a draft', body: policySchema, answer: policyDetail, ifMatch: true },
  { method: 'delete', path: '/policies/{version}', summary: 'Delete a draft', status: 204, ifMatch: true },
  { method: 'get', path: '/policies/{version}/changes', summary: 'In what a version differs from the one in force, or from another', query: changesQuery, answer: policyChanges },
  { method: 'post', path: '/policies/{version}/activate', summary: 'Put a draft in force from a moment to come; not by who wrote it. If-Match is heeded', body: activation, answer: policyDetail },
  { method: 'post', path: '/devices/{kind}/{deviceId}/{message}', summary: `A device's message (${KINDS.map((k) => `${k}: ${MESSAGES[k].join(', ')}`).join('; ')}; every kind: status)`, body: z.union([outbox, status]), answer: z.union([decision, receipt]) },
  { method: 'get', path: '/devices/gate/{deviceId}/policy', summary: 'What a gate needs to decide alone', answer: gatePolicy },
  { method: 'put', path: '/images/{sha256}', summary: 'Bring a picture (JPEG or PNG, ≤ 2 MiB): its device, or a user of the enterprise at whose gates it was named. 200: it was there already', body: z.string().meta({ contentEncoding: 'binary' }), bodyTypes: ['image/jpeg', 'image/png'], answer: imageKept, status: 201 },
  { method: 'head', path: '/images/{sha256}', summary: 'Whether a picture is there: to a device, whether it brought it itself' },
  { method: 'get', path: '/images/{sha256}', summary: 'A picture that an observation in the scope names, of a device that brought it itself', query: imageQuery },
  { method: 'get', path: '/time', summary: 'Platform time', answer: z.object({ at: z.string(), speed: z.number() }) },
]; // prettier-ignore

let made: Json | undefined;

/** The document; made once. */
export function openApi(): Json {
  made ??= {
    openapi: '3.1.0',
    info: { title: 'CleanHaul 清运', version: '1', description: 'HTTP contract v1. Times are ISO 8601 with an offset, civil days Asia/Shanghai.' },
    servers: [{ url: '/api/v1' }],
    security: [{ session: [] }, { token: [] }],
    paths: paths(),
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'cleanhaul_session' },
        token: { type: 'http', scheme: 'bearer' },
        device: { type: 'http', scheme: 'basic', description: '`<kind>/<deviceId>` and secret, on device paths only' },
      },
      schemas: { Problem: schemaOf(problem), Rejected: schemaOf(rejected) },
    },
  }; // prettier-ignore
  return made;
}

function paths(): Json {
  const all: Record<string, Json> = {};
  for (const route of ROUTES) (all[route.path] ??= {})[route.method] = operation(route);
  return all;
}

function operation({
  method,
  path,
  summary,
  query,
  body,
  bodyTypes,
  answer,
  status: code = 200,
  ifMatch,
  idempotent,
}: Route): Json {
  const ofDevice = path.startsWith('/devices/') && path !== '/devices/health';
  const alsoOfDevice = path.startsWith('/images/') && method !== 'get';
  const header = (name: string, required: boolean) => ({ name, in: 'header', required, schema: { type: 'string' } });
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) => ({ name, in: 'query', required: false, schema: schemaOf(schema as z.ZodType) })),
    ...(ifMatch ? [header('If-Match', true)] : []),
    ...(idempotent ? [header('Idempotency-Key', false)] : []),
  ]; // prettier-ignore
  return {
    summary,
    ...(ofDevice && { security: [{ device: [] }] }),
    ...(alsoOfDevice && { security: [{ device: [] }, { session: [] }, { token: [] }] }),
    ...(path === '/time' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: Object.fromEntries((bodyTypes ?? ['application/json']).map((type) => [type, { schema: schemaOf(body) }])) },
    }),
    responses: {
      [code]: { description: summary, ...(answer && { content: { 'application/json': { schema: schemaOf(answer, 'output') } } }) },
      ...(ofDevice && { '422': { description: 'Refused', content: { 'application/json': { schema: { $ref: '#/components/schemas/Rejected' } } } } }),
      default: { description: 'A problem (RFC 9457)', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
  }; // prettier-ignore
}

/** What JSON Schema cannot say (a transformed text) is shown as what is sent. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}

/** The same for people: a page without script. */
export function openApiPage(): string {
  const rows = ROUTES.map((route) => {
    const { parameters: _p, ...shown } = operation(route) as Json & { parameters?: { name: string; in: string }[] };
    const names = ((operation(route).parameters ?? []) as { name: string; in: string }[]).map((p) => `${p.name} (${p.in})`);
    return `<details><summary><code>${route.method.toUpperCase()} ${escape(route.path)}</code> ${escape(route.summary)}</summary><p>${escape(names.join(' · '))}</p><pre>${escape(JSON.stringify(shown, null, 2))}</pre></details>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>CleanHaul API</title><h1>CleanHaul 清运 · API v1</h1><p><a href="/api/v1/openapi.json">openapi.json</a></p>${rows.join('\n')}</html>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
