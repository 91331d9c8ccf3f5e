import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decision, gatePolicy } from '../../../devices/contract/answers.ts';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { picture } from '../../support/pictures.ts';
import { until } from '../../support/until.ts';
import { needs } from '../wire/mosquitto.ts';
import { deviceRow } from '../wire/wire.ts';
import { onEmbedded, onMosquitto, ready, type Place } from './brokers.ts';
import { shell, shellOut, type Running } from './clients.ts';

const ID = 'xz-steel-01';
const SECRET = 'Example-Secret-0123456789';
const ANSWER = `cleanhaul/v1/gate/${ID}`;

/** The command lines of docs/device-guide.md, typed in as they stand there but for the ports. */
for (const [name, start] of [
  ['the embedded broker', onEmbedded],
  ['Mosquitto', onMosquitto],
] as const) {
  describe(`The device guide’s command lines, on ${name},`, function () {
    this.timeout(180_000);
    let place: Place;
    let blocks: string[];
    let directory: string;
    let listening: Running;

    before(async function () {
      for (const program of ['curl', 'mosquitto_pub', 'mosquitto_sub']) needs(this, program);
      if (start === onMosquitto) needs(this, 'mosquitto');
      place = await start([deviceRow({ kind: 'gate', id: ID, secret: SECRET })]);
      await ready(place.wire);
      directory = await mkdtemp(join(tmpdir(), 'cleanhaul-guide-'));
      const guide = await readFile(new URL('../../../docs/device-guide.md', import.meta.url), 'utf8');
      blocks = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) =>
        match[1]!
          .replaceAll('http://127.0.0.1:8080', place.wire.platform.url)
          .replaceAll('-p 1883', `-p ${new URL(place.mqttUrl).port}`),
      );
    });
    after(async () => {
      await listening?.stop();
      await place?.stop();
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    });

    const block = (text: string) => {
      const found = blocks.find((each) => each.includes(text));
      if (found === undefined) throw new Error(`the guide has no command with ${text}`);
      return found;
    };
    /** The command below a comment. */
    const below = (comment: string) => {
      const text = block(comment);
      return text.slice(text.indexOf(comment)).split('\n').slice(1).join('\n').split('\n\n')[0]!.split('\n# ')[0]!;
    };
    const heard = (what: string) => until(() => listening.output().includes(what), 20_000);

    it('post an arrival and get its decision', async () => {
      const arrival = {
        id: 'guide-1',
        at: formatInstant(place.wire.clock.now()),
        direction: 'in',
        plate: { number: '', color: 'other' },
      };
      await writeFile(join(directory, 'arrival.json'), JSON.stringify(arrival));
      const { output } = shellOut(`${block('@arrival.json').replace('curl ', 'curl -sS ')}`, directory);
      expect(decision.strict().parse(JSON.parse(output)).arrivalId).equal('guide-1');
    });

    it('get the policy, and nothing while it has not changed', async () => {
      const command = below('# the policy').replace('curl ', 'curl -sS -D headers ');
      const { output } = shellOut(command, directory);
      gatePolicy.strict().parse(JSON.parse(output));
      const etag = /^etag: (.*)$/im.exec(await readFile(join(directory, 'headers'), 'utf8'))![1]!.trim();
      expect(shellOut(command.replace('"the ETag of the last answer"', etag), directory).output).equal('');
      expect(await readFile(join(directory, 'headers'), 'utf8')).match(/^HTTP\/1.1 304/);
    });

    it('get platform time', () => {
      const { output } = shellOut(below('# platform time').replace('curl ', 'curl -sS '));
      expect(JSON.parse(output))
        .have.property('at')
        .that.match(/^\d{4}-\d\d-\d\dT[\d:.]{12}\+08:00$/);
    });

    it('bring a picture, once', async () => {
      await writeFile(join(directory, 'vehicle.jpg'), (await picture(name.length)).bytes);
      const status = (comment: string) =>
        shellOut(below(comment).replace('curl ', "curl -sS -o answer -w '%{http_code}' "), directory).output;
      expect(status('# whether this device')).equal('404');
      expect(status('# a picture')).equal('201');
      expect(status('# a picture')).equal('200');
      expect(status('# whether this device')).equal('200');
    });

    it('listen to the answers and publish an arrival', async () => {
      listening = shell(block('mosquitto_sub').trim());
      await heard(`${ANSWER}/policy {`);
      const publish = block('hand-$(date');
      const { code, output } = shellOut(publish);
      expect(code, output).equal(0);
      await heard(`${ANSWER}/decision {"arrivalId":"hand-`);
      await heard(`${ANSWER}/receipt {"ids":["hand-`);
    });

    it('show a refusal, and a status that is taken', async () => {
      expect(shellOut(below('# not JSON')).code).equal(0);
      await heard(
        `${ANSWER}/rejected {"sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","code":"not-json"`,
      );
      expect(shellOut(below('# a status')).code).equal(0);
      await until(
        async () => (await place.wire.store.db.collection('device_status').countDocuments({ deviceId: ID, online: true })) === 1,
        20_000,
      );
    });
  });
}
