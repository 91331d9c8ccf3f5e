import { expect } from 'chai';
import { decision, gatePolicy, receipt } from '../../../devices/contract/answers.ts';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { until } from '../../support/until.ts';
import { needs } from '../wire/mosquitto.ts';
import { deviceRow, secretOf } from '../wire/wire.ts';
import { onEmbedded, onMosquitto, ready, type Place } from './brokers.ts';
import { needsPaho, paho, shell, shellOut, type Plan, type Seen } from './clients.ts';

const GATES = ['G1', 'G2', 'G3'].map((id) => deviceRow({ kind: 'gate', id }));
const OFF = deviceRow({ kind: 'gate', id: 'OFF', enabled: false });
const CAMERA = deviceRow({ kind: 'checkpoint', id: 'K1' });

/** Clients that are not ours do the talking: Eclipse Paho (Python) and Mosquitto's own tools. */
for (const [name, start] of [
  ['the embedded broker', onEmbedded],
  ['Mosquitto as generated from the registry', onMosquitto],
] as const) {
  describe(`A gate of another maker, on ${name},`, function () {
    this.timeout(180_000);
    let place: Place;
    const mosquitto = start === onMosquitto;

    before(async function () {
      needs(this, 'python3', ['--version']);
      needs(this, 'mosquitto_pub');
      if (mosquitto) needs(this, 'mosquitto');
      await needsPaho(this);
      place = await start([...GATES, OFF, CAMERA]);
      await ready(place.wire);
    });
    after(() => place?.stop());

    const topic = (gate: string, message: string) => `cleanhaul/v1/gate/${gate}/${message}`;
    const answers = (gate: string) => ['decision', 'policy', 'receipt', 'rejected'].map((each) => topic(gate, each));
    const arrival = (id: string) =>
      JSON.stringify({
        id,
        at: formatInstant(place.wire.clock.now()),
        direction: 'in',
        lane: '1',
        plate: { number: '晋H12345', color: 'yellow' },
      });
    const gate = (id: string, plan: Partial<Plan>): Promise<Seen> =>
      paho(place.mqttUrl, { version: 4, username: `gate/${id}`, password: secretOf(`gate/${id}`), ...plan });
    const heard = (seen: Seen, at: string) => seen.heard.filter((each) => each.topic === at);
    const stored = (key: string) => place.wire.observations.countDocuments({ _id: key as never });

    if (!mosquitto)
      it('is told in the words of MQTT 5 that this broker speaks 3.1.1', async () => {
        const unsupported = 132;
        expect((await gate('G1', { version: 5 })).connack).equal(unsupported);
      });

    for (const version of mosquitto ? ([4, 5] as const) : ([4] as const)) {
      it(`hears the retained policy, its decision and its receipt by MQTT ${version === 4 ? '3.1.1' : '5'} (Paho)`, async () => {
        const id = `paho-${version}`;
        const seen = await gate('G1', {
          version,
          subscribe: answers('G1'),
          publish: [{ topic: topic('G1', 'arrival'), payload: arrival(id), correlation: `lane 1, ${id}` }],
          waitFor: [`"arrivalId":"${id}"`, `"ids":["${id}"`, topic('G1', 'policy')],
        });
        expect(seen.connack).equal(0);
        const [decided] = heard(seen, topic('G1', 'decision'));
        const said = decision.strict().parse(JSON.parse(decided!.payload));
        expect(said).include({ arrivalId: id, lane: '1', decision: 'review' });
        expect(decided!.retain).equal(false);
        expect(receipt.strict().parse(JSON.parse(heard(seen, topic('G1', 'receipt'))[0]!.payload)).ids).eql([id]);
        const [policy] = heard(seen, topic('G1', 'policy'));
        gatePolicy.strict().parse(JSON.parse(policy!.payload));
        expect(policy!.retain).equal(true);
        expect(await stored(`gate/G1/${id}`)).equal(1);
        // Correlation data go all the way where broker and platform speak MQTT 5 to each other.
        if (mosquitto && version === 5) expect(decided!.correlation).equal(`lane 1, ${id}`);
      });

      it(`and by Mosquitto’s own tools (${version === 4 ? 'mqttv311' : 'mqttv5'})`, async () => {
        const { port } = new URL(place.mqttUrl);
        const id = `tool-${version}`;
        const account = (suffix: string) =>
          `-h 127.0.0.1 -p ${port} -V ${version === 4 ? 'mqttv311' : 'mqttv5'} -i gate_G2.${suffix} -u gate/G2 -P '${secretOf('gate/G2')}' -q 1`;
        const listening = shell(
          `mosquitto_sub ${account('sub')} -F '%t %r %D %p' ${answers('G2')
            .map((each) => `-t ${each}`)
            .join(' ')}`,
        );
        try {
          // The retained policy is the sign that the subscription stands.
          await until(() => listening.output().includes(`${topic('G2', 'policy')} 1`), 20_000);
          const data = version === 5 ? `-D publish correlation-data 'lane-1'` : '';
          const { code, output } = shellOut(
            `mosquitto_pub ${account('pub')} ${data} -t ${topic('G2', 'arrival')} -m '${arrival(id)}'`,
          );
          expect(code, output).equal(0);
          await until(() => listening.output().includes(`"ids":["${id}"`), 20_000);
          const line = listening
            .output()
            .split('\n')
            .find((each) => each.startsWith(topic('G2', 'decision')));
          expect(line).contain(`"arrivalId":"${id}"`);
          if (mosquitto && version === 5) expect(line).contain(`${topic('G2', 'decision')} 0 lane-1 {`);
        } finally {
          await listening.stop();
        }
      });
    }

    it('gets the same decision again for the same message, also when it connects anew', async () => {
      const payload = arrival('again');
      const plan = {
        subscribe: answers('G1'),
        publish: [{ topic: topic('G1', 'arrival'), payload }],
        waitFor: ['"arrivalId":"again"', '"ids":["again"'],
      };
      const [first, second] = [await gate('G1', plan), await gate('G1', plan)];
      expect(heard(second, topic('G1', 'decision'))[0]!.payload).equal(heard(first, topic('G1', 'decision'))[0]!.payload);
    });

    it('is told of what is refused, and by which bytes', async () => {
      const seen = await gate('G1', {
        subscribe: answers('G1'),
        publish: [{ topic: topic('G1', 'arrival'), payload: 'hello' }],
        waitFor: ['not-json'],
      });
      const said = JSON.parse(heard(seen, topic('G1', 'rejected'))[0]!.payload) as Record<string, unknown>;
      expect(said).include({
        code: 'not-json',
        final: true,
        sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      });
    });

    it('does not get in with another’s secret, disabled, unregistered or as the platform', async () => {
      for (const [username, password] of [
        ['gate/G1', secretOf('gate/G2')],
        ['gate/G1', ''],
        ['gate/OFF', secretOf('gate/OFF')],
        ['gate/G9', secretOf('gate/G9')],
        ['checkpoint/G1', secretOf('gate/G1')],
        ['platform', 'guess'],
      ] as const) {
        const seen = await paho(place.mqttUrl, { version: 4, username, password, clientId: username.replace('/', '_') });
        expect(seen.connack, username).not.equal(0);
        expect(seen.connack, username).not.equal(null);
      }
    });

    if (!mosquitto)
      it('does not get in under a client id that is not its own', async () => {
        // Paho gives return code 2 of MQTT 3.1.1 as the reason code of MQTT 5.
        const notValid = 133;
        for (const clientId of ['gate_G2', 'G1', 'gate_G1.', 'gate_G1x', 'gate_G1.a-b'])
          expect((await gate('G1', { clientId })).connack, clientId).equal(notValid);
        expect((await gate('G1', { clientId: 'gate_G1.lane2' })).connack).equal(0);
      });

    it('can neither speak for another device nor say what its kind does not', async () => {
      const forbidden = [
        topic('G3', 'arrival'),
        topic('G3', 'status'),
        topic('G3', 'decision'),
        topic('G1', 'decision'),
        topic('G1', 'policy'),
        topic('G1', 'receipt'),
        topic('G1', 'sighting'),
        topic('G1', 'arrival/x'),
        'cleanhaul/v1/checkpoint/K1/sighting',
        'cleanhaul/v1/checkpoint/G1/sighting',
        'cleanhaul/v2/gate/G1/arrival',
      ];
      const before = await place.wire.deadLetters.countDocuments();
      // Some brokers end the connection at a forbidden message: one connection each.
      for (const [i, at] of forbidden.entries())
        await gate('G1', { clientId: `gate_G1.f${i}`, publish: [{ topic: at, payload: arrival(`forbidden-${i}`) }], seconds: 0 });
      const seen = await gate('G1', {
        subscribe: answers('G1'),
        publish: [{ topic: topic('G1', 'arrival'), payload: arrival('allowed') }],
        waitFor: ['"ids":["allowed"'],
      });
      expect(heard(seen, topic('G1', 'receipt')).length).equal(1);
      expect(await place.wire.observations.countDocuments({ id: /^forbidden/ })).equal(0);
      expect(await place.wire.deadLetters.countDocuments()).equal(before);
      expect(await place.wire.store.db.collection('device_status').countDocuments({ deviceId: 'G3' })).equal(0);
      // The retained policy is still the platform's.
      const [policy] = heard(seen, topic('G1', 'policy'));
      gatePolicy.strict().parse(JSON.parse(policy!.payload));
    });

    it('may keep nothing on the broker but its status', async () => {
      const seen = await gate('G1', {
        subscribe: answers('G1'),
        publish: [
          { topic: topic('G1', 'arrival'), payload: arrival('kept'), retain: true },
          { topic: topic('G1', 'status'), payload: '{"online":true}', retain: true },
          { topic: topic('G1', 'passage'), payload: 'end' },
        ],
        waitFor: mosquitto ? ['not-json', '"code":"retained"'] : ['not-json'],
      });
      expect(await stored('gate/G1/kept')).equal(0);
      // Mosquitto's rights cannot forbid RETAIN: there the platform does.
      expect(seen.heard.some((each) => each.payload.includes('"code":"retained"'))).equal(mosquitto);
      await until(
        async () =>
          (await place.wire.store.db.collection('device_status').countDocuments({ deviceId: 'G1', online: true })) === 1,
      );
    });

    it('hears nothing that is another’s, whatever it subscribes to', async () => {
      const filters = ['#', 'cleanhaul/#', '+/+/gate/+/decision', topic('G3', 'decision'), topic('G3', 'policy'), '$SYS/#'];
      const listening = filters.map((filter, i) =>
        gate('G1', { clientId: `gate_G1.l${i}`, subscribe: [filter], waitFor: ['never'], seconds: 4 }),
      );
      const other = await gate('G3', {
        subscribe: answers('G3'),
        publish: [{ topic: topic('G3', 'arrival'), payload: arrival('secret') }],
        waitFor: ['"arrivalId":"secret"', '"ids":["secret"'],
      });
      expect(heard(other, topic('G3', 'decision')).length).equal(1);
      for (const [i, seen] of (await Promise.all(listening)).entries())
        expect(
          seen.heard.filter((each) => !each.topic.startsWith('cleanhaul/v1/gate/G1/')).map((each) => each.topic),
          filters[i],
        ).eql([]);
    });
  });
}
