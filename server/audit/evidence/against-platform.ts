import type { Db } from 'mongodb';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { Actor } from '../../alerts/types.ts';
import type { ReportedCheck } from '../../http/contract/evidence.ts';
import type { JudgedAgain } from '../../intake/finding-again.ts';
import { bytesOf } from '../../intake/restore.ts';
import type { AuditDoc } from '../../store/audit-log.ts';
import type { DecisionDoc, FindingDoc, ObservationDoc } from '../../store/types.ts';
import { scopeFilter } from '../scope.ts';
import type { Chain } from './chain.ts';
import { decisionText, digestOf, findingText } from './documents.ts';
import type { Manifest, ManifestFile } from './format.ts';
import { hashOfBlock } from './leaves.ts';
import { proofOf } from './prove.ts';
import { check } from './report.ts';
import type { Verified } from './verify.ts';

export interface PlatformCheckDeps {
  db: Db;
  chain: Chain;
  /** The entry of the audit log that says that the package with this manifest was taken here. */
  takenHere(manifest: string): Promise<AuditDoc | null>;
  judgeFinding(finding: FindingDoc): Promise<JudgedAgain>;
  judgeMessage(ref: string): Promise<JudgedAgain>;
}

/** What only the platform can say of a package: whether it was taken here, is of its own chain, and is what is stored and judged now. */
export function createPlatformCheck({ db, chain, takenHere, judgeFinding, judgeMessage }: PlatformCheckDeps) {
  const findings = db.collection<FindingDoc>('findings');
  const decisions = db.collection<DecisionDoc>('decisions');
  const observations = db.collection<ObservationDoc>('observations');

  async function issued({ report }: Verified): Promise<ReportedCheck> {
    const entry = await takenHere(report.manifest);
    if (!entry)
      return check('issued', 'unknown', 'not-here', '本平台没有导出过这个文件包', 'this platform has not given out this package');
    const at = formatInstant(entry.at.getTime());
    return check(
      'issued',
      'ok',
      'here',
      `由本平台导出（${at}），至今未变`,
      `given out by this platform (${at}), unchanged since`,
    );
  }

  async function ownChain({ proof, manifest }: Verified): Promise<ReportedCheck> {
    const headers = await chain.headers(proof.blocks.map(({ number }) => number));
    const foreign = proof.blocks.some((block) => {
      const own = headers.get(block.number);
      return !own || !hashOfBlock(own).equals(hashOfBlock(block));
    });
    const heads = await Promise.all(proof.heads.map(async ({ size, root }) => (await chain.head(size))?.root === root));
    if (foreign || heads.includes(false))
      return check(
        'platform-chain',
        'broken',
        'differs',
        '与本平台的证据链不同：来自其他平台，或证据链已被改动',
        'this is not the chain of this platform: it comes from another one, or the chain was changed',
      );
    const waiting = manifest.files.filter(({ file }) => proof.waiting.includes(file));
    if (waiting.length > 0 && (await stillWaiting(waiting)) === 0)
      return check(
        'platform-chain',
        'ok',
        'sealed-since',
        '与本平台的证据链一致；导出时未入链的记录现已入链，可重新导出',
        'the same as the chain of this platform; what was not in it then is now: the package can be taken again',
      );
    return check('platform-chain', 'ok', 'same', '与本平台的证据链一致', 'the same as the chain of this platform');
  }

  async function stillWaiting(entries: ManifestFile[]): Promise<number> {
    const refs = entries.flatMap((entry) => ('observation' in entry ? [entry.observation] : []));
    const docs = await observations.find({ _id: { $in: refs } }, { projection: { batch: 1 } }).toArray();
    const batches = new Map(docs.map((doc) => [doc._id, doc.batch]));
    const asked = entries.map((entry) => {
      const batch = 'observation' in entry ? batches.get(entry.observation) : undefined;
      return { entry, ...(batch !== undefined && { batch }) };
    });
    return (await proofOf(asked, chain)).waiting.length;
  }

  /** What the store holds today of the package's records, in the order of how much it matters. */
  async function records({ manifest }: Verified, actor: Actor): Promise<ReportedCheck> {
    const entries = (what: ManifestFile['what']) => manifest.files.filter((entry) => entry.what === what);
    const messages = entries('observation') as Extract<ManifestFile, { what: 'observation' }>[];
    const given = entries('decision') as Extract<ManifestFile, { what: 'decision' }>[];
    const found = entries('finding') as Extract<ManifestFile, { what: 'finding' }>[];
    const own = async (kind: 'observations' | 'decisions' | 'findings', ids: string[]) => ({
      $and: [{ _id: { $in: ids } }, await scopeFilter(db, actor, kind)],
    });
    const refs = (list: { observation: string }[]) => list.map((e) => e.observation);
    const [storedMessages, storedDecisions, storedFindings] = await Promise.all([
      observations.find(await own('observations', refs(messages)), { projection: { raw: 1 } }).toArray(),
      decisions.find(await own('decisions', refs(given))).toArray(),
      findings
        .find(
          await own(
            'findings',
            found.map((e) => e.id),
          ),
        )
        .toArray(),
    ]);
    const now = new Map<string, string>([
      ...storedMessages.map((doc) => [`message ${doc._id}`, digestOf(bytesOf(doc))] as const),
      ...storedDecisions.map((doc) => [`decision ${doc._id}`, digestOf(decisionText(doc))] as const),
    ]);
    const fixed = [
      ...messages.map((e) => ({ file: e.file, sha256: e.sha256, now: now.get(`message ${e.observation}`) })),
      ...given.map((e) => ({ file: e.file, sha256: e.sha256, now: now.get(`decision ${e.observation}`) })),
    ];
    const gone = fixed.filter((one) => one.now === undefined);
    const other = fixed.filter((one) => one.now !== undefined && one.now !== one.sha256);
    if (other.length > 0)
      return check(
        'records',
        'broken',
        'store-differs',
        `平台现存的记录与包内不同：${other[0]!.file}`,
        `what the platform has stored now is not what is in the package: ${other[0]!.file}`,
      );
    if (gone.length > 0)
      return check(
        'records',
        'unknown',
        'not-stored',
        `平台没有其中 ${gone.length} 条记录，或不在您的范围内`,
        `${gone.length} records are not stored here, or not in your scope`,
      );
    const moved = found.find((e) => {
      const doc = storedFindings.find(({ _id }) => _id === e.id);
      return !doc || digestOf(findingText(doc)) !== e.sha256;
    });
    if (!moved) return check('records', 'ok', 'same', '与平台现存的记录相同', 'the same as what the platform has stored now');
    const status = storedFindings.find(({ _id }) => _id === moved.id)?.status;
    if (!status)
      return check(
        'records',
        'unknown',
        'not-stored',
        '平台没有这条判定结果，或不在您的范围内',
        'the finding is not stored here, or not in your scope',
      );
    const [zh, en] = STATUS[status];
    return check('records', 'unknown', 'changed-since', `判定结果在导出后有变化，现为：${zh}`, `the finding has changed since it was taken: it is ${en} now`); // prettier-ignore
  }

  async function again({ of, files }: Manifest, actor: Actor): Promise<ReportedCheck> {
    const judged = 'finding' in of ? await findingAgain(of.finding, actor) : await decisionAgain(files, actor);
    if (!judged)
      return check('again', 'unknown', 'not-in-scope', '不在您的范围内，未重新判定', 'not in your scope, not judged again');
    if (!judged.judged)
      return check('again', 'unknown', 'nothing', '没有可再判定的消息', 'there is no stored message to judge it by');
    if (!judged.difference)
      return check(
        'again',
        'ok',
        'same',
        '平台据存储的消息和事实重新判定，结果相同',
        'judged again from what is stored: the same',
      );
    const { kind, fields } = judged.difference;
    const [zh, en] = kind === 'extra' ? ['不再成立', 'it is no longer found'] : kind === 'missing' ? ['另有结果', 'something else is found'] : ['结果不同', `it differs in ${fields.join(', ')}`]; // prettier-ignore
    return check('again', 'broken', kind, `平台重新判定：${zh}`, `judged again: ${en}`);
  }

  async function findingAgain(id: string, actor: Actor): Promise<JudgedAgain | null> {
    const finding = await findings.findOne({ $and: [{ _id: id }, await scopeFilter(db, actor, 'findings')] });
    return finding && (await judgeFinding(finding));
  }

  async function decisionAgain(files: Manifest['files'], actor: Actor): Promise<JudgedAgain | null> {
    const entry = files.find((one) => one.what === 'decision' && one.file === 'decision.json');
    if (entry?.what !== 'decision') return null;
    const scope = await scopeFilter(db, actor, 'decisions');
    const decision = await decisions.findOne({ $and: [{ _id: entry.observation }, scope] });
    return decision && (await judgeMessage(decision._id));
  }

  return async (verified: Verified, actor: Actor): Promise<ReportedCheck[]> =>
    Promise.all([issued(verified), ownChain(verified), records(verified, actor), again(verified.manifest, actor)]);
}

const STATUS = {
  pending: ['待定', 'pending'],
  confirmed: ['成立', 'confirmed'],
  withdrawn: ['已撤回', 'withdrawn'],
} as const;
