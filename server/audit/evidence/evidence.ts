import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Db } from 'mongodb';
import type { Actor } from '../../alerts/types.ts';
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { EvidenceReport, HeadShown } from '../../http/contract/evidence.ts';
import { inTime, PATIENCE } from '../../images/upload.ts';
import type { Collection } from '../../registry/types.ts';
import type { AuditLogStore } from '../../store/audit-log.ts';
import type { BatchStore } from '../../store/batches.ts';
import { assemble, type AssembleDeps } from './assemble.ts';
import { createPlatformCheck, type PlatformCheckDeps } from './against-platform.ts';
import { createEvidenceRecords, type EvidenceRecords } from './records.ts';
import { verdictOf } from './report.ts';
import { verifyPackage } from './verify.ts';
import { LIMITS } from './zip-read.ts';
import { zipOf } from './zip-write.ts';
import { digestOf } from './documents.ts';

export interface EvidenceDeps extends AssembleDeps, Pick<PlatformCheckDeps, 'judgeFinding' | 'judgeMessage'> {
  db: Db;
  clock: Clock;
  batches: Pick<BatchStore, 'waitingSince'>;
  auditLog: Pick<AuditLogStore, 'evidenceTaken'>;
  audit(by: Actor, action: string, target?: string, detail?: Record<string, unknown>): Promise<unknown>;
}

/** A package on its way out. */
export interface TakenEvidence {
  /** A file name of letters that every system takes. */
  name: string;
  zip: Readable;
}

/** Packages that are put together or verified at once in this process, and that may wait for their turn. */
const AT_ONCE = 2;
const WAITING = 30;

export type Evidence = ReturnType<typeof createEvidence>;

/** Evidence for people: packages of findings and decisions, the head of the chain, and the verification of packages. */
export function createEvidence(deps: EvidenceDeps) {
  const { db, chain, clock, batches, auditLog, audit } = deps;
  const records = createEvidenceRecords(db);
  const againstPlatform = createPlatformCheck({ ...deps, takenHere: (manifest) => auditLog.evidenceTaken(manifest) });
  let busy = 0;
  const waiting: (() => void)[] = [];

  /** @throws AppError 503 `busy` */
  async function oneOfFew<T>(work: () => Promise<T>): Promise<T> {
    if (waiting.length >= WAITING) {
      throw new AppError(
        503,
        'busy',
        { zh: '证据包处理任务过多，请稍后再试', en: 'too many packages at once: try again' },
        { retryAfter: 3 },
      );
    }
    if (busy >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy++;
    try {
      return await work();
    } finally {
      // Whoever waits longest takes this place.
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  }

  async function take(
    found: EvidenceRecords,
    actor: Actor,
    mayRead: (collection: Collection) => boolean,
    olderHead: number | undefined,
  ): Promise<TakenEvidence> {
    const made = await assemble(found, { actor, now: clock.now(), mayRead }, deps, olderHead);
    const target = 'finding' in found.of ? found.of.finding : found.of.decision;
    await audit(actor, 'evidence-taken', target, { manifest: made.digest, files: made.manifest.files.length });
    return { name: nameOf(found), zip: zipOf(made.files, new Date(clock.now())) };
  }

  return {
    /** @throws AppError 404 `unknown-finding`, 422 `no-such-head`, 503 `busy` */
    ofFinding: (id: string, actor: Actor, mayRead: (collection: Collection) => boolean, olderHead?: number) =>
      oneOfFew(async () => take(await records.ofFinding(id, actor), actor, mayRead, olderHead)),

    /** @param ref as printed @throws AppError 404 `unknown-decision`, 422 `no-such-head`, 503 `busy` */
    ofDecision: (ref: string, actor: Actor, mayRead: (collection: Collection) => boolean, olderHead?: number) =>
      oneOfFew(async () => take(await records.ofDecision(ref, actor), actor, mayRead, olderHead)),

    /**
     * Verifies a package while it comes in: kept in a file for as long as it takes.
     * @throws AppError 408, 413 `too-large`, 422 `not-a-package`, 503 `busy`
     */
    verify: (body: AsyncIterator<Buffer>, actor: Actor): Promise<EvidenceReport> =>
      oneOfFew(async () => {
        const path = join(tmpdir(), `cleanhaul-evidence-${randomUUID()}.zip`);
        try {
          await receive(path, body);
          const verified = await verifyPackage(path);
          const checks = [...verified.report.checks, ...(await againstPlatform(verified, actor))];
          return { ...verified.report, checks, verdict: verdictOf([...verified.report.files, ...checks]) };
        } finally {
          await rm(path, { force: true });
        }
      }),

    /**
     * The head of the chain.
     * @param size that of so many blocks instead of the newest
     * @param from also what shows that the tree of so many blocks is its beginning
     * @throws AppError 422 `no-such-head`
     */
    async head({ size, from }: { size?: number | undefined; from?: number | undefined }): Promise<HeadShown> {
      const head = await chain.head(size);
      const older = from === undefined ? undefined : await chain.head(from);
      if (!head || older === null || (older && older.size > head.size))
        throw new AppError(422, 'no-such-head', { zh: '证据链没有这么多区块', en: 'the chain has not so many blocks' });
      const waitingSince = await batches.waitingSince();
      return {
        ...head,
        waitingSince: waitingSince && waitingSince.toISOString(),
        ...(older && { consistency: { from: older, path: await chain.consistency(older.size, head.size) } }),
      };
    },
  };
}

/** @throws AppError 413 `too-large`, 408 `too-slow` */
async function receive(path: string, body: AsyncIterator<Buffer>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    let bytes = 0;
    for await (const piece of inTime(body, PATIENCE)) {
      bytes += piece.length;
      if (bytes > LIMITS.bytes)
        throw new AppError(413, 'too-large', {
          zh: `证据包不得超过 ${LIMITS.bytes >> 20} MiB`,
          en: `a package is at most ${LIMITS.bytes >> 20} MiB`,
        });
      await file.writeFile(piece);
    }
  } finally {
    await file.close();
  }
}

function nameOf({ of, findings }: EvidenceRecords): string {
  if ('decision' in of) return `evidence-decision-${of.decision.replace(/[^A-Za-z0-9]/g, '_')}.zip`;
  return `evidence-${findings[0]!.code}-${digestOf(of.finding).slice(0, 10)}.zip`;
}
