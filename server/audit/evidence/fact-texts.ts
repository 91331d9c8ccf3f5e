import type { Policy } from '../../policy/types.ts';
import type { Collection } from '../../registry/types.ts';
import type { RegistryStore } from '../../store/registry.ts';
import { policyText, versionText } from './documents.ts';
import { factName, factOf, policyOfName, type FactName } from './facts.ts';

export interface FactTextDeps {
  registry: Pick<RegistryStore, 'versions'>;
  /** A policy version, the built-in one included. */
  policyOf(version: string): Promise<Policy | undefined>;
}

/** Read at once; some 30 µs each. */
const AT_ONCE = 100;

/** The texts of facts, in the order asked; what is not there any more is left out. */
export async function factTexts(names: FactName[], { registry, policyOf }: FactTextDeps): Promise<Map<FactName, string>> {
  const texts = new Map<FactName, string>();
  const versions = new Map<Collection, string[]>();
  for (const name of names) {
    const fact = factOf(name);
    if (fact) {
      const ids = versions.get(fact.collection);
      if (ids) ids.push(fact.version);
      else versions.set(fact.collection, [fact.version]);
    } else {
      const policy = await policyOf(policyOfName(name));
      if (policy) texts.set(name, policyText(policy));
    }
  }
  for (const [collection, ids] of versions)
    for (let i = 0; i < ids.length; i += AT_ONCE)
      for (const doc of await registry.versions(collection, ids.slice(i, i + AT_ONCE)))
        texts.set(factName(collection, doc._id), versionText(collection, doc));
  return new Map(names.flatMap((name) => (texts.has(name) ? [[name, texts.get(name)!] as const] : [])));
}
