import type { Config } from '../config.ts';
import type { EmbeddedBroker } from '../embedded/broker.ts';
import type { ListenerOptions } from '../intake/listener.ts';

/** How the platform itself connects: to its own broker, or to the one of the settings. */
export function connectionOf(
  { mqtt, instance }: Config,
  broker: EmbeddedBroker | undefined,
): Omit<ListenerOptions, 'onPacket' | 'onReady' | 'log'> {
  const { username, password } = broker ? { username: broker.platformUsername, password: broker.platformPassword } : mqtt;
  return {
    url: mqtt.url ?? broker!.innerUrl,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    clientId: `cleanhaul-${instance}`,
    protocolVersion: broker ? 4 : 5,
    shared: mqtt.shared,
  };
}

/** Where devices connect, without credentials. */
export function addressForDevices({ mqtt }: Config, broker: EmbeddedBroker | undefined): string {
  if (broker) return broker.url;
  const parsed = new URL(mqtt.url!);
  parsed.username = '';
  parsed.password = '';
  return parsed.toString().replace(/\/$/, '');
}
