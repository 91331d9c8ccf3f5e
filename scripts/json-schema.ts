import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { schemaFiles } from '../devices/contract/schema-files.ts';

/** Writes devices/contract/json-schema/ from the zod schemas (`npm run build:contract`); removes files of messages that are no more. */
const directory = new URL('../devices/contract/json-schema/', import.meta.url);
const files = schemaFiles();

await mkdir(directory, { recursive: true });
for (const name of await readdir(directory)) {
  if (!(name in files)) await rm(new URL(name, directory));
}
for (const [name, text] of Object.entries(files)) await writeFile(new URL(name, directory), text);
console.log(`${Object.keys(files).length} JSON Schema files written`);
