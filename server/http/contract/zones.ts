import { z } from 'zod';
import { instant } from '../../../devices/contract/messages.ts';
import { zoneRow } from './registry.ts';

/** `GET /zones`: the zones in force with what they mean now. `POST /zones/preview`: what an outline would hold, before it is published. */

const span = z.object({ from: z.string(), to: z.string() });

/** A zone's row as it was published, and what the policy adds to it. */
export const zoneShown = z.object({
  id: z.string(),
  zoneKind: z.enum(['diversion', 'planning-area', 'no-machinery']),
  nameZh: z.string(),
  polygon: zoneRow.shape.polygon,
  seasons: z.array(span).optional(),
  clock: z.array(span).optional(),
  vehicles: zoneRow.shape.vehicles,
  edges: zoneRow.shape.edges,
  bypass: zoneRow.shape.bypass,
  version: z.string(),
  validFrom: instant.optional().describe('absent: since ever'),
  validTo: instant.optional(),
  recordedAt: instant,
  areaKm2: z.number(),
  judged: z
    .object({
      seasons: z.array(span).describe("its own, else the policy's"),
      vehicles: zoneRow.shape.vehicles.unwrap().describe('its own, else the default'),
      now: z.boolean().describe('whether it is in season and clock now'),
    })
    .optional()
    .describe('diversion zones: what is judged; the other kinds are only shown'),
});

export const zoneBook = z.object({
  asOf: instant,
  edgeToleranceM: z.number(),
  /** What a diversion zone that says nothing of it has. */
  defaults: z.object({ seasons: z.array(span), vehicles: zoneRow.shape.vehicles.unwrap() }),
  items: z.array(zoneShown),
});

/** The outline as far as it is drawn; with the id of a zone that exists, what changes is told. */
export const zoneDraft = z.strictObject({
  id: z.string().max(64).optional(),
  polygon: zoneRow.shape.polygon,
  edges: zoneRow.shape.edges,
});

export const zonePreview = z.object({
  asOf: instant,
  faults: z.array(
    z.object({
      code: z.enum(['too-few', 'doubled', 'crosses', 'too-small', 'too-narrow']),
      at: z.array(z.int()).describe('doubled: two vertices; crosses: two edges; from 0'),
      message: z.string().describe('in the language asked for'),
    }),
  ),
  areaKm2: z.number(),
  perimeterKm: z.number(),
  edgeToleranceM: z.number(),
  devices: z
    .array(
      z.object({
        kind: z.enum(['gate', 'remote-sensing', 'checkpoint']),
        id: z.string(),
        nameZh: z.string(),
        county: z.string().optional(),
        lon: z.number(),
        lat: z.number(),
        inside: z.boolean(),
        was: z.boolean().optional().describe('whether it is inside the zone in force'),
        edge: z
          .object({ index: z.int(), metres: z.number(), included: z.boolean() })
          .optional()
          .describe('where an edge decides: the nearest one'),
      }),
    )
    .max(1000)
    .describe('enabled gates, stations and checkpoints inside, or no farther than 2 km outside; those inside first'),
});

export type ZoneShown = z.infer<typeof zoneShown>;
export type ZoneBook = z.infer<typeof zoneBook>;
export type ZoneDraft = z.infer<typeof zoneDraft>;
export type ZonePreview = z.infer<typeof zonePreview>;
