import { expect } from 'chai';
import { deviceOf, LARGEST_PAYLOAD, mayPublish, mayRead } from '../../../server/embedded/rights.ts';

/** What a device may do on a broker: user name, topic, retained, size in bytes, allowed. */
const PUBLISH: [username: string, topic: string, retain: boolean, bytes: number, allowed: boolean][] = [
  ['gate/G1', 'cleanhaul/v1/gate/G1/arrival', false, 10, true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/passage', false, 10, true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/status', false, 10, true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/status', true, 10, true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/status', true, LARGEST_PAYLOAD, true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/status', true, LARGEST_PAYLOAD + 1, false],
  ['gate/G1', 'cleanhaul/v1/gate/G1/arrival', false, LARGEST_PAYLOAD + 1, true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/arrival', true, 10, false],
  ['gate/G1', 'cleanhaul/v1/gate/G2/arrival', false, 10, false],
  ['gate/G1', 'cleanhaul/v1/gate/G1/reading', false, 10, false],
  ['gate/G1', 'cleanhaul/v1/gate/G1/decision', false, 10, false],
  ['gate/G1', 'cleanhaul/v1/gate/G1/policy', true, 10, false],
  ['gate/G1', 'cleanhaul/v1/machinery-gate/G1/passage', false, 10, false],
  ['machinery-gate/G1', 'cleanhaul/v1/machinery-gate/G1/passage', false, 10, true],
  ['machinery-gate/G1', 'cleanhaul/v1/machinery-gate/G1/arrival', false, 10, false],
  ['remote-sensing/R', 'cleanhaul/v1/remote-sensing/R/reading', false, 10, true],
  ['checkpoint/C', 'cleanhaul/v1/checkpoint/C/sighting', false, 10, true],
  ['on-board/LVIN', 'cleanhaul/v1/on-board/LVIN/telemetry', false, 10, true],
  ['urea-pump/P', 'cleanhaul/v1/urea-pump/P/fill', false, 10, true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/arrival/more', false, 10, false],
  ['gate/G1', 'cleanhaul/v2/gate/G1/arrival', false, 10, false],
  ['gate/G1', 'elsewhere', false, 10, false],
  ['gate', 'cleanhaul/v1/gate/G1/arrival', false, 10, false],
  ['crane/G1', 'cleanhaul/v1/crane/G1/arrival', false, 10, false],
];

const READ: [username: string, filter: string, allowed: boolean][] = [
  ['gate/G1', 'cleanhaul/v1/gate/G1/decision', true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/policy', true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/receipt', true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/rejected', true],
  ['gate/G1', 'cleanhaul/v1/gate/G1/status', false],
  ['gate/G1', 'cleanhaul/v1/gate/G1/arrival', false],
  ['gate/G1', 'cleanhaul/v1/gate/G1/+', false],
  ['gate/G1', 'cleanhaul/v1/gate/G1/#', false],
  ['gate/G1', 'cleanhaul/v1/gate/+/decision', false],
  ['gate/G1', 'cleanhaul/v1/gate/G2/decision', false],
  ['gate/G1', '$share/x/cleanhaul/v1/gate/G1/decision', false],
  ['gate/G1', '#', false],
  ['platform', 'cleanhaul/v1/gate/G1/decision', false],
];

describe("a device's rights on a broker", () => {
  for (const [username, topic, retain, bytes, allowed] of PUBLISH) {
    it(`${allowed ? 'let' : 'do not let'} ${username} publish ${bytes} bytes on ${topic}${retain ? ', retained' : ''}`, () => {
      expect(mayPublish(username, { topic, retain, bytes })).equal(allowed);
    });
  }

  for (const [username, filter, allowed] of READ) {
    it(`${allowed ? 'let' : 'do not let'} ${username} read ${filter}`, () => {
      expect(mayRead(username, filter)).equal(allowed);
    });
  }

  it('are those of the device its user name tells', () => {
    expect(deviceOf('gate/G-1_a')).eql({ kind: 'gate', deviceId: 'G-1_a' });
    for (const username of [
      '',
      'gate',
      'gate/',
      '/G1',
      'gate/G1/x',
      'gate/G+',
      'gate/#',
      'Gate/G1',
      `gate/${'x'.repeat(65)}`,
      'platform',
    ]) {
      expect(deviceOf(username), username).equal(null);
    }
  });
});
