import { civilDate, HOUR, MINUTE } from '../../devices/contract/instant.ts';
import type { Kind } from '../../devices/contract/kinds.ts';
import { haversineM, type Position } from '../geo/distance.ts';
import type { Policy } from '../policy/types.ts';
import { basisOf, proposalUnder } from './basis.ts';
import { compareOrder } from './order.ts';
import { cut } from './texts.ts';
import type { FindingDraft, ObservationRef, RecognitionOutcome } from './types.ts';

/**
 * `cloned-plate`: one plate seen at two places between which nothing drives that fast. Pure functions of sightings, in whatever order
 * they are handed over. Instants are ms.
 */

export const CLONED_PLATE = { id: 'cloned-plate', version: 1 } as const;
export const CLONED_CODES = ['impossible-travel', 'possible-misread', 'clock-doubtful'] as const;

/** Devices that see the road. */
export const SIGHTING_KINDS: readonly Kind[] = ['gate', 'remote-sensing', 'checkpoint'];

/** A plate seen by a device. */
export interface PlateSighting {
  ref: ObservationRef;
  kind: Kind;
  deviceId: string;
  id: string;
  at: number;
  /** The number as recognised. */
  number: string;
  outcome: RecognitionOutcome;
  unsynced: boolean;
  /** Its device's place at `at`, where known. */
  position?: Position;
}

export interface ClonedPlateFacts {
  /** Sightings of plates of the same colour whose number is one confusable character away. */
  confusable: readonly PlateSighting[];
  /** Whether the clock of this sighting's device is in doubt on the civil day of the sighting. */
  doubtful(sighting: PlateSighting): boolean;
}

/** Whether a sighting counts: of a plate read without correction, in a right form, by a device whose clock is set. */
export function countsForCloned({ kind, outcome, unsynced }: Pick<PlateSighting, 'kind' | 'outcome' | 'unsynced'>): boolean {
  return SIGHTING_KINDS.includes(kind) && !unsynced && (outcome === 'matched' || outcome === 'unregistered');
}

/** Whether nothing covers so many kilometres in so many seconds; both limits themselves are possible. */
export function isImpossible(km: number, seconds: number, policy: Policy): boolean {
  const { minKm, kmh, slackSeconds } = policy.rules['cloned-plate'];
  return km > minKm && km * 3600 > kmh * (seconds + slackSeconds);
}

/** The longest time (ms) between two sightings so many kilometres apart that is impossible; nothing where no time is. */
export function longestImpossibleMs(km: number, policy: Policy): number | undefined {
  const { minKm, kmh, slackSeconds } = policy.rules['cloned-plate'];
  const ms = Math.ceil((km * HOUR) / kmh - slackSeconds * 1000);
  return km > minKm && ms >= 0 ? ms : undefined;
}

/** The kilometres between two sightings if nothing covers them in the time between; of one device, or without a place, nothing. */
export function impossibleKm(a: PlateSighting, b: PlateSighting, policy: Policy): number | undefined {
  if (!a.position || !b.position || (a.kind === b.kind && a.deviceId === b.deviceId)) return undefined;
  const km = haversineM(a.position, b.position) / 1000;
  return isImpossible(km, Math.abs(b.at - a.at) / 1000, policy) ? km : undefined;
}

/** The subject of a pair's findings. Neither device ids nor message ids contain a plus sign. */
export function pairSubject(first: ObservationRef, last: ObservationRef): string {
  return `${first}+${last}`;
}

/**
 * The findings of the sightings of one (number, colour): one for each pair adjacent in order between whose devices nothing drives that
 * fast. Subject and observations are the pair, `at` is the second's time.
 */
export function judgeClonedPlate(sightings: readonly PlateSighting[], facts: ClonedPlateFacts, policy: Policy): FindingDraft[] {
  const ordered = sightings.filter(countsForCloned).sort(compareOrder);
  return ordered.flatMap((last, i) => {
    const first = ordered[i - 1];
    const km = first && impossibleKm(first, last, policy);
    return km === undefined ? [] : [draftOf(first!, last, km, facts, policy)];
  });
}

function draftOf(first: PlateSighting, last: PlateSighting, km: number, facts: ClonedPlateFacts, policy: Policy): FindingDraft {
  const { minKm, kmh, slackSeconds, misread, basis: names } = policy.rules['cloned-plate'];
  const basis = basisOf(policy, names);
  const seconds = (last.at - first.at) / 1000;
  const apart = `${Math.floor(km * 10) / 10}`;
  const minutes = `${Math.ceil(seconds / 60)}`;
  const shared = {
    rule: CLONED_PLATE.id,
    ruleVersion: CLONED_PLATE.version,
    subject: pairSubject(first.ref, last.ref),
    at: last.at,
    observations: [first.ref, last.ref],
    status: 'confirmed' as const,
    basis,
    measured: { km: Math.round(km * 1e6) / 1e6, seconds },
    limit: { km: minKm, kmh, slackSeconds },
  };
  const info = { ...shared, severity: 'info' as const, proposal: 'none' as const };
  const { number } = last;

  const doubtful = [first, last].filter((sighting) => facts.doubtful(sighting));
  if (doubtful.length > 0) {
    const devices = doubtful.map(({ kind, deviceId }) => `${kind}/${deviceId}`);
    return {
      ...info,
      code: 'clock-doubtful',
      measured: { ...shared.measured, devices: devices.join(',') },
      zh: cut(`${number}${minutes}分钟内在相距${apart}公里的两处出现，但设备时钟存疑`, 120),
      en: cut(`${number} at two places ${apart} km apart within ${minutes} min, but a device's clock is in doubt`, 120),
      facts: { doubtful: doubtful.map(({ kind, deviceId, at }) => ({ device: `${kind}/${deviceId}`, day: civilDate(at) })) },
    };
  }

  const near = facts.confusable
    .filter((other) => countsForCloned(other) && other.outcome === 'matched')
    .sort(compareOrder)
    .find((other) => [first, last].some((sighting) => isNear(sighting, other, misread)));
  if (near) {
    return {
      ...info,
      code: 'possible-misread',
      measured: { ...shared.measured, other: near.number },
      limit: { ...shared.limit, misreadMinutes: misread.minutes, misreadKm: misread.km },
      zh: cut(`${number}${minutes}分钟内在相距${apart}公里的两处出现，或系形近号牌${near.number}误识`, 120),
      en: cut(`${number} at two places ${apart} km apart within ${minutes} min: perhaps a misread of ${near.number}`, 120),
      facts: { misread: { observation: near.ref, number: near.number } },
    };
  }
  return {
    ...shared,
    code: 'impossible-travel',
    severity: 'warning',
    proposal: proposalUnder(basis, 'review', last.at),
    zh: cut(`${number}${minutes}分钟内在相距${apart}公里的两处出现，疑似套牌，请核查`, 120),
    en: cut(`${number} at two places ${apart} km apart within ${minutes} min: perhaps a cloned plate, check it`, 120),
  };
}

function isNear(a: PlateSighting, b: PlateSighting, within: { minutes: number; km: number }): boolean {
  if (!a.position || !b.position || Math.abs(a.at - b.at) > within.minutes * MINUTE) return false;
  return haversineM(a.position, b.position) / 1000 <= within.km;
}
