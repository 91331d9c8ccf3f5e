import { formatInstant } from '../../devices/contract/instant.ts';
import type { Clock } from '../clock.ts';
import { areaM2, perimeterM, ringFaults, type RingFault } from '../geo/ring.ts';
import { nearestEdge } from '../geo/nearest-edge.ts';
import { insideZone, type ZoneOutline } from '../geo/zone.ts';
import type { ZoneBook, ZoneDraft, ZonePreview, ZoneShown } from '../http/contract/zones.ts';
import type { PolicyBook } from '../intake/policy-book.ts';
import { SINCE_EVER, type Policy, type VehiclePredicate } from '../policy/types.ts';
import type { RegisteredZone } from '../registry/facts.ts';
import { allInForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { Versioned } from '../registry/types.ts';
import { seasonsOf, standsAt } from '../rules/diversion.ts';
import { DEFAULT_PREDICATE } from '../rules/predicate.ts';
import type { Revisions } from '../store/revisions.ts';

export interface ZoneDeps {
  registry: Pick<RegistryReader, 'sync' | 'zones' | 'roadside'>;
  policies: Pick<PolicyBook, 'at' | 'sync'>;
  revisions: Pick<Revisions, 'read'>;
  clock: Clock;
}

/** A fault in both languages; the route tells the one that is asked for. */
export type ZoneFault = RingFault & { zh: string; en: string };
export type Preview = Omit<ZonePreview, 'faults'> & { faults: ZoneFault[] };

/** So far outside of an outline devices are still told: whoever draws sees what was just left out. */
const AROUND_M = 2000;
const MOST = 1000;

/** The zones as people read them, and what an outline would hold: by the geometry and the rule that judge (`server/geo`, `server/rules`). */
export function createZones({ registry, policies, revisions, clock }: ZoneDeps) {
  async function fresh(): Promise<{ now: number; policy: Policy }> {
    const numbers = await revisions.read();
    await Promise.all([registry.sync(numbers), policies.sync(numbers)]);
    const now = clock.now();
    return { now, policy: policies.at(now, now) };
  }

  return {
    /** Those in force now. */
    async all(): Promise<ZoneBook> {
      const { now, policy } = await fresh();
      const zones = allInForce(await registry.zones(), now, now);
      return {
        asOf: formatInstant(now),
        edgeToleranceM: policy.rules.diversion.edgeToleranceM,
        defaults: { seasons: [policy.rules.diversion.season], vehicles: asWritten(DEFAULT_PREDICATE) },
        items: zones.map((zone) => shown(zone, now, policy)).sort((a, b) => (a.id < b.id ? -1 : 1)),
      };
    },

    /** What an outline would hold if it were in force now. Changes nothing. */
    async preview({ id, polygon, edges = [] }: ZoneDraft): Promise<Preview> {
      const { now, policy } = await fresh();
      const { edgeToleranceM } = policy.rules.diversion;
      const ring = (polygon.coordinates[0] ?? []).slice(0, -1);
      const draft: ZoneOutline = { ring, edges };
      const faults = ringFaults(ring, edgeToleranceM);
      const before = allInForce(await registry.zones(), now, now).find((zone) => zone.key === id)?.facts;
      const devices = allInForce(await registry.roadside(), now, now).flatMap(({ facts }): Preview['devices'] => {
        const { kind, id: device, nameZh, county, lon, lat, enabled } = facts;
        if (lon === undefined || lat === undefined || !enabled) return [];
        if (kind !== 'gate' && kind !== 'remote-sensing' && kind !== 'checkpoint') return [];
        const inside = insideZone({ lon, lat }, draft, edgeToleranceM);
        const was = before && insideZone({ lon, lat }, before, edgeToleranceM);
        const edge = nearestEdge({ lon, lat }, draft);
        if (!inside && !was && (edge?.metres ?? Infinity) > AROUND_M) return [];
        const decides = edge && edge.metres <= edgeToleranceM;
        return [{ kind, id: device, nameZh, ...(county !== undefined && { county }), lon, lat, inside, ...(was !== undefined && { was }), ...(decides && { edge }) }];
      });
      const rank = (one: Preview['devices'][number]) => (one.inside ? 0 : one.was ? 1 : 2);
      return {
        asOf: formatInstant(now),
        faults: faults.map((fault) => ({ ...fault, ...words(fault) })),
        areaKm2: areaM2(ring) / 1e6,
        perimeterKm: perimeterM(ring) / 1000,
        edgeToleranceM,
        devices: devices.sort((a, b) => rank(a) - rank(b) || (`${a.kind}/${a.id}` < `${b.kind}/${b.id}` ? -1 : 1)).slice(0, MOST),
      };
    },
  };
} // prettier-ignore
export type ZoneReader = ReturnType<typeof createZones>;

function shown({ facts, version, validFrom, validTo, recordedAt }: Versioned<RegisteredZone>, now: number, policy: Policy): ZoneShown {
  const { id, zoneKind, nameZh, ring, seasons, clock, vehicles, edges, bypass } = facts;
  return {
    id,
    zoneKind,
    nameZh,
    polygon: { type: 'Polygon', coordinates: [[...ring, ...ring.slice(0, 1)]] },
    ...(seasons && { seasons }),
    ...(clock && { clock }),
    ...(vehicles && { vehicles: asWritten(vehicles) }),
    ...(edges && { edges }),
    ...(bypass && { bypass: { type: 'LineString', coordinates: bypass } }),
    version,
    ...(validFrom !== SINCE_EVER && { validFrom: formatInstant(validFrom) }),
    ...(validTo !== undefined && { validTo: formatInstant(validTo) }),
    recordedAt: formatInstant(recordedAt),
    areaKm2: areaM2(ring) / 1e6,
    ...(zoneKind === 'diversion' && {
      judged: {
        seasons: [...seasonsOf(facts, policy)],
        vehicles: asWritten(vehicles ?? DEFAULT_PREDICATE),
        now: standsAt(facts, now, policy),
      },
    }),
  };
} // prettier-ignore

/** A predicate as the registry writes it: what it holds was checked when it was imported. */
const asWritten = (predicate: VehiclePredicate) => predicate as NonNullable<ZoneShown['vehicles']>;

/** Vertices and edges are counted from 1 in words. */
function words({ code, at: [a = 0, b = 0] }: RingFault): { zh: string; en: string } {
  switch (code) {
    case 'too-few':
      return { zh: '至少需要 3 个顶点', en: 'It needs at least 3 vertices' };
    case 'doubled':
      return { zh: `第 ${a + 1} 点与第 ${b + 1} 点重合`, en: `Vertices ${a + 1} and ${b + 1} are at one place` };
    case 'crosses':
      return { zh: `第 ${a + 1} 边与第 ${b + 1} 边相交`, en: `Edges ${a + 1} and ${b + 1} cross` };
    case 'too-small':
      return { zh: '面积不足 1 公顷', en: 'It is smaller than one hectare' };
    case 'too-narrow':
      return { zh: '过于狭窄：边界容差已盖过整个区域', en: 'It is too narrow: the tolerance of its edges covers all of it' };
  }
}
