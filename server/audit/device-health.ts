import { civilDate, civilTimeOfDay, DAY, formatInstant, MINUTE, startOfCivilDay } from '../../devices/contract/instant.ts';
import { seesPlace } from '../alerts/scope.ts';
import type { Actor } from '../alerts/types.ts';
import type { Clock } from '../clock.ts';
import type { DeviceHealth } from '../http/contract/device-health.ts';
import { allInForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { healthSubject, transmission } from '../rules/device-health.ts';
import type { DeviceFacts } from '../rules/types.ts';
import type { DeviceStatusDoc, DeviceStatusStore } from '../store/device-status.ts';
import type { FindingStore } from '../store/findings.ts';

export interface DeviceHealthDeps {
  registry: RegistryReader;
  statuses: DeviceStatusStore;
  findings: Pick<FindingStore, 'collection'>;
  clock: Clock;
}

/** Codes of finished days: the latest of them is of yesterday or the day before. */
const OF_FINISHED_DAYS = ['low-transmission', 'gap'];

/** How the devices in a reader's scope are: what they said last, how well they are heard, and what was found on them. */
export function createDeviceHealth({ registry, statuses, findings, clock }: DeviceHealthDeps) {
  async function devicesFor(actor: Actor, now: number): Promise<DeviceFacts[]> {
    await registry.sync();
    return allInForce(await registry.allDevices(), now, now)
      .map((v) => v.facts)
      .filter((device) => device.enabled && seesPlace(actor, device.county, device.enterpriseId));
  }

  /** Today's findings by device; of rules on finished days those of yesterday. */
  async function standing(today: string, yesterday: string) {
    const found = await findings.collection
      .find(
        {
          rule: 'device-health',
          status: 'confirmed',
          at: { $gte: new Date(startOfCivilDay(clock.now()) - DAY) },
        },
        { projection: { code: 1, severity: 1, at: 1, subject: 1, device: 1 } },
      )
      .toArray();
    const byDevice = new Map<string, DeviceHealth['findings']>();
    for (const { _id, code, severity, at, subject, device } of found) {
      if (device === undefined) continue;
      const day = OF_FINISHED_DAYS.includes(code) ? yesterday : today;
      if (subject !== healthSubject(device, day)) continue;
      const own = byDevice.get(device) ?? [];
      byDevice.set(device, [...own, { id: _id, code, severity, at: formatInstant(at.getTime()) }]);
    }
    return byDevice;
  }

  return {
    async list(actor: Actor): Promise<{ items: DeviceHealth[]; asOf: number }> {
      const now = clock.now();
      const [today, yesterday] = [civilDate(now), civilDate(startOfCivilDay(now) - DAY)];
      const devices = await devicesFor(actor, now);
      const names = devices.map(nameOf);
      const [said, listened, heardToday, heardYesterday, found, enterprises] = await Promise.all([
        statuses.all(),
        statuses.listening([today, yesterday]),
        statuses.heardOn(today, names),
        statuses.heardOn(yesterday, names),
        standing(today, yesterday),
        registry.allEnterprises(),
      ]);
      const status = new Map(said.map((s) => [s._id, s]));
      const owners = new Map(allInForce(enterprises, now, now).map((e) => [e.facts.id, e.facts.nameZh]));
      // A minute that has just gone by may not be written yet.
      const settled = Math.floor(civilTimeOfDay(now) / MINUTE) - 1;
      const listenedToday = (listened.get(today) ?? []).filter((minute) => minute < settled);
      const items = devices.map((device): DeviceHealth => {
        const name = nameOf(device);
        const rate = (heard: Map<string, number[]>, minutes: number[]) =>
          status.has(name) ? transmission(heard.get(name) ?? [], minutes).percent : null;
        const { id, kind, nameZh, enterpriseId, county, calibratedUntil } = device;
        const owner = enterpriseId === undefined ? undefined : owners.get(enterpriseId);
        return {
          kind,
          id,
          nameZh,
          ...(enterpriseId !== undefined && { enterprise: enterpriseId }),
          ...(owner !== undefined && { enterpriseName: owner }),
          ...(county !== undefined && { county }),
          ...saidBy(status.get(name)),
          transmission: {
            today: rate(heardToday, listenedToday),
            yesterday: rate(heardYesterday, listened.get(yesterday) ?? []),
          },
          ...(calibratedUntil !== undefined && { calibratedUntil: formatInstant(calibratedUntil) }),
          findings: found.get(name) ?? [],
        };
      });
      return { items, asOf: now };
    },
  };
}
export type DeviceHealthList = ReturnType<typeof createDeviceHealth>;

const nameOf = ({ kind, id }: DeviceFacts) => `${kind}/${id}`;

function saidBy(status: DeviceStatusDoc | undefined): Partial<DeviceHealth> {
  if (!status) return {};
  const { online, receivedAt, at, queued, dropped, firmware } = status;
  return {
    online,
    lastHeard: formatInstant(receivedAt.getTime()),
    ...(queued !== undefined && { queued }),
    ...(dropped !== undefined && { dropped }),
    ...(firmware !== undefined && { firmware }),
    ...(at && { clockSkew: (receivedAt.getTime() - at.getTime()) / 1000 }),
  };
}
