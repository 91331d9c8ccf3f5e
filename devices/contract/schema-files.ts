import { z } from 'zod';
import { decision, gatePolicy, receipt, rejected } from './answers.ts';
import { SCHEMAS, status } from './messages.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** What JSON Schema cannot say of a message. */
const NOTES: Record<string, string> = {
  'on-board.telemetry': 'Each sample’s `at` is not after the message’s and not more than 24 h before it.',
};

/** The JSON Schema files for makers of devices: file name → text, the same for the same contract. */
export function schemaFiles(): Record<string, string> {
  const schemas: Record<string, z.ZodType> = {};
  for (const [kind, messages] of Object.entries(SCHEMAS)) {
    for (const [message, schema] of Object.entries(messages)) schemas[`${kind}.${message}`] = schema;
  }
  Object.assign(schemas, { status, 'gate.decision': decision, 'gate.policy': gatePolicy, receipt, rejected });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [`${name}.json`, render(name, schema)]));
}

/** Unknown fields are ignored by both sides, so the schemas describe the input and close no object. */
function render(name: string, schema: z.ZodType): string {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' });
  const head = { $schema: DIALECT, $id: `cleanhaul/v1/${name}.json`, title: `CleanHaul v1 ${name.replace('.', ' ')}` };
  const note = NOTES[name];
  return JSON.stringify({ ...head, ...(note ? { description: note } : {}), ...body }, null, 2) + '\n';
}
