import { z } from 'zod';
import { VEHICLE_CLASSES } from '../../../devices/contract/vehicle-class.ts';
import { parseRegistryTime } from '../../../devices/contract/instant.ts';
import { DEVICE_ID, KINDS } from '../../../devices/contract/kinds.ts';
import { instant, plateColor, text } from '../../../devices/contract/messages.ts';
import { STAGES } from '../../../devices/contract/answers.ts';
import { INDUSTRIES } from '../../policy/types.ts';

/**
 * The rows of the registry (HTTP contract v1, "Registry"), one strict schema per collection: an unknown field is an error. Times stay
 * the strings they were written as: a civil date, or an ISO date-time in which hour 24 is the next midnight.
 */

/** A registry time; whether a bare date means its beginning or its end is said by the field (rules.md §1). */
export const registryTime = z
  .string()
  .refine((s) => !Number.isNaN(parseRegistryTime(s, 'start')), {
    error:
      '应为日期 YYYY-MM-DD，或带时区的 ISO 8601 时间 / is to be a civil date YYYY-MM-DD, or an ISO 8601 date-time with an offset',
  })
  .describe('civil date or ISO 8601 date-time, hour 24 allowed');

const name = text().min(1);
const county = z
  .string()
  .regex(/^\d{6}$/)
  .describe('six digits, GB/T 2260');
const lon = z.number().min(-180).max(180).describe('WGS-84');
const lat = z.number().min(-90).max(90).describe('WGS-84');
const position = z.tuple([lon, lat]);
const vin = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** Fields every row may carry besides its own. */
const versioned = {
  validFrom: registryTime.optional(),
  validTo: registryTime.optional(),
  recordedAt: registryTime.optional().describe('administrators only'),
};

const lineString = z.strictObject({ type: z.literal('LineString'), coordinates: z.array(position).min(2) });

const polygon = z
  .strictObject({
    type: z.literal('Polygon'),
    coordinates: z.array(z.array(position)).length(1, { error: '一个环，不带洞 / one ring, no holes' }),
  })
  .superRefine((p, ctx) => {
    const ring = p.coordinates[0] ?? [];
    const [first, last] = [ring[0], ring.at(-1)];
    if (ring.length < 4 || first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) {
      ctx.addIssue({
        code: 'custom',
        path: ['coordinates', 0],
        message: '环至少四个点，首尾相同 / a ring has at least four positions, the last equal to the first',
      });
    }
  });

const monthDay = z
  .string()
  .regex(/^(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])$|^(0[469]|11)-(0[1-9]|[12]\d|30)$|^02-(0[1-9]|1\d|2\d)$/);
const hourMinute = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/);
const hours = z.array(z.strictObject({ from: hourMinute, to: hourMinute }));

export const vehiclePredicate = z.strictObject({
  classes: z.array(z.enum(VEHICLE_CLASSES)).optional(),
  sizes: z.array(z.enum(['heavy', 'medium', 'light'])).optional(),
  fuels: z
    .array(z.string().regex(/^[A-Z]$/))
    .optional()
    .describe('letters contained in the fuel code'),
  stageMax: z.int().min(0).max(6).optional(),
  types: z
    .array(z.string().regex(/^[A-Z][0-9A-Z]{0,2}\*?$/))
    .optional()
    .describe('GA 24.4 codes, `*` at the end'),
});

export const vehicleRow = z.strictObject({
  plateNumber: name.describe('normalised at import'),
  plateColor,
  vin,
  plateType: z
    .string()
    .regex(/^\d{2}$/)
    .optional()
    .describe('GA 24.7'),
  vehicleType: z
    .string()
    .regex(/^[A-Z][0-9A-Z]{1,2}$/)
    .describe('GA 24.4'),
  fuel: z.string().regex(/^[A-Z]{1,3}$/),
  stage: z
    .enum([...STAGES, 'unknown'])
    .optional()
    .describe('absent = unknown'),
  stageBasis: text(256).optional(),
  useNature: z.string().regex(/^[A-Z0]$/),
  totalMass: z.number().min(0).describe('kg'),
  firstRegistered: registryTime,
  certificateUploaded: registryTime.optional(),
  invoiced: registryTime.optional(),
  scrapDue: registryTime.optional(),
  status: z.enum(['in-use', 'scrapped', 'deregistered']),
  scr: z.boolean().optional(),
  reagentTank: z.number().positive().optional().describe('L'),
  obdRequired: z.boolean().optional(),
  muck: z.boolean().optional(),
  owner: text(128).optional(),
  fleet: text(128).optional().describe('the id of the enterprise it drives for: that enterprise reads the row'),
  ...versioned,
});

export const enterpriseRow = z.strictObject({
  id: name,
  uscc: text(32).min(1).describe('统一社会信用代码'),
  nameZh: text(128).min(1),
  nameEn: text(128).optional(),
  county,
  industry: z.enum(INDUSTRIES),
  annualFreight: z.number().min(0).describe('t'),
  railSpurSince: registryTime.optional(),
  planningArea: z.boolean(),
  dailyTruckPasses: z.number().min(0),
  grade: text(16),
  cleanTransport: z.enum(['met', 'not-met']),
  lon,
  lat,
  ...versioned,
});

export const deviceRow = z
  .strictObject({
    kind: z.enum(KINDS),
    id: z.string().regex(DEVICE_ID),
    nameZh: text(128).min(1),
    enterpriseId: name.optional(),
    lon: lon.optional(),
    lat: lat.optional(),
    county: county.optional(),
    secret: z.string().min(16).max(256).optional().describe('write only'),
    enabled: z.boolean().default(true),
    dialect: name.optional(),
    interactive: z.boolean().default(true),
    calibratedUntil: registryTime.optional(),
    requiredPhotos: z.array(z.enum(['vehicle', 'head', 'plate', 'cargo'])).optional(),
    minStage: z.int().min(0).max(6).optional(),
    ...versioned,
  })
  .superRefine((row, ctx) => {
    if (row.kind === 'on-board') return;
    for (const field of ['lon', 'lat', 'county'] as const) {
      if (row[field] === undefined)
        ctx.addIssue({ code: 'custom', path: [field], message: '除车载终端外必填 / is required for all kinds but on-board' });
    }
  });

export const zoneRow = z
  .strictObject({
    id: name,
    zoneKind: z.enum(['diversion', 'planning-area', 'no-machinery']),
    nameZh: text(128).min(1),
    polygon,
    seasons: z.array(z.strictObject({ from: monthDay, to: monthDay })).optional(),
    clock: hours.optional(),
    vehicles: vehiclePredicate.optional(),
    edges: z.array(z.strictObject({ index: z.int().min(0), included: z.boolean() })).optional(),
    bypass: lineString.optional(),
    ...versioned,
  })
  .superRefine((row, ctx) => {
    const edges = (row.polygon.coordinates[0]?.length ?? 1) - 1;
    row.edges?.forEach((e, i) => {
      if (e.index >= edges)
        ctx.addIssue({
          code: 'custom',
          path: ['edges', i, 'index'],
          message: `该环的边为 0 至 ${edges - 1} / the ring has edges 0 to ${edges - 1}`,
        });
    });
  });

export const permitRow = z.strictObject({
  id: name,
  plateNumber: name.describe('normalised at import'),
  plateColor,
  zoneId: name.optional(),
  corridor: lineString.optional(),
  hours: hours.optional(),
  from: registryTime,
  to: registryTime,
  ...versioned,
});

export const inspectionRow = z.strictObject({
  vin,
  at: registryTime,
  inspectionKind: z.enum(['periodic', 'repair']),
  result: z.enum(['passed', 'failed']),
  station: text(128),
  ...versioned,
});

export const responseRow = z.strictObject({
  id: name,
  level: z.enum(['yellow', 'orange', 'red']),
  counties: z.array(county).min(1).describe('140900 covers every county that begins with 1409'),
  start: registryTime,
  end: registryTime.optional(),
  issuedBy: text(128),
  reference: text(128),
  ...versioned,
});

const registrationCode = text(32).min(1).describe('环保登记号码, opaque');

export const machineryRow = z.strictObject({
  registrationCode,
  machineryKind: text().min(1),
  stage: z.enum([...STAGES, 'unknown']),
  owner: text(128),
  county,
  ...versioned,
});

export const declarationRow = z.strictObject({
  siteId: z.string().regex(DEVICE_ID).describe('the machinery gate'),
  registrationCode,
  from: registryTime,
  to: registryTime.optional(),
  ...versioned,
});

export const deliveryRow = z.strictObject({
  id: name,
  enterpriseId: name,
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  mode: z.enum(['rail', 'water', 'pipe', 'conveyor']),
  cargo: text().min(1),
  tonnes: z.number().min(0),
  direction: z.enum(['in', 'out']),
  ...versioned,
});

/** The schema of a row by collection. */
export const ROW_SCHEMAS = {
  vehicles: vehicleRow,
  enterprises: enterpriseRow,
  devices: deviceRow,
  zones: zoneRow,
  permits: permitRow,
  inspections: inspectionRow,
  responses: responseRow,
  machinery: machineryRow,
  declarations: declarationRow,
  deliveries: deliveryRow,
} as const;

const shownAs = ({ shape }: z.ZodObject): z.ZodObject => {
  const { secret: _secret, ...own } = shape;
  return z.strictObject({
    ...own,
    validFrom: instant.optional().describe('absent: since ever'),
    validTo: instant.optional(),
    recordedAt: instant,
    version: z.string().describe('`<key>#<n>`'),
  });
};

/** The rows of each collection as `GET /registry/<collection>` shows them: with the times of their version, without secrets. */
export const ROWS_SHOWN = {
  vehicles: shownAs(vehicleRow),
  enterprises: shownAs(enterpriseRow),
  devices: shownAs(deviceRow),
  zones: shownAs(zoneRow),
  permits: shownAs(permitRow),
  inspections: shownAs(inspectionRow),
  responses: shownAs(responseRow),
  machinery: shownAs(machineryRow),
  declarations: shownAs(declarationRow),
  deliveries: shownAs(deliveryRow),
} as const satisfies Record<keyof typeof ROW_SCHEMAS, z.ZodObject>;

/** Fields of a row that are not its content. */
export type Aside = 'validFrom' | 'recordedAt' | 'secret';

/** A row as the caller sent it, by collection. */
export type RegistryInput = { [C in keyof typeof ROW_SCHEMAS]: z.infer<(typeof ROW_SCHEMAS)[C]> };

/** A row as it is stored and shown, by collection: without the times of its version and without secrets. */
export type RegistryRows = { [C in keyof RegistryInput]: Omit<RegistryInput[C], Aside> };

/** The answer to `PUT /registry/<collection>`. `row` counts the records from 1, the CSV header not among them. */
export const importAnswer = z.object({
  accepted: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
  errors: z.array(z.object({ row: z.int(), code: z.string(), message: z.string() })).describe('the first 1 000'),
  secrets: z
    .array(z.object({ row: z.int(), kind: z.enum(KINDS), id: z.string(), secret: z.string() }))
    .optional()
    .describe('those that were made; shown this once'),
});
export type ImportAnswer = z.infer<typeof importAnswer>;
