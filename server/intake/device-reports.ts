import { inForce } from '../registry/in-force.ts';
import { healthDraft } from '../rules/device-health.ts';
import type { DeviceFacts } from '../rules/types.ts';
import { deviceFindingDoc } from './device-findings.ts';
import type { HistoryDeps } from './histories/deps.ts';
import type { Refusal } from './types.ts';

/** What the intake has to say of devices (`device-health`): ids used twice, and flooding. One finding per device, code and civil day. */
export interface DeviceReports {
  refused(refusals: Refusal[]): Promise<void>;
}

export function createDeviceReports(
  deps: Pick<HistoryDeps, 'findings' | 'registry' | 'policies' | 'clock'> & {
    alerts: { refresh(keys: string[]): Promise<void> };
  },
): DeviceReports {
  return {
    async refused(refusals) {
      const told = new Map<string, { code: 'id-reused' | 'flooding'; refusal: Refusal }>();
      for (const refusal of refusals) {
        const code = refusal.code === 'id-reused' ? 'id-reused' : refusal.code === 'rate-limited' ? 'flooding' : undefined;
        if (code) told.set(`${code}|${refusal.incoming.kind}/${refusal.incoming.deviceId}`, { code, refusal });
      }
      if (told.size === 0) return;
      const devices = await deps.registry.devices(
        [...told.values()].map(({ refusal: { incoming } }) => `${incoming.kind}/${incoming.deviceId}`),
      );
      const docs = [...told.values()].flatMap(({ code, refusal }) => {
        const { kind, deviceId, receivedAt } = refusal.incoming;
        const device = inForce(devices.get(`${kind}/${deviceId}`) ?? [], receivedAt, Infinity)?.facts;
        return device ? [docOf(code, refusal, device)] : [];
      });
      await deps.findings.insert(docs);
      await deps.alerts.refresh(docs.flatMap((doc) => (doc.alert === undefined ? [] : [doc.alert])));
    },
  };

  function docOf(code: 'id-reused' | 'flooding', { incoming, message }: Refusal, device: DeviceFacts) {
    const at = incoming.receivedAt;
    const policy = deps.policies.at(at, at);
    const draft = healthDraft({ device: `${device.kind}/${device.id}`, code, at, measured: { message } }, policy);
    return deviceFindingDoc(draft, device, policy, { recordedAt: deps.clock.now(), basisSize: 1 });
  }
}
