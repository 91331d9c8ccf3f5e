import type { Actor } from '../../server/alerts/types.ts';
import type { Alerts } from '../../server/alerts/alerts.ts';
import type { Filters, ListName, Records } from '../../server/audit/records.ts';
import { alertQuery } from '../../server/http/contract/alerts.ts';
import type { Registry, RegistryAsked } from '../../server/registry/index.ts';
import { DAY } from '../../devices/contract/instant.ts';
import { END, plateAt } from './list-rows.ts';

/** The first pages that are asked for: each documented filter alone, and together as people use them, by whoever sees what. */

export interface ListServices {
  records: Pick<Records, 'page'>;
  alerts: Pick<Alerts, 'list'>;
  registry: Pick<Registry, 'page'>;
}

export interface ListQuestion {
  /** `findings: police of a county, rule, severity` */
  name: string;
  ask(services: ListServices): Promise<{ items: unknown[] }>;
}

const who = (role: Actor['role'], more: Partial<Actor> = {}): Actor => ({ username: role, name: role, role, ...more });
const READERS: [name: string, actor: Actor][] = [
  ['', who('owner')],
  ['police of a county', who('police', { counties: ['140921'] })],
  ['police of a rare county', who('police', { counties: ['140999'] })],
  ['bureau of three counties', who('bureau', { counties: ['140921', '140922', '140999'] })],
  ['bureau of the city', who('bureau', { counties: ['140900'] })],
  ['an enterprise', who('enterprise', { enterpriseId: 'e1' })],
  ['a rare enterprise', who('enterprise', { enterpriseId: 'e-rare' })],
  ['market', who('market')],
];
const owner = READERS[0]![1];

/** A week in the middle of the rows, and the time before there were any. */
const WEEK = { from: END - 180 * DAY, to: END - 173 * DAY };
const DAY_OF = { from: END - 20 * DAY, to: END - 19 * DAY };
const BEFORE = { to: END - 364 * DAY };
const PLATE = plateAt(7);
const RARE_PLATE = '晋H99999';

type Asked = Filters & { from?: number; to?: number; order?: 'asc' | 'desc' };

const FILTERS: Record<ListName, [name: string, asked: Asked][]> = {
  observations: [
    ['period', WEEK],
    ['period, oldest first', { ...WEEK, order: 'asc' }],
    ['oldest first', { order: 'asc' }],
    ...(['gate', 'remote-sensing', 'on-board', 'urea-pump'] as const).map((kind): [string, Asked] => [`kind ${kind}`, { kind }]),
    ['device', { device: 'gate/g7' }],
    ['device, period', { device: 'gate/g7', ...WEEK }],
    ['device, rare', { device: 'gate/gate-rare' }],
    ['device, a terminal', { device: 'on-board/LLIST000000000007' }],
    ['plate', { plate: PLATE }],
    ['plate and colour, period', { plate: `${PLATE},yellow`, ...WEEK }],
    ['plate, rare', { plate: RARE_PLATE }],
    ['plate, unknown', { plate: '晋Z00000' }],
    ['readings that count', { invalid: 'none' }],
    ['readings that do not', { invalid: 'any' }],
    ['readings, a reason', { invalid: 'vsp' }],
    ['readings, a reason nobody has', { invalid: 'clock' }],
  ],
  findings: [
    ['period', WEEK],
    ['rule', { rule: 'diversion' }],
    ['rule, rare', { rule: 'sale-ban' }],
    ['rule and code', { rule: 'phase-out', code: 'past-scrap' }],
    ['code, rare', { code: 'sold-below-stage' }],
    ['rule, period', { rule: 'urea-use', ...DAY_OF }],
    ['rule, severity', { rule: 'emission-standard', severity: 'warning' }],
    ['severity', { severity: 'critical' }],
    ['status', { status: 'withdrawn' }],
    ['status, rare', { status: 'pending' }],
    ['status, severity, period', { status: 'confirmed', severity: 'critical', ...WEEK }],
    ['disputed', { disputed: 'true' }],
    ['plate', { plate: PLATE }],
    ['plate, rare', { plate: RARE_PLATE }],
    ['vin', { vin: 'LLIST000000000007' }],
    ['device', { device: 'gate/g7' }],
    ['device, rare', { device: 'gate/gate-rare' }],
    ['device, rule', { device: 'gate/g7', rule: 'gate-ledger' }],
    ['enterprise', { enterprise: 'e1' }],
    ['enterprise, rule, period', { enterprise: 'e1', rule: 'emission-standard', ...WEEK }],
    ['enterprise, severity', { enterprise: 'e1', severity: 'critical' }],
    ['enterprise, rare', { enterprise: 'e-rare' }],
  ],
  decisions: [
    ['period', WEEK],
    ['device', { device: 'gate/g7' }],
    ['device, rare', { device: 'gate/gate-rare' }],
    ['plate', { plate: PLATE }],
    ['plate, rare', { plate: RARE_PLATE }],
    ['enterprise', { enterprise: 'e1' }],
    ['enterprise, rare', { enterprise: 'e-rare' }],
    ['refused', { decision: 'refuse' }],
    ['review', { decision: 'review' }],
    ['admitted', { decision: 'admit' }],
    ['refused, enterprise', { decision: 'refuse', enterprise: 'e1' }],
    ['refused, period', { decision: 'refuse', ...DAY_OF }],
    ['arrivals', { message: 'arrival' }],
    ['refused arrivals of a rule', { message: 'arrival', decision: 'refuse', rule: 'emission-standard' }],
    ['rule, rare', { rule: 'planning-area' }],
    ['rule nobody has', { rule: 'nothing' }],
  ],
  'dead-letters': [
    ['period', WEEK],
    ['device', { device: 'gate/g7' }],
    ['device, rare', { device: 'gate/gate-rare' }],
    ['code', { code: 'schema' }],
    ['code, rare', { code: 'id-reused' }],
  ],
  'audit-log': [
    ['period', WEEK],
    ['by', { by: 'user7' }],
    ['by, rare', { by: 'rarely' }],
    ['action', { action: 'sign-in' }],
    ['action, rare', { action: 'user-created' }],
    ['by and action', { by: 'user7', action: 'sign-in' }],
  ],
};

const ALERTS: [name: string, asked: Record<string, string>][] = [
  ['state', { state: 'open' }],
  ['states', { state: 'open,acknowledged,dispatched' }],
  ['state, rare', { state: 'dispatched' }],
  ['state, severity', { state: 'open', severity: 'critical' }],
  ['state nobody is in', { state: 'handled' }],
  ['provisional', { provisional: 'true' }],
  ['rule', { rule: 'diversion' }],
  ['rule, rare', { rule: 'sale-ban' }],
  ['rule, state', { rule: 'urea-use', state: 'open' }],
  ['severity', { severity: 'critical' }],
  ['audience', { audience: 'police' }],
  ['audience, rare', { audience: 'market' }],
  ['county', { county: '140921' }],
  ['county, rare', { county: '140999' }],
  ['enterprise', { enterprise: 'e1' }],
  ['enterprise, rare', { enterprise: 'e-rare' }],
  ['plate', { plate: PLATE }],
  ['plate, rare', { plate: RARE_PLATE }],
  ['assignee', { assignee: 'rare-patrol' }],
  ['period', { from: new Date(WEEK.from).toISOString(), to: new Date(WEEK.to).toISOString() }],
  ['a day without any', { from: new Date(END - 400 * DAY).toISOString(), to: new Date(END - 399 * DAY).toISOString() }],
  ['period, rule', { from: new Date(WEEK.from).toISOString(), to: new Date(WEEK.to).toISOString(), rule: 'phase-out' }],
  ['after 0', { after: '0' }],
  ['after a late number', { after: '{last}' }],
  ['oldest first', { order: 'asc' }],
];

const VEHICLES: [name: string, asked: RegistryAsked][] = [
  ['', {}],
  ['backwards', { order: 'desc' }],
  ['plate', { keyPrefix: '晋A00001,' }],
  ['beginning of a plate', { keyPrefix: '晋C00' }],
  ['vin', { vin: 'LLIST000000000007' }],
  ['history', { history: true }],
  ['a fleet', { enterprise: 'e-rare' }],
  ['due for phase-out', { phaseOut: true }],
  ['another moment', { at: END - 100 * DAY }],
];

/** All questions. @param last the last number of the live log */
export function listQuestions(last: number): ListQuestion[] {
  const label = (list: string, ...parts: string[]) => `${list}: ${parts.filter((part) => part !== '').join(', ') || 'all'}`;
  const questions: ListQuestion[] = [];
  const ask = (list: ListName, parts: string[], actor: Actor, { from, to, order, ...filters }: Asked) =>
    questions.push({
      name: label(list, ...parts),
      ask: ({ records }) => records.page(list, actor, filters, { from, to, order }),
    });
  for (const list of ['observations', 'findings', 'decisions'] as const) {
    for (const [reader, actor] of READERS) {
      ask(list, [reader], actor, {});
      if (actor === owner) continue;
      ask(list, [reader, 'period'], actor, WEEK);
      ask(list, [reader, 'before there were any'], actor, BEFORE);
      ask(list, [reader, 'plate'], actor, { plate: PLATE });
    }
    for (const [filter, asked] of FILTERS[list]) ask(list, [filter], owner, asked);
  }
  const [, police] = READERS[1]!;
  ask('findings', ['police of a county', 'rule'], police, { rule: 'diversion' });
  ask('findings', ['police of a county', 'severity, period'], police, { severity: 'critical', ...WEEK });
  for (const list of ['dead-letters', 'audit-log'] as const) {
    ask(list, [], owner, {});
    for (const [filter, asked] of FILTERS[list]) ask(list, [filter], owner, asked);
  }
  const alerts = (parts: string[], actor: Actor, asked: Record<string, string>) => {
    const query = alertQuery.parse(
      Object.fromEntries(Object.entries(asked).map(([k, v]) => [k, v.replace('{last}', String(last))])),
    );
    questions.push({ name: label('alerts', ...parts), ask: (services) => services.alerts.list(query, actor) });
  };
  for (const [reader, actor] of READERS) {
    alerts([reader], actor, {});
    alerts([reader, 'states'], actor, { state: 'open,acknowledged,dispatched' });
  }
  for (const [filter, asked] of ALERTS) alerts([filter], owner, asked);
  alerts(['police of a county', 'rule, state'], police, { rule: 'diversion', state: 'open' });
  for (const [filter, asked] of VEHICLES)
    questions.push({
      name: label('vehicles', filter),
      ask: ({ registry }) => registry.page('vehicles', { ...asked, limit: 100 }),
    });
  return questions;
}
