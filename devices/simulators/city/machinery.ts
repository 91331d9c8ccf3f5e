import { formatInstant } from '../../contract/instant.ts';
import type { CityEvent, Truth } from './events.ts';
import { SITES } from './places.ts';

/** Machines at building sites: rows, passages, and what should be found. */
export function planMachinery(
  dayStart: number,
  date: string,
): {
  machinery: Record<string, unknown>[];
  declarations: Record<string, unknown>[];
  events: CityEvent[];
  truth: Truth[];
} {
  const events: CityEvent[] = [];
  const truth: Truth[] = [];
  const kinds = ['excavator', 'loader', 'bulldozer', 'grader'];
  const machine = (n: number, stage: string) => ({
    registrationCode: `XZ-INV-${String(n).padStart(4, '0')}`,
    machineryKind: kinds[n % kinds.length],
    stage,
    owner: '虚构机械租赁',
    county: '140902',
  });
  const machinery = [machine(1, '3'), machine(2, '4'), machine(3, '2'), machine(4, '2'), machine(5, '3'), machine(6, 'D')];
  const [site1, site2] = SITES.map((s) => s.id) as [string, string];
  const declare = (siteId: string, n: number) => ({ siteId, registrationCode: machinery[n - 1]?.registrationCode, from: date });
  const declarations = [declare(site1, 1), declare(site1, 2), declare(site1, 3), declare(site2, 4), declare(site1, 6)];

  const pass = (site: string, hour: number, code: string, expected: string[], why: string) => {
    const at = dayStart + hour * 3_600_000;
    events.push({
      type: 'message',
      at,
      kind: 'machinery-gate',
      device: site,
      message: 'passage',
      body: { direction: 'in', registrationCode: code },
    });
    const base = { device: { kind: 'machinery-gate', id: site }, from: formatInstant(at), to: formatInstant(at), why } as const;
    if (expected.length === 0) truth.push({ truth: 'honest', rule: 'nonroad-registration', ...base });
    for (const c of expected)
      truth.push({ truth: 'expected', rule: 'nonroad-registration', code: c, severity: 'warning', ...base });
  };
  const code = (n: number) => machinery[n - 1]?.registrationCode as string;
  pass(site1, 7.1, code(1), [], 'registered and declared, stage 3');
  pass(site1, 7.3, code(2), [], 'registered and declared, stage 4');
  pass(site1, 7.6, code(3), ['stage-banned'], 'stage 2 at a site that asks for 3');
  pass(site1, 7.9, 'XZ-INV-9999', ['unregistered-machine', 'undeclared'], 'nobody registered it');
  pass(site1, 8.2, code(5), ['undeclared'], 'not declared for this site');
  pass(site2, 8.4, code(4), [], 'stage 2 at a site that asks for 2');
  pass(site2, 14.1, code(4), ['stage-banned'], 'stage 2 while orange is in force');
  pass(site1, 14.3, code(6), [], 'electric');
  return { machinery, declarations, events, truth };
}
