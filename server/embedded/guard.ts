import { spawn } from 'node:child_process';

/**
 * Makes sure that a child process does not outlive this one, however this one ends: a shell waits on a pipe that only we hold
 * open, and ends the child when the pipe closes (politely, after 10 s by SIGKILL).
 * @returns takes the guard away; to be called once the child has ended, since its pid may be given to another process
 */
export function guardChild(pid: number): () => void {
  const script =
    'cat >/dev/null; kill -TERM "$0" || exit; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$0" || exit; done; kill -KILL "$0"';
  // Its own process group: Ctrl-C at a terminal must not take the guard away before the child.
  const guard = spawn('sh', ['-c', script, String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return () => {
    guard.kill('SIGKILL');
    guard.stdin.destroy();
  };
}
