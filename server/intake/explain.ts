import { formatInstant } from '../../devices/contract/instant.ts';
import type { FindingDoc } from '../store/types.ts';
import type { Difference } from './compare-findings.ts';
import { judgeFindingAgain } from './finding-again.ts';
import type { AgainDeps } from './judge-again.ts';

const STATUS = { pending: '待定 pending', confirmed: '已确认 confirmed', withdrawn: '已撤回 withdrawn' } as const;

/**
 * Everything there is to say of a finding, as text in zh and en: why, measured and limit, the facts as they were, policy, legal basis,
 * messages, status, and what judging it again gives.
 * @returns null when there is no such finding
 */
export async function explainFinding(id: string, deps: AgainDeps): Promise<string | null> {
  const [finding] = await deps.findings.byIds([id]);
  if (!finding) return null;
  const docs = await deps.observations.byIds(finding.observations);
  const { judged, difference } = await judgeFindingAgain(finding, deps);
  return [
    `判定 finding    ${finding._id}`,
    `规则 rule       ${finding.rule} v${finding.ruleVersion} · ${finding.code}`,
    `时间 at         ${time(finding.at)}`,
    `原因            ${finding.zh}`,
    `why             ${finding.en}`,
    `程度 severity   ${finding.severity} · 建议 proposal ${finding.proposal}`,
    `车辆 vehicle    ${[finding.plate, finding.vin].filter(Boolean).join(' ') || '—'}`,
    ...section('实测与限值 measured and limit', comparison(finding)),
    ...section('当时的事实 facts as they were', pairs(finding.facts)),
    `政策版本 policy ${finding.policyVersion}`,
    ...section(
      '依据 legal basis',
      finding.basis.flatMap((b) => [
        `${b.document} ${b.number} ${b.article}：${b.validFrom} – ${b.validTo ?? '至今 still in force'}`,
        `  ${b.zh}`,
        `  ${b.en}`,
      ]),
    ),
    ...section(
      '消息 observations',
      finding.observations.map((ref) => {
        const doc = docs.find((d) => d._id === ref);
        if (!doc) return `${ref} 已不在库 no longer stored`;
        return `${ref} ${doc.message} ${time(doc.at)} 收到 received ${time(doc.receivedAt)}${doc.backfill ? ' 补传 backfill' : ''}`;
      }),
    ),
    ...section('状态 status', statusOf(finding)),
    ...section('再次判定 judged again', result(difference, judged)),
    '',
  ].join('\n');
}

function comparison({ measured, limit }: FindingDoc): string[] {
  const names = [...new Set([...Object.keys(measured), ...Object.keys(limit)])];
  return names.map((name) => `${name}: ${shown(measured[name])} (限值 limit ${shown(limit[name])})`);
}

function statusOf(f: FindingDoc): string[] {
  return [
    `${STATUS[f.status]}${f.provisional ? ' · 暂定 provisional' : ''}`,
    `记录于 recorded ${time(f.recordedAt)}`,
    ...(f.dueAt ? [`复核时刻 looked at again ${time(f.dueAt)}`] : []),
    ...(f.withdrawnReason !== undefined ? [`撤回原因 withdrawn because ${f.withdrawnReason}`] : []),
    ...(f.retroactive ? ['追溯判定：不产生处罚性告警 retroactive: opens no penal alert'] : []),
  ];
}

function result(found: Difference | undefined, judged: boolean): string[] {
  if (!judged) return ['没有可再判定的消息 no stored message to judge it by'];
  if (!found) return ['结果相同 the same'];
  if (found.kind === 'extra') return ['不再成立 no longer found'];
  if (found.kind === 'missing') return ['成立而未存储 found, and not stored'];
  return [
    '结果不同 differs',
    ...found.fields.map((field) => {
      const of = (doc: FindingDoc | undefined) => shown(doc?.[field as keyof FindingDoc]);
      return `${field}: ${of(found.stored)} → ${of(found.again)}`;
    }),
  ];
}

const section = (title: string, lines: string[]) => [title, ...(lines.length > 0 ? lines : ['—']).map((line) => `  ${line}`)];
const pairs = (facts: Record<string, unknown>) => Object.entries(facts).map(([name, value]) => `${name}: ${shown(value)}`);
const time = (at: Date) => formatInstant(at.getTime());

function shown(value: unknown): string {
  if (value === undefined) return '—';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
