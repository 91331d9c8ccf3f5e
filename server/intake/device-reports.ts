import { civilDate } from '../../devices/contract/instant.ts';
import { inForce } from '../registry/in-force.ts';
import type { DeviceFacts, FindingDraft } from '../rules/types.ts';
import { findingDoc } from './finding-docs.ts';
import type { HistoryDeps } from './histories/deps.ts';
import type { Refusal } from './types.ts';

/** What the intake has to say of devices (`device-health`): ids used twice, and flooding. One finding per device, code and civil day. */
export interface DeviceReports {
  refused(refusals: Refusal[]): Promise<void>;
}

const TEXTS = {
  'id-reused': {
    zh: '设备重复使用消息编号且内容不同，已拒收',
    en: 'The device used a message id again with other content; refused',
  },
  flooding: { zh: '设备上报频率超限，超出部分未接收', en: 'The device sends faster than its limit; the excess was not taken in' },
} as const;
type Code = keyof typeof TEXTS;

export function createDeviceReports(
  deps: Pick<HistoryDeps, 'findings' | 'registry' | 'policies' | 'clock'> & {
    alerts: { refresh(keys: string[]): Promise<void> };
  },
): DeviceReports {
  return {
    async refused(refusals) {
      const told = new Map<string, { code: Code; refusal: Refusal }>();
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

  function docOf(code: Code, { incoming, message }: Refusal, device: DeviceFacts) {
    const at = incoming.receivedAt;
    const name = `${device.kind}/${device.id}`;
    const policy = deps.policies.at(at, at);
    const draft: FindingDraft = {
      rule: 'device-health',
      ruleVersion: 1,
      code,
      severity: 'info',
      proposal: 'none',
      subject: `${name}:${civilDate(at)}`,
      at,
      observations: [],
      status: 'confirmed',
      measured: { message },
      basis: policy.rules['device-health'].basis.flatMap((id) => policy.basis[id] ?? []),
      ...TEXTS[code],
    };
    const place = {
      device: name,
      name: device.nameZh,
      ...(device.lon !== undefined && { lon: device.lon }),
      ...(device.lat !== undefined && { lat: device.lat }),
    };
    return findingDoc(
      draft,
      {
        device: name,
        ...(device.enterpriseId !== undefined && { enterprise: device.enterpriseId }),
        ...(device.county !== undefined && { county: device.county }),
        place,
        facts: { device: device.version },
        policy,
      },
      { recordedAt: deps.clock.now(), basisSize: 1 },
    );
  }
}
