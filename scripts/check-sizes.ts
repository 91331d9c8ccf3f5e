import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildConsole } from '../test/support/console-build.ts';

/**
 * `npm run check:sizes`: what a browser fetches (gzip, without fonts, pictures and map data), from the build's own manifest. The first load
 * is the page with its front room; every other room is what it needs beyond that.
 */
const KB = 1000;
const FIRST = 300 * KB;
const FURTHER = 200 * KB;
const dist = resolve(import.meta.dirname, '..', 'web', 'dist');

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
  isEntry?: boolean;
}

export interface Sizes {
  first: number;
  rooms: { name: string; bytes: number }[];
}

/** Reads the sizes of the console as built. */
export function readSizes(): Sizes {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8')) as Record<string, Chunk>;
  const sizes = new Map<string, number>();
  const sizeOf = (file: string) => {
    const known = sizes.get(file) ?? gzipSync(readFileSync(join(dist, file))).length;
    sizes.set(file, known);
    return known;
  };
  /** The files of a chunk and of all it imports at once. */
  function filesOf(key: string, into = new Set<string>(), seen = new Set<string>()): Set<string> {
    const chunk = manifest[key];
    if (!chunk || seen.has(key)) return into;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) into.add(file);
    for (const next of chunk.imports ?? []) filesOf(next, into, seen);
    return into;
  }
  const total = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + sizeOf(file), 0);
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry === true)!;
  const first = filesOf('src/rooms/AlertBoard.vue', filesOf(entry));
  const rooms = Object.keys(manifest)
    .filter((key) => /^src\/rooms\/.*\.vue$/.test(key))
    .map((key) => ({ name: key.slice('src/rooms/'.length), bytes: total([...filesOf(key)].filter((file) => !first.has(file))) }));
  return { first: total(first), rooms: rooms.sort((a, b) => b.bytes - a.bytes) };
}

/** What is larger than it may be, in words. */
export function tooLarge({ first, rooms }: Sizes): string[] {
  return [
    ...(first > FIRST ? [`the first load is ${Math.round(first / KB)} kB, more than ${FIRST / KB}`] : []),
    ...rooms.filter(({ bytes }) => bytes > FURTHER).map(({ name, bytes }) => `${name} is ${Math.round(bytes / KB)} kB`),
  ];
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  await buildConsole();
  if (!existsSync(join(dist, '.vite')) || readdirSync(dist).length === 0)
    throw new Error('web/dist has no manifest: npm run build');
  const sizes = readSizes();
  console.log(`first load  ${(sizes.first / KB).toFixed(1)} kB`);
  for (const { name, bytes } of sizes.rooms) console.log(`${(bytes / KB).toFixed(1).padStart(8)} kB  ${name}`);
  const problems = tooLarge(sizes);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
