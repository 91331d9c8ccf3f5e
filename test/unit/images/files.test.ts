import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AppError } from '../../../server/errors.ts';
import { createImageFiles, type Disk } from '../../../server/images/files.ts';

type Operation = 'open' | 'write' | 'sync' | 'rename' | 'mkdir';

/** A disk on which one operation fails, and which tells what it was asked. */
function brittle(failing: Operation | undefined, code = 'EIO') {
  const asked: string[] = [];
  const fail = (operation: Operation, path: string) => {
    asked.push(`${operation} ${path}`);
    if (operation === failing) throw Object.assign(new Error(code), { code });
  };
  const disk: Disk = {
    ...fs,
    open: (async (path: string, flags: string, mode?: number) => {
      if (flags === 'wx') fail('open', path);
      const handle = await fs.open(path, flags, mode);
      const { writeFile, sync } = { writeFile: handle.writeFile.bind(handle), sync: handle.sync.bind(handle) };
      handle.writeFile = async (data) => {
        fail('write', path);
        await writeFile(data);
      };
      handle.sync = async () => {
        fail('sync', path);
        await sync();
      };
      return handle;
    }) as typeof fs.open,
    rename: async (from, to) => {
      fail('rename', String(to));
      await fs.rename(from, to);
    },
    mkdir: (async (path: string, options: { recursive: boolean }) => {
      fail('mkdir', path);
      return fs.mkdir(path, options);
    }) as typeof fs.mkdir,
  };
  return { disk, asked };
}

const BYTES = Buffer.from('a picture, for all that files know');
const SHA = createHash('sha256').update(BYTES).digest('hex');
async function* body() {
  yield BYTES.subarray(0, 10);
  yield BYTES.subarray(10);
}

describe('the files of pictures', () => {
  let directory: string;
  beforeEach(async () => {
    directory = join(await fs.mkdtemp(join(tmpdir(), 'cleanhaul-files-')), 'images');
  });
  afterEach(() => fs.rm(join(directory, '..'), { recursive: true, force: true }));

  const filesOn = (disk: Disk, instance = '1') => createImageFiles({ directory, instance, disk });
  async function left(): Promise<string[]> {
    const names = await fs.readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
    return names.filter((entry) => entry.isFile()).map((entry) => entry.name);
  }
  /** Receives and keeps, as the service does. */
  async function store(disk: Disk): Promise<void> {
    const files = filesOn(disk);
    const received = await files.receive(body(), () => undefined);
    try {
      await files.keep(received);
    } finally {
      await files.drop(received);
    }
  }

  it('appear under their digest: written elsewhere, synced, renamed, the directory synced', async () => {
    const { disk, asked } = brittle(undefined);
    await store(disk);
    const path = join(directory, SHA.slice(0, 2), SHA.slice(2, 4), SHA);
    expect((await fs.readFile(path)).equals(BYTES)).to.equal(true);
    expect(await left()).to.deep.equal([SHA]);
    const steps = asked
      .filter((line) => /^(write|sync|rename)/.test(line))
      .map((line) => line.replace(/incoming\/.*/, 'incoming/*'));
    const renamed = steps.indexOf(`rename ${path}`);
    expect(steps.slice(0, renamed)).to.include(`sync ${join(directory, 'incoming', '*')}`);
    expect(steps.slice(0, renamed), 'new directories are durable before').to.include.members([directory, join(path, '../..')].map((d) => `sync ${d}`)); // prettier-ignore
    expect(steps.slice(renamed)).to.deep.equal([`rename ${path}`, `sync ${join(path, '..')}`]);
  });

  for (const [operation, code, said] of [
    ['open', 'ENOSPC', 'disk-full'],
    ['write', 'ENOSPC', 'disk-full'],
    ['write', 'EDQUOT', 'disk-full'],
    ['write', 'EIO', 'disk-failed'],
    ['sync', 'EIO', 'disk-failed'],
    ['rename', 'EIO', 'disk-failed'],
    ['mkdir', 'EROFS', 'disk-failed'],
  ] as const) {
    it(`are refused with 503 ${said} where ${operation} gives ${code}, and nothing is left`, async () => {
      let error: AppError | undefined;
      await store(brittle(operation, code).disk).catch((e: unknown) => (error = e as AppError));
      expect(error).to.include({ status: 503, code: said });
      expect(error!.retryAfter).to.be.greaterThan(0);
      expect(await left()).to.deep.equal([]);
      await store(brittle(undefined).disk);
      expect(await left()).to.deep.equal([SHA]);
    });
  }

  it('come back after somebody took their directories away', async () => {
    const files = filesOn(fs);
    await files.keep(await files.receive(body(), () => undefined));
    await fs.rm(directory, { recursive: true });
    await files.receive(body(), () => undefined).then(() => undefined, () => undefined); // prettier-ignore
    await files.keep(await files.receive(body(), () => undefined));
    expect(await left()).to.include(SHA);
  });

  it('that are half-written are removed at the start: own ones, and those of processes long dead', async () => {
    await filesOn(fs).start();
    const incoming = join(directory, 'incoming');
    for (const name of ['1-own', '2-under-way', '2-old']) await fs.writeFile(join(incoming, name), 'half');
    const longAgo = new Date(Date.now() - 3_600_000);
    await fs.utimes(join(incoming, '2-old'), longAgo, longAgo);
    await filesOn(fs).start();
    expect(await fs.readdir(incoming)).to.deep.equal(['2-under-way']);
  });
});
