import { connect, type Socket } from 'node:net';
import mqttPacket from 'mqtt-packet';

/**
 * The load generator's side of MQTT, as cheap as it can be: PUBLISH packets are prepared as bytes and written by the hundred, of the
 * answers only the PUBACKs are counted.
 */

/** Where the broker is, and the platform's account on it. */
export interface BrokerAddress {
  name: string;
  port: number;
  username: string;
  password: string;
}

/** A QoS 1 PUBLISH of MQTT 3.1.1. */
export function publishPacket(topic: string, payload: string, packetId: number): Buffer {
  const topicBytes = Buffer.byteLength(topic);
  const payloadBytes = Buffer.byteLength(payload);
  const remaining = 2 + topicBytes + 2 + payloadBytes;
  const length: number[] = [];
  for (let rest = remaining; ;) {
    const digit = rest & 0x7f;
    rest >>= 7;
    length.push(rest > 0 ? digit | 0x80 : digit);
    if (rest === 0) break;
  }
  const packet = Buffer.allocUnsafe(1 + length.length + remaining);
  packet[0] = 0x32;
  let i = 1;
  for (const byte of length) packet[i++] = byte;
  i = packet.writeUInt16BE(topicBytes, i);
  i += packet.write(topic, i);
  i = packet.writeUInt16BE(packetId, i);
  packet.write(payload, i);
  return packet;
}

/** A connection that publishes prepared packets. */
export interface Publisher {
  write(packets: Buffer): void;
  /** PUBACKs received so far. */
  acknowledged(): number;
  end(): void;
}

/** Connects a publisher and keeps it alive. @throws when the broker refuses it */
export async function createPublisher({ port, username, password }: BrokerAddress, clientId: string): Promise<Publisher> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let acknowledged = 0;
  let connected = false;
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  await new Promise<void>((resolve, reject) => {
    parser.on('packet', (packet) => {
      if (packet.cmd === 'puback') acknowledged++;
      else if (packet.cmd === 'connack') {
        connected = true;
        if (packet.returnCode === 0) resolve();
        else reject(new Error(`the broker refuses the load generator: ${packet.returnCode}`));
      }
    });
    socket.on('data', (data) => {
      // After CONNACK nothing comes but PUBACK (four bytes) and PINGRESP (two, every half minute): counted, not parsed.
      if (connected) acknowledged += data.length / 4;
      else parser.parse(data);
    });
    socket.on('error', reject);
    socket.write(
      mqttPacket.generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        clientId,
        keepalive: 60,
        username,
        password: Buffer.from(password),
      }),
    );
  });
  const ping = setInterval(() => socket.write(mqttPacket.generate({ cmd: 'pingreq' })), 25_000);
  return {
    write: (packets) => void socket.write(packets),
    acknowledged: () => Math.floor(acknowledged),
    end() {
      clearInterval(ping);
      socket.end(mqttPacket.generate({ cmd: 'disconnect' }));
    },
  };
}
