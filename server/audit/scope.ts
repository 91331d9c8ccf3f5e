import type { Db } from 'mongodb';
import type { Actor } from '../alerts/types.ts';
import { SIGHTED } from '../store/observations.ts';
import type { FindingDoc } from '../store/types.ts';

/** What of observations, findings and decisions somebody may see, as a query (HTTP contract, "Who"). */
export type Kind = 'observations' | 'findings' | 'decisions';
export type StoreFilter = Record<string, unknown>;

const NOTHING: StoreFilter = { _id: { $in: [] } };
const CITY = '140900';

/** Vehicles of the sale ban are few; more than this many are not looked up one by one. */
const MAX_BANNED = 10_000;

export async function scopeFilter(db: Db, actor: Actor, kind: Kind): Promise<StoreFilter> {
  switch (actor.role) {
    case 'owner':
    case 'auditor':
      return {};
    case 'police':
    case 'bureau':
      return actor.counties ? { county: { $in: actor.counties.flatMap((c) => (c === CITY ? [c, /^1409/] : [c])) } } : {};
    case 'enterprise':
      return actor.enterpriseId === undefined ? NOTHING : { enterprise: actor.enterpriseId };
    case 'market':
      return kind === 'findings'
        ? { rule: 'sale-ban' }
        : kind === 'observations'
          ? { vehicle: { $in: await bannedVins(db) }, ...SIGHTED }
          : { vin: { $in: await bannedVins(db) } };
    case 'administrator':
    case 'display':
      return NOTHING;
  }
}

async function bannedVins(db: Db): Promise<string[]> {
  const findings = db
    .collection<FindingDoc>('findings')
    .find({ rule: 'sale-ban', status: { $ne: 'withdrawn' } }, { projection: { vin: 1 } });
  return (await findings.limit(MAX_BANNED).toArray()).map((f) => f.vin).filter((vin) => vin !== undefined);
}
