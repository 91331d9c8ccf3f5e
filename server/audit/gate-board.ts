import { formatInstant } from '../../devices/contract/instant.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import type { GateState } from '../http/contract/live.ts';
import type { GateDisplay, GateOnBoard } from '../http/contract/gates.ts';
import { seesGate, seesPlace } from '../alerts/scope.ts';
import { AppError } from '../errors.ts';
import { responseInForce } from '../policy/responses.ts';
import { allInForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { DeviceFacts } from '../rules/types.ts';
import type { DeviceStatusDoc } from '../store/device-status.ts';

export interface GateBoardDeps {
  registry: RegistryReader;
  statuses: () => Promise<DeviceStatusDoc[]>;
  /** The lanes a reader may see, as they are now. */
  lanes: (actor: Actor) => GateState[];
  clock: Clock;
}

/** Every gate in the reader's scope with what its lanes last saw; a gate that saw nothing yet is there all the same. */
export function createGateBoard({ registry, statuses, lanes, clock }: GateBoardDeps) {
  return {
    async gates(actor: Actor): Promise<GateOnBoard[]> {
      await registry.sync();
      const now = clock.now();
      const [gates, heard, enterprises] = await Promise.all([registry.gates(), statuses(), registry.allEnterprises()]);
      const status = new Map(heard.map((s) => [s._id, s]));
      const names = new Map(allInForce(enterprises, now, now).map((e) => [e.facts.id, e.facts.nameZh]));
      const seen = lanes(actor);
      return allInForce(gates, now, now)
        .map((v) => v.facts)
        .filter((gate) => gate.enabled && seesPlace(actor, gate.county, gate.enterpriseId))
        .flatMap((gate) => {
          const own = seen.filter((lane) => lane.gate === gate.id);
          const shown = describe(gate, status.get(`gate/${gate.id}`), names);
          return own.length === 0 ? [shown] : own.map((lane) => ({ ...shown, ...lane }));
        });
    },

    /**
     * What the screen at a gate's barrier shows.
     * @throws AppError 404 `unknown-gate`, also for a gate that the reader may not see
     */
    async display(actor: Actor, gateId: string): Promise<GateDisplay> {
      await registry.sync();
      const now = clock.now();
      const [gates, heard, enterprises, responses] = await Promise.all([registry.gates(), statuses(), registry.allEnterprises(), registry.responses()]); // prettier-ignore
      const gate = allInForce(gates, now, now).find((v) => v.facts.id === gateId)?.facts;
      if (!gate?.enabled || !seesGate(actor, { id: gateId, county: gate.county, enterprise: gate.enterpriseId }))
        throw new AppError(404, 'unknown-gate', { zh: '没有这个门禁', en: 'there is no such gate' });
      const own = allInForce(enterprises, now, now).find((e) => e.facts.id === gate.enterpriseId)?.facts;
      const county = own?.county ?? gate.county;
      const response = county === undefined ? undefined : responseInForce(responses, county, now, now);
      const names = new Map(own ? [[own.id, own.nameZh]] : []);
      return {
        ...describe(
          gate,
          heard.find((s) => s._id === `gate/${gateId}`),
          names,
        ),
        ...(response && {
          response: { level: response.level, ...(response.end !== undefined && { end: formatInstant(response.end) }) },
        }),
        lanes: lanes(actor).filter((lane) => lane.gate === gateId),
        at: formatInstant(now),
      };
    },
  };
}
export type GateBoard = ReturnType<typeof createGateBoard>;

function describe(gate: DeviceFacts, status: DeviceStatusDoc | undefined, names: Map<string, string>): GateOnBoard {
  const { id, nameZh, enterpriseId, county } = gate;
  return {
    gate: id,
    name: nameZh,
    ...(enterpriseId !== undefined && { enterprise: enterpriseId }),
    ...(enterpriseId !== undefined && names.has(enterpriseId) && { enterpriseName: names.get(enterpriseId)! }),
    ...(county !== undefined && { county }),
    ...(status && { online: status.online }),
    ...(status && !status.online && { offlineSince: formatInstant(status.receivedAt.getTime()) }),
    ...(status?.queued !== undefined && { queued: status.queued }),
  };
}
