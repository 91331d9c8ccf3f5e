import { once } from 'node:events';
import { mkdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A data directory that another process with an embedded part uses. */
export class DataDirInUse extends Error {
  constructor(dataDir: string, pid: string) {
    super(
      `${dataDir} 正由另一个进程 (pid ${pid}) 使用，未启动：请先停止它，或另设 DATA_DIR · ` +
        `${dataDir} is in use by another process (pid ${pid}), not started: stop that one first, or set another DATA_DIR`,
    );
    this.name = 'DataDirInUse';
  }
}

/**
 * Holds a data directory for this process, for as long as it lives: the kernel lets go of a socket's name whatever ends the
 * process, so there is no stale lock after a SIGKILL. The name is made from the directory's device and inode, so links to it
 * lock each other out. Made where missing.
 * @throws DataDirInUse
 */
export async function lockDataDir(dataDir: string): Promise<{ release(): Promise<void> }> {
  await mkdir(dataDir, { recursive: true });
  const { dev, ino } = await stat(dataDir);
  const name = `cleanhaul-${dev}-${ino}`;
  // Linux has names that are no files. Elsewhere a file stays behind and is taken over when nobody answers on it.
  const address = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(String(process.pid));
  });
  if (!(await listen(server, address))) {
    const holder = await ask(address);
    if (holder === null && !address.startsWith('\0')) await rm(address, { force: true });
    if (holder !== null || !(await listen(server, address))) throw new DataDirInUse(dataDir, holder ?? '?');
  }
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** False when the name is taken. */
async function listen(server: Server, address: string): Promise<boolean> {
  server.listen(address);
  return once(server, 'listening').then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return false;
      throw error;
    },
  );
}

/** The pid of who holds the name ('?' when it does not say), null when nobody does. */
function ask(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(address);
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? null : '?'),
    );
    socket.on('close', () => resolve(/^\d+$/.test(text) ? text : '?'));
  });
}
