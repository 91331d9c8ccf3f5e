import type { Policy } from '../policy/types.ts';
import type { DeviceFacts, FindingDraft } from '../rules/types.ts';
import type { FindingDoc } from '../store/types.ts';
import { findingDoc } from './finding-docs.ts';

/** A finding on a device itself (`device-health`) as it is stored: its place, owner and county are the device's. */
export function deviceFindingDoc(
  draft: FindingDraft,
  device: DeviceFacts,
  policy: Policy,
  more: { recordedAt: number; basisSize: number },
): FindingDoc {
  const name = `${device.kind}/${device.id}`;
  const { lon, lat, county, enterpriseId } = device;
  return findingDoc(
    draft,
    {
      device: name,
      ...(enterpriseId !== undefined && { enterprise: enterpriseId }),
      ...(county !== undefined && { county }),
      place: {
        device: name,
        name: device.nameZh,
        ...(lon !== undefined && { lon }),
        ...(lat !== undefined && { lat }),
        ...(county !== undefined && { county }),
      },
      facts: { device: device.version },
      policy,
    },
    more,
  );
}
