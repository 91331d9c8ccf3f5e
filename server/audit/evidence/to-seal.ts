import { setImmediate as turnOver } from 'node:timers/promises';
import { createPause } from '../../pause.ts';
import { bytesOf } from '../../intake/restore.ts';
import type { BatchStore } from '../../store/batches.ts';
import type { DecisionStore } from '../../store/decisions.ts';
import type { EvidenceBlockStore } from '../../store/evidence-blocks.ts';
import type { FindingStore } from '../../store/findings.ts';
import type { ObservationStore } from '../../store/observations.ts';
import type { BatchDoc, FindingDoc } from '../../store/types.ts';
import { digestOf } from './documents.ts';
import { factTexts, type FactTextDeps } from './fact-texts.ts';
import { factsOfFinding, factsOfMessage, type FactName } from './facts.ts';
import { decisionLeaf, findingLeaf, hashOfLeaf, observationLeaf } from './leaves.ts';
import { hashesIn, type Sealable } from './seal.ts';

export interface GatheringDeps extends FactTextDeps {
  blocks: EvidenceBlockStore;
  batches: BatchStore;
  observations: ObservationStore;
  decisions: DecisionStore;
  findings: FindingStore;
}

/** What is sealed in one go. */
export interface Gathered {
  leaves: Sealable[];
  /** Batches that are whole with these leaves, with the number of their messages. */
  sealed: { id: string; messages: number }[];
  /** Findings whose states are among them, or were before. */
  findings: FindingDoc[];
  /** Whether more waits than was taken. */
  more: boolean;
  /** To be called when the leaves are in the chain. */
  learned(): void;
}

const BATCHES = 20;
const FINDINGS = 200;
/** No further batch is begun beyond so many leaves. */
const LEAVES = 2_000;
/** Between pauses; some 30 µs each. */
const AT_ONCE = 20;
const MAX_KNOWN = 200_000;

/** Gathers what waits to be sealed and is in no block yet. */
export function createGathering(deps: GatheringDeps) {
  const { blocks, batches, observations, decisions, findings } = deps;
  /** Facts that are in the chain, as far as this process has learned. */
  const known = new Set<FactName>();

  /** The leaves of a batch as they are stored. */
  async function read({ _id }: BatchDoc): Promise<{ hashes: Buffer[]; messages: number; facts: FactName[] }> {
    const hashes: Buffer[] = [];
    const facts = new Set<FactName>();
    const gates: string[] = [];
    const pause = createPause(AT_ONCE);
    for await (const doc of observations.toSealOf(_id)) {
      hashes.push(hashOfLeaf(observationLeaf(doc, bytesOf(doc))));
      await pause();
      for (const name of factsOfMessage(doc.facts)) facts.add(name);
      if (doc.kind === 'gate') gates.push(doc._id);
    }
    const messages = hashes.length;
    for (let i = 0; i < gates.length; i += 200)
      for (const decision of await decisions.byIds(gates.slice(i, i + 200))) {
        hashes.push(hashOfLeaf(decisionLeaf(decision)));
        await pause();
      }
    return { hashes, messages, facts: [...facts] };
  }

  async function ofBatch(batch: BatchDoc) {
    // One that was sealed before has had something added by whoever was late.
    if (!batch.leaves || batch.sealed !== undefined) return read(batch);
    return { hashes: hashesIn(batch.leaves), messages: batch.messages ?? 0, facts: batch.facts ?? [] };
  }

  /** What is in blocks already: a writer that died before it could say so, or another one that is at it. */
  async function inBlocks(waiting: BatchDoc[]): Promise<ReadonlySet<string>> {
    const there = new Set<string>();
    if (waiting.length > 0)
      for await (const block of blocks.ofBatches(waiting.map((batch) => batch._id)))
        for (const hash of hashesIn(block.leaves)) there.add(hash.toString('hex'));
    return there;
  }

  /** The digest under which each of these was sealed last. */
  async function lastSealed(names: string[]): Promise<Map<string, string>> {
    const last = new Map<string, string>();
    for (let i = 0; i < names.length; i += 500)
      for (const block of await blocks.naming(names.slice(i, i + 500)))
        for (const { of, sha256 } of block.items ?? []) last.set(of, sha256);
    return last;
  }

  return async function gather(): Promise<Gathered> {
    const waiting = await batches.toSeal(BATCHES);
    const there = await inBlocks(waiting);
    const leaves: Sealable[] = [];
    const sealed: Gathered['sealed'] = [];
    const names = new Set<FactName>();
    for (const batch of waiting) {
      if (leaves.length > LEAVES) break;
      const { hashes, messages, facts } = await ofBatch(batch);
      for (const hash of hashes)
        if (there.size === 0 || !there.has(hash.toString('hex'))) leaves.push({ hash, batch: batch._id });
      await turnOver();
      for (const name of facts) if (!known.has(name)) names.add(name);
      sealed.push({ id: batch._id, messages });
    }
    const docs = await findings.toSeal(FINDINGS);
    const pause = createPause(AT_ONCE);
    const states: ['finding', string, string, string][] = [];
    for (const doc of docs) {
      states.push(findingLeaf(doc) as (typeof states)[number]);
      for (const name of factsOfFinding(doc)) if (!known.has(name)) names.add(name);
      await pause();
    }
    const last = await lastSealed([...states.map(([, id]) => `finding/${id}`), ...names]);
    for (const leaf of states) {
      const [, id, status, sha256] = leaf;
      const of = `finding/${id}`;
      if (last.get(of) !== sha256) leaves.push({ hash: hashOfLeaf(leaf), item: { of, sha256, status } });
    }
    const texts = await factTexts(
      [...names].filter((name) => name.startsWith('policy/') || !last.has(name)),
      deps,
    );
    for (const [of, text] of texts) {
      await pause();
      const sha256 = digestOf(text);
      const [kind, ...rest] = of.split('/') as ['fact' | 'policy', ...string[]];
      if (last.get(of) !== sha256) leaves.push({ hash: hashOfLeaf([kind, rest.join('/'), sha256]), item: { of, sha256 } });
    }
    return {
      leaves,
      sealed,
      findings: docs,
      more: sealed.length === BATCHES || sealed.length < waiting.length || docs.length === FINDINGS,
      learned() {
        if (known.size > MAX_KNOWN) known.clear();
        for (const name of names) known.add(name);
      },
    };
  };
}
