import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the platform's processor time goes: the self time of a `--cpu-prof` profile, by part of the program. */

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

const PARTS: [RegExp, string][] = [
  [/^\(idle\)/, 'idle'],
  [/^\(garbage collector\)/, 'garbage collection'],
  [/^\(program\)/, 'native code (sockets, kernel)'],
  [/node_modules\/(bson|@mongodb-js)/, 'BSON'],
  [/node_modules\/(mongodb|mongoose)/, 'MongoDB driver'],
  [/node_modules\/(mqtt|mqtt-packet|bl|readable-stream|commist|number-allocator)/, 'MQTT client'],
  [/node_modules\/zod/, 'zod'],
  [/devices\/contract/, 'contract: decoding (JSON.parse, times)'],
  [/server\/intake\/histories/, 'intake: histories'],
  [/server\/intake/, 'intake: pipeline, facts, lanes'],
  [/server\/(rules|geo|policy)/, 'rules'],
  [/server\/(registry|recognition)/, 'registry look-ups, recognition'],
  [/server\/(store|alerts|live)/, 'store, alerts, live'],
  [/^node:|node:/, 'Node itself (streams, buffers, timers)'],
];

export interface ProfileSummary {
  /** Share of the time that was not idle. */
  parts: { part: string; share: number }[];
  functions: { name: string; share: number }[];
  busySeconds: number;
}

/** Reads the largest profile of a directory; the first seconds (start, warm-up) are left out. */
export async function summariseProfile(directory: string, skipSeconds = 8): Promise<ProfileSummary> {
  // The loader's thread has a profile of its own, a small one.
  const names = (await readdir(directory)).filter((name) => name.endsWith('.cpuprofile')).map((name) => join(directory, name));
  const files = await Promise.all(names.map(async (name) => ({ name, size: (await stat(name)).size })));
  const file = files.sort((a, b) => b.size - a.size)[0];
  if (file === undefined) throw new Error(`no profile in ${directory}`);
  const profile = JSON.parse(await readFile(file.name, 'utf8')) as CpuProfile;
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let elapsed = 0;
  let busy = 0;
  profile.samples.forEach((id, i) => {
    const took = profile.timeDeltas[i]!;
    elapsed += took;
    if (elapsed < skipSeconds * 1e6) return;
    const { functionName, url, lineNumber } = frames.get(id)!;
    const where = url === '' ? functionName : url;
    const part = PARTS.find(([pattern]) => pattern.test(where))?.[1] ?? (url === '' ? 'built-in functions' : 'other');
    if (part === 'idle') return;
    busy += took;
    parts.set(part, (parts.get(part) ?? 0) + took);
    const name = `${functionName || '(anonymous)'}${url === '' ? '' : ` ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`}`;
    functions.set(name, (functions.get(name) ?? 0) + took);
  });
  const shares = (map: Map<string, number>) =>
    [...map].sort((a, b) => b[1] - a[1]).map(([name, took]) => ({ name, share: took / busy }));
  return {
    parts: shares(parts).map(({ name, share }) => ({ part: name, share })),
    functions: shares(functions).slice(0, 40),
    busySeconds: busy / 1e6,
  };
}

/** The summary as a Markdown table. */
export function profileTable({ parts }: ProfileSummary): string {
  return [
    '| part | share of the busy time |',
    '|---|---:|',
    ...parts.filter((p) => p.share >= 0.005).map((p) => `| ${p.part} | ${(p.share * 100).toFixed(1)} % |`),
    '',
  ].join('\n');
}
