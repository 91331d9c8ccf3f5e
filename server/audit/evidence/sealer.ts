import { randomUUID } from 'node:crypto';
import { setImmediate as turnOver, setTimeout as sleep } from 'node:timers/promises';
import { civilDate, formatInstant } from '../../../devices/contract/instant.ts';
import type { Clock } from '../../clock.ts';
import { createLoop } from '../../live/loop.ts';
import type { Logger } from '../../log.ts';
import type { BlockDoc } from '../../store/evidence-blocks.ts';
import type { Lease } from '../../store/lease.ts';
import { rootOfPeaks, type Peaks } from './merkle.ts';
import { hashesIn, MAX_LEAVES, nextBlock, peakBlocks, type Sealable, type Tip } from './seal.ts';
import { createGathering, type Gathered, type GatheringDeps } from './to-seal.ts';

export interface SealerDeps extends GatheringDeps {
  /** Who seals; saves work and nothing more. */
  lease: Lease;
  clock: Clock;
  log: Logger;
  options?: { everyMs?: number; leaseMs?: number; lookAgainMs?: number };
}

/** Whoever is so late (real time) with the insert of a message has lost its connection long ago. */
const LOOK_AGAIN_MS = 15 * 60_000;
const LOOKS_AT_ONCE = 200;
const REST_MS = 50;

export type Sealer = ReturnType<typeof createSealer>;

/**
 * Writes the chain of evidence behind what is stored: the messages of batches that are done, the decisions made of them, every state of
 * every finding, and the facts they were judged with. Usually one process holds the lease and writes; what makes the chain right is the
 * store: `_id = last + 1`, so of two writers one is told that its block exists and begins anew. What a crash cuts off is found by the
 * next: a batch or finding is marked as sealed after its block, and what is in a block is not put into another.
 */
export function createSealer(deps: SealerDeps) {
  const { blocks, batches, observations, findings, lease, clock, log, options = {} } = deps;
  const { everyMs = 10_000, leaseMs = 60_000, lookAgainMs = LOOK_AGAIN_MS } = options;
  const owner = randomUUID();
  const gather = createGathering(deps);
  let tip: Tip | undefined;
  let leasedUntil = 0;
  let saidDay = '';

  async function readTip(): Promise<Tip> {
    const last = await blocks.last();
    if (!last) return { size: 0, peaks: [] };
    const at = peakBlocks(last._id);
    const found = new Map((await blocks.byNumbers(at.map(({ block }) => block))).map((b) => [b._id, hashesIn(b.nodes)]));
    const peaks: Peaks = at.map(({ block, size }) => ({ size, root: found.get(block)![Math.log2(size)]! }));
    return { size: last._id, peaks };
  }

  /** Seals some of what waits. @returns whether more may wait */
  async function turn(): Promise<boolean> {
    // The end of the chain first: a block that another adds while this one looks what is in blocks already takes the place of its own.
    const from = (tip ??= await readTip());
    const gathered = await gather();
    if (gathered.leaves.length > 0) {
      tip = undefined;
      const next = await blocksOf(from, gathered.leaves);
      if (!(await blocks.append(next.blocks))) return true;
      tip = next.tip;
      say(next.blocks.at(-1)!.at, next.tip);
    }
    await settle(gathered);
    return gathered.more;
  }

  /** The next blocks, block by block: gates go in between. */
  async function blocksOf(from: Tip, leaves: readonly Sealable[]): Promise<{ blocks: BlockDoc[]; tip: Tip }> {
    const now = clock.now();
    const made: BlockDoc[] = [];
    let end = from;
    for (let i = 0; i < leaves.length; i += MAX_LEAVES) {
      await turnOver();
      const next = nextBlock(end, leaves.slice(i, i + MAX_LEAVES), now);
      made.push(next.block);
      end = next.tip;
    }
    return { blocks: made, tip: end };
  }

  async function settle({ sealed, findings: docs, learned }: Gathered): Promise<void> {
    await Promise.all([batches.sealed(sealed), findings.sealed(docs)]);
    learned();
  }

  /** Batches to which something was added after they were sealed are sealed once more. @returns how many */
  async function lookAgain(): Promise<number> {
    const old = await batches.sealedLongAgo(lookAgainMs, LOOKS_AT_ONCE);
    if (old.length === 0) return 0;
    const counts = await observations.countOf(old.map((batch) => batch._id));
    const more = old.filter((batch) => (counts.get(batch._id) ?? 0) !== (batch.sealed ?? 0));
    const kept = old.filter((batch) => !more.includes(batch));
    if (more.length > 0) {
      log.warn({ event: 'seal-again', batches: more.length }, 'messages were stored after their batch was sealed');
      await batches.done(more.map((batch) => batch._id));
    }
    if (kept.length > 0) await batches.keep(kept.map((batch) => batch._id));
    return more.length;
  }

  /** Once a civil day the head goes into the log: who keeps logs elsewhere has a copy of it outside. */
  function say(at: Date, { size, peaks }: Tip): void {
    const day = civilDate(at.getTime());
    if (day === saidDay) return;
    saidDay = day;
    const root = rootOfPeaks(peaks).toString('hex');
    log.info({ event: 'chain-head', size, root, at: formatInstant(at.getTime()) }, 'the head of the chain of evidence');
  }

  async function run(): Promise<void> {
    if (Date.now() > leasedUntil - leaseMs / 2) {
      const asked = Date.now();
      if (!(await lease.take(owner, leaseMs))) {
        tip = undefined;
        return;
      }
      leasedUntil = asked + leaseMs;
    }
    if (await turn()) {
      // Gates go in between.
      await sleep(REST_MS);
      loop.wake();
    } else await lookAgain();
  }

  const loop = createLoop(run, everyMs, (error) => {
    tip = undefined;
    log.warn({ err: error }, 'the chain of evidence waits for the store');
  });

  return {
    turn,
    lookAgain,
    /** Seals all that waits: tests, and whoever needs a proof now. */
    async all(): Promise<void> {
      while (await turn());
    },
    start: () => loop.start(),
    async stop(): Promise<void> {
      await loop.stop();
      if (Date.now() < leasedUntil) await lease.release(owner).catch(() => undefined);
    },
  };
}
