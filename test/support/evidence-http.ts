import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import type { Actor } from '../../server/alerts/types.ts';
import { createChain } from '../../server/audit/evidence/chain.ts';
import { createEvidence } from '../../server/audit/evidence/evidence.ts';
import { evidenceRouter } from '../../server/http/routes/evidence.ts';
import { problemHandler } from '../../server/http/problems.ts';
import { createImageFiles } from '../../server/images/files.ts';
import { createImages, type Images } from '../../server/images/images.ts';
import { judgeFindingAgain, judgeMessageAgain } from '../../server/intake/finding-again.ts';
import { auditLogStore } from '../../server/store/audit-log.ts';
import { createLog } from '../../server/log.ts';
import type { EvidenceReport } from '../../server/http/contract/evidence.ts';
import type { TestCore } from './core.ts';
import { sealerDeps } from './evidence.ts';
import { listen } from './http.ts';
import type { TestPicture } from './pictures.ts';

export interface EvidenceHttp {
  images: Images;
  /** Brings a device's picture. */
  bring(device: string, picture: TestPicture): Promise<void>;
  get(path: string, who: Actor): Promise<Response>;
  /** A package. @throws when it is not given */
  take(path: string, who: Actor): Promise<Buffer>;
  /** `404 unknown-finding` */
  code(path: string, who: Actor): Promise<string>;
  post(zip: Buffer, who: Actor, headers?: Record<string, string>): Promise<Response>;
  verify(zip: Buffer, who: Actor): Promise<EvidenceReport>;
  close(): Promise<void>;
}

/** Evidence of a core over HTTP, the caller named by a header. */
export async function evidenceHttp(t: TestCore): Promise<EvidenceHttp> {
  const deps = sealerDeps(t);
  const directory = await mkdtemp(join(tmpdir(), 'cleanhaul-evidence-'));
  const files = createImageFiles({ directory, instance: '1' });
  await files.start();
  const images = createImages({ db: t.store.db, files, thumbnail: async (bytes) => bytes, clock: t.clock });
  const auditLog = auditLogStore(t.store.db);
  await Promise.all([auditLog.indexes(), deps.blocks.indexes()]);
  const evidence = createEvidence({
    ...deps,
    db: t.store.db,
    chain: createChain(deps.blocks),
    images,
    batches: t.core.stores.batches,
    auditLog,
    audit: (by, action, target, detail) =>
      auditLog.append({
        at: new Date(t.clock.now()),
        by: by.username,
        action,
        ...(target !== undefined && { target }),
        ...(detail && { detail }),
      }),
    judgeFinding: (finding) => judgeFindingAgain(finding, t.core.again),
    judgeMessage: (ref) => judgeMessageAgain(ref, t.core.again),
  });
  const app = express();
  app.set('query parser', 'simple');
  app.use((req, _res, next) => {
    Object.assign(req, { actor: JSON.parse(decodeURIComponent(req.get('x-who')!)) as Actor });
    next();
  });
  app.use(evidenceRouter({ evidence }), problemHandler(createLog('silent')));
  const web = await listen(app);
  const named = (who: Actor) => ({ 'x-who': encodeURIComponent(JSON.stringify(who)), 'accept-language': 'en' });
  const get = (path: string, who: Actor) => fetch(web.url + path, { headers: named(who) });
  const post = (zip: Buffer, who: Actor, headers: Record<string, string> = {}) =>
    fetch(`${web.url}/evidence/verify`, {
      method: 'POST',
      headers: { ...named(who), 'content-type': 'application/zip', ...headers },
      body: new Uint8Array(zip),
    });
  return {
    images,
    async bring(device, { bytes, sha256 }) {
      const body = (async function* () {
        await Promise.resolve();
        yield bytes;
      })();
      await images.put({ device }, sha256, body);
    },
    get,
    post,
    async take(path, who) {
      const answer = await get(path, who);
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      return Buffer.from(await answer.arrayBuffer());
    },
    async code(path, who) {
      const answer = await get(path, who);
      return `${answer.status} ${((await answer.json()) as { code?: string }).code ?? ''}`;
    },
    async verify(zip, who) {
      const answer = await post(zip, who);
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
      return (await answer.json()) as EvidenceReport;
    },
    async close() {
      await web.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
