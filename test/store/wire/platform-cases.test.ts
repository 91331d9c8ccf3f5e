import { expect } from 'chai';
import { REJECT_CODES } from '../../../devices/contract/kinds.ts';
import { readVectors, type PlatformCase } from '../../support/vectors.ts';
import { failingKeys, isolated, runCase } from './cases.ts';
import { deviceDoor, httpDoor, openDoor, type Door } from './doors.ts';
import { needs, startPermissiveMosquitto, type Mosquitto } from './mosquitto.ts';
import { startWire, type Wire } from './wire.ts';

const { cases } = readVectors<{ cases: PlatformCase[] }>('platform.json');
const isFlood = (vector: PlatformCase) => vector.publish.some((step) => 'times' in step && (step.times ?? 1) > 20);
/** The contract's own limits: what is sent at once must come in at once. */
const AT_ONCE = 12;

describe('The cases of the platform', () => {
  it('say of every code that the decoder alone does not give what happens, ten times at least', () => {
    const counts = new Map<string, number>();
    for (const { expect: wanted } of cases) {
      const codes = new Set(wanted.flatMap((each) => each?.rejected?.code ?? []));
      for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    const decoded = ['not-json', 'too-large', 'schema'];
    for (const code of [...REJECT_CODES.final, ...REJECT_CODES.retry].filter((c) => !decoded.includes(c)))
      expect(counts.get(code) ?? 0, code).at.least(10);
  });
});

for (const way of ['embedded broker', 'Mosquitto without rights', 'HTTP'] as const) {
  describe(`The platform, by ${way}, answers`, function () {
    this.timeout(120_000);
    let wire: Wire;
    let mosquitto: Mosquitto | undefined;
    let door: Door;
    const tag = (i: number) => `c${i}`;
    const mine = cases
      .map((vector, i) => isolated(vector, tag(i)))
      // Over HTTP a flood is as fast as its answers, and RETAIN does not exist: see the HTTP door's own tests.
      .filter((vector) => way !== 'HTTP' || (!isFlood(vector) && !/retained/.test(vector.name)));
    const results = new Map<string, Promise<void>>();

    before(async function () {
      if (way === 'Mosquitto without rights') {
        needs(this, 'mosquitto');
        mosquitto = await startPermissiveMosquitto();
      }
      wire = await startWire(mosquitto ? { env: { MQTT_URL: mosquitto.url } } : {});
      door = mosquitto
        ? await openDoor(mosquitto.url)
        : way === 'HTTP'
          ? httpDoor(wire.platform.url)
          : deviceDoor(wire.platform.mqttUrl);
      // The store itself refuses to write these messages.
      const refused = mine.flatMap(failingKeys);
      await wire.store.db.command({ collMod: 'observations', validator: { _id: { $nin: refused } } });

      const run = (vector: PlatformCase) => {
        const result = runCase(wire, door, vector);
        result.catch(() => undefined);
        results.set(vector.name, result);
        return result.catch(() => undefined);
      };
      const rest = mine.filter((vector) => !isFlood(vector));
      const runner = async () => {
        for (let next = rest.shift(); next !== undefined; next = rest.shift()) await run(next);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, runner));
      for (const vector of mine.filter(isFlood)) await run(vector);
    });
    after(async () => {
      await door?.close();
      await wire?.stop();
      await mosquitto?.stop();
    });

    for (const { name } of mine) it(name, () => results.get(name));

    it('and keeps of every refusal one dead letter per device and content', async () => {
      const letters = await wire.deadLetters.find({}, { projection: { device: 1, sha256: 1, _id: 1 } }).toArray();
      for (const { _id, device, sha256 } of letters) expect(_id).equal(`${device}|${sha256}`);
    });

    it('and is still up', async () => {
      expect(wire.platform.child.exitCode).equal(null);
      expect(wire.platform.output()).not.match(/unhandled/);
    });
  });
}
