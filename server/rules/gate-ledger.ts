import { HOUR, MINUTE } from '../../devices/contract/instant.ts';
import type { Policy } from '../policy/types.ts';
import { findingOn } from './draft.ts';
import { compareOrder, type Ordered } from './order.ts';
import type { FindingDraft, ObservationRef, Rule } from './types.ts';

const SECOND = 1000;
const ID = { id: 'gate-ledger', version: 1 };

/** A passage that passed, of a plate that was read and is no trailer's: what ledgers and accounts are made of. */
export interface LedgerPassage extends Ordered {
  ref: ObservationRef;
  receivedAt: number;
  /** The VIN where known (a corrected plate counts), else `number,colour`. */
  identity: string;
  direction: 'in' | 'out';
  /** The policy it is judged with. */
  policy: Policy;
}

/** A finding with the moment (ms, the platform's clock) from which it stands. */
export interface DueDraft {
  draft: FindingDraft;
  due: number;
}

/**
 * The rows of the ledger: passages in order, without those of one identity, gate and direction that follow the previous *counted* one
 * within the policy's 120 s (120 s exactly is still one). Where the list does not begin with the history, its first passages must follow
 * a pause longer than that, or another row might be the counted one.
 */
export function ledgerRows<T extends LedgerPassage>(passages: readonly T[]): T[] {
  const counted = new Map<string, number>();
  return [...passages].sort(compareOrder).filter(({ identity, deviceId, direction, at, policy }) => {
    const key = JSON.stringify([identity, deviceId, direction]);
    const previous = counted.get(key);
    if (previous !== undefined && at - previous <= policy.rules['gate-ledger'].sameSeconds * SECOND) return false;
    counted.set(key, at);
    return true;
  });
}

/** Whether a stretch of rows reaches to the beginning and the end of what is stored of its identity. */
export interface Reach {
  fromBeginning: boolean;
  toEnd: boolean;
}

/**
 * Pairs the rows of one identity at one enterprise, given in order: `exit-without-entry` for an `out` whose predecessor is not an `in`
 * (also where it has none); `no-exit` for an `in` followed by another `in`, or by nothing within 48 h. Where the stretch is cut off, its
 * first row is not asked for its entry and its last one not for its exit.
 */
export function judgePairing(rows: readonly LedgerPassage[], reach: Reach = { fromBeginning: true, toEnd: true }): DueDraft[] {
  return rows.flatMap((row, i): DueDraft[] => {
    const { exitHours, pendingMinutes, basis } = row.policy.rules['gate-ledger'];
    if (row.direction === 'out') {
      const before = rows[i - 1];
      if (before ? before.direction === 'in' : !reach.fromBeginning) return [];
      const draft = findingOn(ID, of(row), {
        code: 'exit-without-entry',
        severity: 'info',
        proposal: 'none',
        basis,
        measured: { previous: before?.direction ?? null, previousAt: before?.at ?? null },
        zh: before ? '车辆出厂，其上一条记录也是出厂，缺少进厂记录' : '车辆出厂，此前没有进厂记录',
        en: before ? 'The vehicle left, and its row before is an exit too' : 'The vehicle left and never came in',
      });
      return [{ draft, due: since(row) + pendingMinutes * MINUTE }];
    }
    const next = rows[i + 1];
    if (!next && !reach.toEnd) return [];
    const within = next !== undefined && next.at - row.at <= exitHours * HOUR;
    if (within && next.direction === 'out') return [];
    const draft = findingOn(ID, of(row), {
      code: 'no-exit',
      severity: 'info',
      proposal: 'none',
      basis,
      // A later row beyond the hours says nothing: what was judged before it came reads the same.
      measured: { next: within ? next.direction : null, nextAt: within ? next.at : null },
      limit: { hours: exitHours },
      zh: within ? '车辆进厂后又一次进厂，其间没有出厂记录' : `车辆进厂后${exitHours}小时内没有出厂记录`,
      en: within
        ? 'The vehicle came in again without having left'
        : `The vehicle came in and did not leave within ${exitHours} h`,
    });
    return [{ draft, due: since(row) + exitHours * HOUR }];
  });
}

/** What `no-arrival` asks of a row's gate. */
export interface ArrivalFacts {
  /** Whether the gate asks before it opens. */
  interactive: boolean;
  /** The passage names a stored arrival of its gate, whatever its plate, age and direction. */
  named: boolean;
  /** Moments of arrivals `in` of the same identity at the same gate. */
  arrivals: readonly number[];
}

/** `no-arrival` for a row in at an interactive gate, which names no arrival and has none of its identity there in the 30 min before. */
export function judgeArrival(row: LedgerPassage, { interactive, named, arrivals }: ArrivalFacts): DueDraft[] {
  if (row.direction !== 'in' || !interactive || named) return [];
  const { arrivalMinutes, pendingMinutes, basis } = row.policy.rules['gate-ledger'];
  if (arrivals.some((at) => at <= row.at && row.at - at <= arrivalMinutes * MINUTE)) return [];
  const draft = findingOn(ID, of(row), {
    code: 'no-arrival',
    severity: 'info',
    proposal: 'none',
    basis,
    measured: { arrivals: 0 },
    limit: { minutes: arrivalMinutes },
    zh: `车辆进厂，此前${arrivalMinutes}分钟内该门没有到达记录`,
    en: `The vehicle came in with no arrival at this gate in the ${arrivalMinutes} min before`,
  });
  return [{ draft, due: since(row) + pendingMinutes * MINUTE }];
}

/** `photo-missing`: a passage at a gate, of whatever plate and outcome, that names no picture of a role its gate is required to take. */
export const gatePhotos: Rule = {
  ...ID,
  judge({ observation, device, policy }) {
    if (observation.kind !== 'gate' || observation.message !== 'passage') return [];
    const named = new Set<string>(observation.body.images?.map((image) => image.role));
    const required = [...new Set(device.requiredPhotos)].sort();
    const missing = required.filter((role) => !named.has(role));
    if (missing.length === 0) return [];
    return [
      findingOn(
        ID,
        { observation, policy },
        {
          code: 'photo-missing',
          severity: 'info',
          proposal: 'none',
          basis: policy.rules['gate-ledger'].basis,
          measured: { missing: missing.join(',') },
          limit: { required: required.join(',') },
          zh: `通行记录缺少规定的照片：${missing.map((role) => ROLE_ZH[role] ?? role).join('、')}`,
          en: `Required photos are missing: ${missing.join(', ')}`,
        },
      ),
    ];
  },
};

/** A picture that a passage names, and when its gate uploaded it; absent: it never did. */
export interface NamedPicture {
  role: string;
  sha256: string;
  uploadedAt?: number | undefined;
}

/**
 * `photo-not-uploaded`: a passage at a gate, of whatever plate (but a trailer's) and outcome, names a picture of a role the gate is required to take, which
 * the gate had not uploaded 24 h later (24 h exactly is in time). What comes after that does not change it: it was not there when it had
 * to be.
 */
export function judgeUploads(
  passage: Pick<LedgerPassage, 'ref' | 'at' | 'receivedAt' | 'policy'>,
  required: readonly string[] = [],
  pictures: readonly NamedPicture[] = [],
): DueDraft[] {
  const { uploadHours, basis } = passage.policy.rules['gate-ledger'];
  const due = Math.max(passage.at, passage.receivedAt) + uploadHours * HOUR;
  const late = pictures.filter(({ role, uploadedAt = Infinity }) => required.includes(role) && uploadedAt > due);
  if (late.length === 0) return [];
  const roles = [...new Set(late.map(({ role }) => role))].sort();
  const draft = findingOn(
    ID,
    { observation: passage, policy: passage.policy },
    {
      code: 'photo-not-uploaded',
      severity: 'info',
      proposal: 'none',
      basis,
      measured: { roles: roles.join(','), pictures: [...new Set(late.map(({ sha256 }) => sha256))].sort().join(',') },
      limit: { hours: uploadHours },
      zh: `通行记录引用的规定照片${uploadHours}小时内未上传：${roles.map((role) => ROLE_ZH[role] ?? role).join('、')}`,
      en: `Required photos were named and not uploaded within ${uploadHours} h: ${roles.join(', ')}`,
    },
  );
  return [{ draft, due }];
}

const ROLE_ZH: Record<string, string> = { vehicle: '车身', head: '车头', plate: '车牌', cargo: '货物' };

/** Moments count from the later of `at` and `receivedAt`. */
function since({ at, receivedAt }: LedgerPassage): number {
  return Math.max(at, receivedAt);
}

function of({ ref, at, policy }: LedgerPassage) {
  return { observation: { ref, at }, policy };
}
