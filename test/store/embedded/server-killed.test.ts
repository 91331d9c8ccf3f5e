import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connectStore } from '../../../server/store/connection.ts';
import { quietLog } from '../../support/log.ts';
import { lives, until } from '../../support/until.ts';

interface Parts {
  server: ChildProcess;
  uri: string;
  mongod: number;
  broker: number;
}

describe('a server with embedded parts that is killed', () => {
  let dataDir: string;
  const servers: ChildProcess[] = [];
  const parts: number[] = [];

  const launch = () => {
    const program = fileURLToPath(new URL('../../support/embedded-parts.ts', import.meta.url));
    const server = spawn(process.execPath, ['--import', 'tsx', program, dataDir], { stdio: ['ignore', 'pipe', 'pipe'] });
    servers.push(server);
    return server;
  };
  const start = async (): Promise<Parts> => {
    const server = launch();
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const said = JSON.parse(line) as Omit<Parts, 'server'>;
    parts.push(said.mongod, said.broker);
    return { server, ...said };
  };

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'cleanhaul-parts-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.kill('SIGKILL');
    await until(() => !parts.some(lives), 15_000);
    parts.length = 0;
    await rm(dataDir, { recursive: true, force: true });
  });

  it('leaves neither mongod nor broker behind', async () => {
    const { server, mongod, broker } = await start();
    expect(lives(mongod) && lives(broker)).equal(true);
    server.kill('SIGKILL');
    await until(() => !lives(mongod) && !lives(broker), 15_000);
  });

  it('can be started again at once on the same directory, with its data', async () => {
    const first = await start();
    const before = await connectStore(first.uri, quietLog);
    await before.db.collection('things').insertOne({ n: 1 });
    await before.close();
    first.server.kill('SIGKILL');

    const second = await start();
    const after = await connectStore(second.uri, quietLog);
    expect(await after.db.collection('things').countDocuments()).equal(1);
    await after.close();
  });

  it('is the only one on its directory: a second one refuses to start and says who has it', async () => {
    const { server } = await start();
    const second = launch();
    let said = '';
    second.stderr.on('data', (data) => (said += String(data)));
    const [code] = (await once(second, 'exit')) as [number];
    expect(code).not.equal(0);
    expect(said).contain(`pid ${server.pid}`).and.contain('is in use by another process');
  });
});
