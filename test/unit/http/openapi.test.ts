import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { ROUTES } from '../../../server/http/openapi/index.ts';
import { openApi } from '../../../server/http/openapi/document.ts';
import { servedRoutes } from '../../support/express-routes.ts';

interface Operation {
  operationId: string;
  summary: string;
  parameters: ({ $ref: string } | { name: string; in: string })[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Answer | { $ref: string }>;
}
interface Answer {
  description: string;
  content?: Record<string, Media>;
}
interface Media {
  schema: object;
  example?: unknown;
}
const document = openApi() as unknown as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; responses: Record<string, Answer> };
};
const answersOf = ({ responses }: Operation): [status: string, answer: Answer][] =>
  Object.entries(responses).map(([status, answer]) => [status, '$ref' in answer ? document.components.responses[answer.$ref.split('/').at(-1)!]! : answer]); // prettier-ignore
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => method !== 'servers')
    .map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
);

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).to.equal(undefined);
    expect(valid).to.equal(true);
  });

  it('describes every route that express serves, and no other', async () => {
    expect(operations.map(({ name }) => name).sort()).to.deep.equal(await servedRoutes());
  });

  it('names every operation once, in Chinese and English', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const { name, operation } of operations) expect(operation.summary, name).to.match(/^.*[\u4e00-\u9fff].* · .*[a-z]/);
  });

  it('has a schema, not any object at all, for whatever is answered', () => {
    const free = (schema: object) => Object.keys(schema).every((key) => ['type', 'additionalProperties', 'propertyNames', 'description'].includes(key)) && 'additionalProperties' in schema;
    for (const { name, operation } of operations) {
      for (const [status, { content = {} }] of answersOf(operation))
        for (const [type, media] of Object.entries(content))
          if (name !== 'get /openapi.json') expect(free(media.schema), `${name} ${status} ${type}`).to.equal(false);
    }
  }); // prettier-ignore

  it('says of every problem which codes it has', () => {
    for (const { name, operation } of operations)
      for (const [status, answer] of answersOf(operation))
        if (answer.content?.['application/problem+json']) expect(answer.description, `${name} ${status}`).to.match(/`[a-z-]+`/);
  });

  it('gives examples that meet their schemas, one for every body', () => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } });
    ajv.addSchema({ $id: 'document', components: document.components });
    const meets = (schema: object, example: unknown, where: string) => {
      const check = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')) as object);
      check(example);
      expect(check.errors, where).to.equal(null);
    };
    for (const { name, operation } of operations) {
      for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
        if (type.startsWith('image/') || type === 'application/zip') continue;
        expect(media.example, `${name} has no example`).not.to.equal(undefined);
        if (type !== 'text/csv') meets(media.schema, media.example, name);
      }
      for (const [, { content = {} }] of answersOf(operation))
        for (const media of Object.values(content)) if (media.example !== undefined) meets(media.schema, media.example, name);
    }
  }); // prettier-ignore

  it('writes down each route once', () => {
    const names = ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).to.equal(names.length);
  });
});
