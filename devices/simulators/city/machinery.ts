import { formatInstant, HOUR } from '../../contract/instant.ts';
import type { CityEvent, Truth } from './events.ts';
import type { City } from './cities.ts';
import type { Random } from './random.ts';
import { levelAt, type ResponseStretch } from './responses.ts';

interface Machine {
  stage: string;
  registered: boolean;
  declaredFor: string[];
}
const RANK = (stage: string) => (stage === 'D' || stage === 'unknown' ? NaN : Number(stage));

/** Machines at building sites: rows, passages, and what should be found. */
export function planMachinery(
  random: Random,
  city: City,
  dayStart: number,
  date: string,
  responses: readonly ResponseStretch[],
): {
  machinery: Record<string, unknown>[];
  declarations: Record<string, unknown>[];
  events: CityEvent[];
  truth: Truth[];
} {
  const events: CityEvent[] = [];
  const truth: Truth[] = [];
  const machinery: Record<string, unknown>[] = [];
  const declarations: Record<string, unknown>[] = [];
  const kinds = ['excavator', 'loader', 'bulldozer', 'grader'];
  let serial = random.int(1, 4000);

  const machine = ({ stage, registered, declaredFor }: Machine): string => {
    const registrationCode = `INV-${city.code}-${String(++serial).padStart(4, '0')}`;
    if (registered)
      machinery.push({
        registrationCode,
        machineryKind: random.pick(kinds),
        stage,
        owner: '虚构机械租赁',
        county: city.responding[0],
      });
    for (const siteId of declaredFor) declarations.push({ siteId, registrationCode, from: date });
    return registrationCode;
  };

  const pass = (site: City['sites'][number], hour: number, code: string, m: Machine, kind: string, why: string) => {
    const at = Math.round(dayStart + hour * HOUR);
    const level = levelAt(responses, site.county, at, dayStart);
    const expected: [code: string, severity: 'warning' | 'info'][] = [];
    if (!m.registered) expected.push(['unregistered-machine', 'warning']);
    if (!m.declaredFor.includes(site.id)) expected.push(['undeclared', 'warning']);
    if (m.registered && (RANK(m.stage) < site.minStage || ((level === 'orange' || level === 'red') && RANK(m.stage) <= 2)))
      expected.push(['stage-banned', 'warning']);
    if (m.registered && m.stage === 'unknown') expected.push(['stage-unknown', 'info']);
    const direction = random.chance(0.7) ? 'in' : 'out';
    events.push({
      type: 'message', at, kind: 'machinery-gate', device: site.id, message: 'passage',
      body: { direction, registrationCode: code },
      finds: expected.map(([found, severity]) => ({ rule: 'nonroad-registration', code: found, severity, proposal: severity === 'info' ? 'review' : 'refuse' })),
    }); // prettier-ignore
    const moment = formatInstant(at);
    const base = {
      rule: 'nonroad-registration',
      device: { kind: 'machinery-gate', id: site.id },
      from: moment,
      to: moment,
      why,
    } as const;
    if (expected.length === 0) truth.push({ truth: 'honest', kind, ...base });
    for (const [found, severity] of expected) truth.push({ truth: 'expected', kind, code: found, severity, ...base });
  };

  const [asksThree, asksTwo, away] = city.sites as [City['sites'][number], City['sites'][number], City['sites'][number]];
  const [orangeFrom, orangeTo] = [responses[0]?.from ?? 12, responses[0]?.to ?? 18];
  const morning = () => random.between(6, orangeFrom - 0.2);
  const during = () => random.between(orangeFrom + 0.1, orangeTo - 0.1);
  const plant = (kind: string, site: City['sites'][number], hour: number, m: Machine, why: string) =>
    pass(site, hour, machine(m), m, kind, why);
  const own = (site: City['sites'][number], stage: string): Machine => ({ stage, registered: true, declaredFor: [site.id] });

  plant('machine-in-order', asksThree, morning(), own(asksThree, '3'), 'registered and declared, of just the stage asked for');
  plant(
    'machine-in-order',
    asksThree,
    during(),
    own(asksThree, '4'),
    'registered and declared, stage 4, while orange is in force',
  );
  plant('machine-below-stage', asksThree, morning(), own(asksThree, '2'), 'stage 2 at a site that asks for 3');
  plant('machine-unregistered', asksThree, morning(), { stage: '3', registered: false, declaredFor: [] }, 'nobody registered it');
  plant(
    'machine-undeclared',
    asksThree,
    morning(),
    { stage: '3', registered: true, declaredFor: [] },
    'registered, declared nowhere',
  );
  plant(
    'machine-undeclared', asksTwo, morning(), { stage: '4', registered: true, declaredFor: [asksThree.id] },
    'declared for another site',
  ); // prettier-ignore
  const two = own(asksTwo, '2');
  const code = machine(two);
  pass(asksTwo, morning(), code, two, 'machine-before-response', 'stage 2 at a site that asks for 2, before orange');
  pass(asksTwo, during(), code, two, 'machine-banned-by-response', 'stage 2 while orange is in force');
  pass(asksTwo, random.between(orangeTo + 0.1, 23), code, two, 'machine-after-response', 'stage 2 after orange was lowered');
  plant('machine-electric', asksThree, during(), own(asksThree, 'D'), 'electric');
  plant('machine-elsewhere', away, during(), own(away, '2'), 'stage 2 in a county without a response');
  plant('machine-stage-unknown', asksThree, morning(), own(asksThree, 'unknown'), 'nobody knows its stage');
  return { machinery, declarations, events, truth };
}
