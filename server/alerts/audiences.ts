import type { Audience } from '../http/contract/alerts.ts';

/**
 * Who is told of what (rules §7). The bureau is told of everything; an enterprise of everything at its own gates; the rest stands
 * here: a line without `code` speaks of every code of its rule. `owner` is whoever runs the device.
 */
export const AUDIENCE_TABLE: readonly { rule: string; code?: string; audience: Audience }[] = [
  { rule: 'diversion', audience: 'police' },
  { rule: 'route', audience: 'police' },
  { rule: 'remote-sensing', code: 'failed', audience: 'police' },
  { rule: 'cloned-plate', audience: 'police' },
  { rule: 'phase-out', code: 'past-scrap', audience: 'police' },
  { rule: 'identification', code: 'unplated-vehicle', audience: 'police' },
  { rule: 'sale-ban', audience: 'market' },
  { rule: 'device-health', audience: 'owner' },
  { rule: 'urea-use', code: 'bad-urea', audience: 'owner' },
];

/** Rules whose findings of severity `info` open alerts too. */
export const INFO_OPENS: readonly string[] = ['gate-ledger', 'device-health'];

/**
 * The audiences of an alert, in the order bureau, then as the table, then enterprise.
 * @param atGate some finding lies at a gate of an enterprise
 * @param retroactive every finding that stands comes from a re-judgement: such an alert is not penal, so not the police's
 */
export function audiencesOf(rule: string, code: string, atGate: boolean, retroactive: boolean): Audience[] {
  const named = AUDIENCE_TABLE.filter((line) => line.rule === rule && (line.code === undefined || line.code === code)).map(
    (line) => line.audience,
  );
  const told: Audience[] = ['bureau', ...named.filter((audience) => !(retroactive && audience === 'police'))];
  if (atGate) told.push('enterprise');
  return told;
}
