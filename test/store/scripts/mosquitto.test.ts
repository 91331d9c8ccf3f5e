import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { realClock } from '../../../server/clock.ts';
import { mosquittoHash } from '../../../server/embedded/mosquitto.ts';
import { createRegistry } from '../../../server/registry/index.ts';
import { connectStore } from '../../../server/store/connection.ts';
import { quietLog } from '../../support/log.ts';
import { startMongo } from '../../support/mongo.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

describe('npm run mosquitto', () => {
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let out: string;
  before(async () => {
    mongo = await startMongo();
    out = await mkdtemp(join(tmpdir(), 'cleanhaul-mosquitto-'));
    const store = await connectStore(mongo.uri, quietLog);
    const registry = createRegistry({ db: store.db, clock: realClock, hooks: { inspectionsRecorded: async () => undefined } });
    await registry.indexes();
    const place = { nameZh: '门', lon: 112.7, lat: 38.4, county: '140902' };
    const rows = [
      { kind: 'gate', id: 'G1', secret: 'the-secret-of-gate-one', ...place },
      { kind: 'gate', id: 'G2', secret: 'the-secret-of-gate-two', enabled: false, ...place },
      { kind: 'on-board', id: 'LVIN0000000000001', nameZh: '车' },
    ];
    const answer = await registry.import('devices', Readable.from([rows.map((row) => JSON.stringify(row)).join('\n')]), {
      format: 'ndjson',
      language: 'en',
      may: { recordedAt: false, secrets: true },
    });
    expect(answer.errors).eql([]);
    await store.close();
  });
  after(async () => {
    await rm(out, { recursive: true, force: true });
    await mongo.stop();
  });

  it('writes accounts and rights of all enabled devices of the registry, and how to start the platform with them', async () => {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', 'scripts/mosquitto.ts', '--out', out, '--port', '1999'], {
      cwd: ROOT,
      env: { ...process.env, MONGODB_URI: mongo.uri },
    });
    expect(stdout)
      .contain('2 devices written')
      .and.match(/MQTT_URL=mqtt:\/\/127\.0\.0\.1:1999 MQTT_USERNAME=platform MQTT_PASSWORD=\S{43}/);

    const passwords = new Map(
      (await readFile(join(out, 'passwords'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => line.split(':') as [string, string]),
    );
    expect([...passwords.keys()]).have.members(['platform', 'gate/G1', 'on-board/LVIN0000000000001']);
    const stored = passwords.get('gate/G1') ?? '';
    expect(mosquittoHash('the-secret-of-gate-one', Buffer.from(stored.split('$')[3] ?? '', 'base64'))).equal(stored);
    const acl = await readFile(join(out, 'acl'), 'utf8');
    expect(acl).contain('user gate/G1\ntopic write cleanhaul/v1/gate/G1/arrival').and.not.contain('gate/G2');
    expect((await stat(join(out, 'passwords'))).mode & 0o777).equal(0o600);
  });
});
