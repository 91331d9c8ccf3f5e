import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Router } from 'express';

/** What express serves: every router of `server/http/routes`, made with nothing behind it and walked. */

const DIRECTORY = join(import.meta.dirname, '../../server/http/routes');

/** A stand-in for whatever a router is given; it is only held, never asked, while routes are set up. */
const nothing: unknown = new Proxy(() => undefined, { get: (_target, name) => (name === Symbol.iterator ? undefined : nothing) });

interface Layer {
  route?: { path: string; stack: { method?: string }[] };
  handle: { stack?: Layer[] };
}

/** `get /alerts/{id}`, in the words of the document. */
export async function servedRoutes(): Promise<string[]> {
  const found: string[] = [];
  for (const file of readdirSync(DIRECTORY).filter((name) => name.endsWith('.ts'))) {
    const module = (await import(pathToFileURL(join(DIRECTORY, file)).href)) as Record<string, unknown>;
    for (const [name, make] of Object.entries(module)) {
      if (!name.endsWith('Router') || typeof make !== 'function') continue;
      const router = (make as (deps: unknown) => Router)(nothing);
      found.push(...walk((router as unknown as { stack: Layer[] }).stack));
    }
  }
  return [...new Set(found)].sort();
}

function walk(stack: Layer[]): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (!route) return handle.stack ? walk(handle.stack) : [];
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    return [...new Set(route.stack.map(({ method }) => method))].map((method) => `${method} ${path}`);
  });
}
