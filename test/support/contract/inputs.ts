import type { ContractDocument, Operation, Parameter, Schema } from './document.ts';

/** Input made of the document: values a parameter takes, values it does not, bodies with one thing wrong. */

/** What the schema of a parameter cannot tell, and a city of the test has. */
const KNOWN: Record<string, string> = {
  device: 'gate/g1', plate: '晋H10001', vin: 'VIN1', enterprise: 'e1', county: '140902', rule: 'emission-standard', code: 'below-stage', search: '晋',
  id: 'g1', site: 'm1', assignee: 'police', by: 'admin', action: 'sign-in', station: 's1', month: '2021-11', date: '2021-11-15', with: 'xinzhou-2021', figure: 'tonnes.total',
  before: 'admit', after: 'refuse', state: 'open',
}; // prettier-ignore

export function valid({ name, schema }: Parameter): string[] {
  if (name === 'cursor') return [];
  // An import that is not dry would change the city.
  if (name === 'dryRun') return ['true'];
  if (Array.isArray(schema.enum)) return schema.enum as string[];
  if (schema.type === 'integer') return [String(schema.minimum ?? 0), '5'];
  if (Array.isArray(schema.examples)) return schema.examples as string[];
  const known = KNOWN[name];
  if (known === undefined) throw new Error(`no value is known for the parameter ${name}`);
  return [known];
}

export function invalid({ name, schema }: Parameter): string[] {
  if (name === 'cursor') return ['nonsense', 'W10', 'x'.repeat(2000)];
  if (Array.isArray(schema.enum)) return ['nonsense', ''];
  if (schema.type === 'integer')
    return ['x', '-1', '1.5', '', '0x1', ...(typeof schema.maximum === 'number' && schema.maximum < 1e9 ? [String(schema.maximum + 1)] : [])]; // prettier-ignore
  if (Array.isArray(schema.examples)) return ['yesterday', '2021-02-30', '2021-11-15T08:00:00'];
  if (typeof schema.pattern === 'string') return ['?', ''];
  return ['x'.repeat(2000), ''];
}

/** Bodies that break the schema in one place each, from one that meets it. */
export function brokenBodies({ deref }: ContractDocument, schema: Schema, good: unknown): [what: string, body: unknown][] {
  const shape = deref<Schema>(schema);
  const properties = shape.properties as Record<string, Schema> | undefined;
  const required = (shape.required as string[] | undefined) ?? [];
  if (!properties || typeof good !== 'object' || good === null) return [];
  return [
    ['an unknown field', { ...good, surelyUnknown: 1 }],
    ['an array', [good]],
    ...required.map((name): [string, unknown] => [`without ${name}`, { ...good, [name]: undefined }]),
    ...Object.keys(properties).map((name): [string, unknown] => [`${name} of another type`, { ...good, [name]: { not: ['this'] } }]),
    ...Object.entries(properties).flatMap(([name, property]): [string, unknown][] => outOf(deref<Schema>(property)).map((value) => [`${name} = ${String(value).slice(0, 20)}`, { ...good, [name]: value }])),
  ]; // prettier-ignore
}

/** Values of the right type beyond what is allowed. */
function outOf(schema: Schema): unknown[] {
  if (Array.isArray(schema.enum)) return ['nonsense'];
  if (schema.type === 'string') {
    if (typeof schema.pattern === 'string') return ['???'];
    return typeof schema.maxLength === 'number' ? ['x'.repeat(schema.maxLength + 1)] : [];
  }
  if (schema.type === 'integer') return [typeof schema.minimum === 'number' ? schema.minimum - 1 : 1.5];
  return [];
}

/** Things that stand in an address where an id should. */
export const ODD_IDS = [
  'surely-unknown',
  '..%2f..%2fetc',
  '%00',
  '%E6%99%8B',
  '%F0%9F%9A%9A',
  'x'.repeat(1500),
  '%7B%22%24gt%22%3A%22%22%7D',
  '%E0%A4%A',
];

/** Whether the operation takes an id in its address. */
export const takesId = ({ path }: Operation): boolean => path.includes('{');
