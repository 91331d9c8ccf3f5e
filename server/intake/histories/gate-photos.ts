import { MINUTE } from '../../../devices/contract/instant.ts';
import { judgeUploads, type NamedPicture } from '../../rules/gate-ledger.ts';
import type { DueDoc } from '../../store/due-work.ts';
import { imageKey } from '../../store/images.ts';
import { findingDoc, findingKey, subjectOf } from '../finding-docs.ts';
import { restoreWorks } from '../restore.ts';
import { settleSpans, type Change, type SpanJudgement } from '../settle.ts';
import type { Work } from '../types.ts';
import type { HistoryDeps } from './deps.ts';
import { SOURCE_LINE } from '../../store/observations.ts';

/** A gate's messages are marked by stretches of so long. */
export const LEDGER_SLICE = 5 * MINUTE;
const AT_ONCE = 200;

/**
 * Whether a passage names a picture its gate is required to take: 24 h later it is asked whether it came. Not of trailers, of which
 * nothing is said but that they are, and which photos are missing (rules.md §4).
 */
export function namesRequired({
  observation,
  device,
  recognition,
}: Pick<Work, 'observation' | 'device' | 'recognition'>): boolean {
  return (
    observation.kind === 'gate' &&
    observation.message === 'passage' &&
    recognition?.outcome !== 'trailer' &&
    (observation.body.images ?? []).some(({ role }) => device.requiredPhotos?.includes(role))
  );
}

/** Judges `photo-not-uploaded` for the passages of marked stretches of gates whose 24 h are over. */
export async function judgePhotos(docs: DueDoc[], deps: HistoryDeps): Promise<Change[]> {
  const works = await passagesOf(docs, deps);
  const changes: Change[] = [];
  const stood: Change[] = [];
  for (let i = 0; i < works.length; i += AT_ONCE) {
    const judge = async (open: Work[]) => {
      const judged = await judgeUploaded(open, deps);
      stood.push(...judged.flatMap(({ existing }) => existing.map((now) => ({ now }))));
      return judged;
    };
    changes.push(...(await settleSpans(works.slice(i, i + AT_ONCE), judge, deps.findings)));
  }
  // Somebody may have died between writing and telling: all of it is told again.
  return docs.some((doc) => doc.leased) ? [...changes, ...stood] : changes;
}

async function passagesOf(docs: DueDoc[], { observations, registry, policies }: HistoryDeps): Promise<Work[]> {
  const slices = new Map(docs.map(({ about, from }) => [`${about}/${from.getTime()}`, { gate: about, from: from.getTime() }]));
  const found = await observations.find(
    {
      message: 'passage',
      $or: [...slices.values()].map(({ gate, from }) => ({
        source: `gate/${gate}`,
        at: { $gte: new Date(from), $lt: new Date(from + LEDGER_SLICE) },
      })),
    },
    null,
    SOURCE_LINE,
  );
  return (await restoreWorks(found, registry, policies)).filter(namesRequired);
}

async function judgeUploaded(works: Work[], { images, findings, clock }: HistoryDeps): Promise<SpanJudgement[]> {
  const now = clock.now();
  const [uploaded, existing] = await Promise.all([
    images.uploaded([...new Set(works.flatMap((work) => imagesOf(work).map(({ sha256 }) => keyOf(work, sha256))))]),
    findings.byIds(works.map(({ doc }) => findingKey({ rule: 'gate-ledger', code: 'photo-not-uploaded', subject: doc._id }))),
  ]);
  const stored = new Map(existing.map((finding) => [finding.subject, finding]));
  return works.map((work) => {
    const { ref, at, receivedAt } = work.observation;
    const named = imagesOf(work).map(({ role, sha256 }): NamedPicture => ({
      role,
      sha256,
      uploadedAt: uploaded.get(keyOf(work, sha256))?.getTime(),
    }));
    const drafts = judgeUploads({ ref, at, receivedAt, policy: work.policy }, work.device.requiredPhotos, named);
    const seen = stored.get(ref);
    return {
      expected: drafts
        .filter(({ due }) => due <= now)
        .map(({ draft }) => findingDoc(draft, subjectOf(work), { recordedAt: now, basisSize: 1 })),
      existing: seen ? [seen] : [],
      basisSize: 1,
      withdrawnReason: 'the pictures were there in time',
    };
  });
}

function imagesOf({ observation }: Work): { role: string; sha256: string }[] {
  return 'images' in observation.body ? (observation.body.images ?? []) : [];
}

function keyOf({ observation }: Work, sha256: string): string {
  return imageKey(sha256, `gate/${observation.deviceId}`);
}
