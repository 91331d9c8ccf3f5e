import { SEVERITIES } from '../http/contract/alerts.ts';
import type { FindingGroup } from '../store/alerts.ts';
import { audiencesOf } from './audiences.ts';
import type { AlertShare, FindingsSummary } from './types.ts';

/** How many findings an alert names. */
export const FINDINGS_SHOWN = 200;

/**
 * Puts the groups of one alert's findings together. While any finding stands only those that stand speak; when all are withdrawn,
 * the withdrawn ones are shown with a count of 0.
 * @returns undefined when there is no finding at all.
 */
export function summarise(groups: FindingGroup[]): FindingsSummary | undefined {
  const standing = groups.filter((group) => group._id.standing);
  const shown = (standing.length > 0 ? standing : [...groups]).sort(
    (a, b) => a.firstAt.getTime() - b.firstAt.getTime() || (a.first._id < b.first._id ? -1 : 1),
  );
  const lead = shown[0];
  if (!lead) return undefined;
  const sum = (what: (group: FindingGroup) => number) => standing.reduce((total, group) => total + what(group), 0);
  const count = sum((group) => group.count);
  const { rule, code, vehicle, place, images } = lead.first;
  const offence = sorted(shown.flatMap((group) => group.clues))[0];
  const enterprise = lead._id.enterprise;
  const newest = shown.reduce((latest, group) => (group.newest > latest ? group.newest : latest), lead.newest);
  return {
    rule,
    code,
    count,
    firstAt: lead.firstAt,
    lastAt: shown.reduce((latest, group) => (group.lastAt > latest ? group.lastAt : latest), lead.lastAt),
    newest,
    worst: SEVERITIES[Math.max(...shown.map((group) => group.worst))] ?? 'info',
    provisional: count > 0 && sum((group) => group.pending) === count,
    ...penalOf(standing, sum),
    findings: shown.flatMap((group) => group.findings).slice(0, FINDINGS_SHOWN),
    ...(vehicle && { vehicle }),
    ...(place && { place }),
    ...(enterprise !== undefined && { enterprise }),
    images: images ?? [],
    ...(offence !== undefined && { offence }),
    audiences: audiencesOf(
      rule,
      code,
      shown.some((group) => group.atGate > 0 && group._id.enterprise !== undefined),
      shown.every((group) => group.retroactive === group.count),
    ),
    counties: sorted(shown.flatMap((group) => group.counties)),
    enterprises: sorted(shown.flatMap((group) => (group._id.enterprise === undefined ? [] : [group._id.enterprise]))),
    ...(shown.length > 1 && { shares: shown.map(shareOf) }),
  };
}

/** How many may be handed over; where none may, why: what people can do something about comes first. */
function penalOf(
  standing: FindingGroup[],
  sum: (what: (group: FindingGroup) => number) => number,
): Pick<FindingsSummary, 'penal' | 'barred'> {
  const penal = sum((group) => group.penal);
  if (penal > 0) return { penal };
  if (standing.length === 0) return { penal, barred: 'withdrawn' };
  if (sum((group) => group.disputed) > 0) return { penal, barred: 'disputed' };
  return { penal, barred: sum((group) => group.pending) > 0 ? 'pending' : 'retroactive' };
}

function shareOf(group: FindingGroup): AlertShare {
  return {
    ...(group._id.enterprise !== undefined && { enterprise: group._id.enterprise }),
    count: group._id.standing ? group.count : 0,
    firstAt: group.firstAt,
    lastAt: group.lastAt,
    findings: group.findings,
    ...(group.first.place && { place: group.first.place }),
    images: group.first.images ?? [],
  };
}

function sorted(texts: string[]): string[] {
  return [...new Set(texts)].sort();
}
