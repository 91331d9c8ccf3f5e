import type { Db } from 'mongodb';
import type { Actor, FindingsSummary } from '../../server/alerts/types.ts';
import type { FindingDoc } from '../../server/store/types.ts';

/** Findings, summaries and readers for the tests of alerts. */

export const NOON = Date.parse('2021-11-15T12:00:00+08:00');
const MINUTE = 60_000;

export function at(minute: number): Date {
  return new Date(NOON + minute * MINUTE);
}

/** A standing warning at one gate, of one vehicle, unless said otherwise. */
export function finding(id: string, more: Partial<FindingDoc> = {}): FindingDoc {
  const rule = more.rule ?? 'emission-standard';
  const code = more.code ?? 'below-stage';
  return {
    _id: `${rule}|${code}|${id}`,
    rule,
    ruleVersion: 1,
    code,
    subject: id,
    severity: 'warning',
    proposal: 'refuse',
    status: 'confirmed',
    at: at(0),
    recordedAt: at(0),
    observations: [id],
    device: 'gate/g1',
    enterprise: 'e1',
    county: '140902',
    vehicle: { number: '晋H12345', color: 'yellow', stage: '4', known: true },
    place: { device: 'gate/g1', name: '一号门', county: '140902' },
    images: [{ role: 'front', sha256: 'a'.repeat(64) }],
    policyVersion: 'p',
    measured: {},
    limit: {},
    basis: [],
    zh: '',
    en: '',
    facts: {},
    basisSize: 1,
    alert: 'K',
    ...more,
  };
}

/** What the findings of an alert say, for the pure functions. */
export function summary(more: Partial<FindingsSummary> = {}): FindingsSummary {
  return {
    rule: 'emission-standard',
    code: 'below-stage',
    count: 1,
    firstAt: at(0),
    lastAt: at(0),
    newest: at(0),
    worst: 'warning',
    provisional: false,
    penal: 1,
    findings: ['f1'],
    images: [],
    audiences: ['bureau', 'enterprise'],
    counties: ['140902'],
    enterprises: ['e1'],
    ...more,
  };
}

export function actor(role: Actor['role'], more: Partial<Actor> = {}): Actor {
  return { username: role, name: role, role, ...(role === 'enterprise' && { enterpriseId: 'e1' }), ...more };
}

export async function storeFindings(db: Db, findings: FindingDoc[]): Promise<void> {
  await db.collection<FindingDoc>('findings').bulkWrite(
    findings.map((replacement) => ({ replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true } })),
    { writeConcern: { w: 'majority' } },
  );
}
