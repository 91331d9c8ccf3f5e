import type { DecisionWord } from '../../contract/messages.ts';
import { civilDate, HOUR } from '../../contract/instant.ts';
import type { Vehicle } from './fleet.ts';
import type { Enterprise } from './places.ts';

/** What the rules should say of one gate message: a second, much shorter telling of them, for this city only. */
export interface ExpectedFinding {
  rule: string;
  code: string;
  severity: 'info' | 'warning' | 'critical';
  proposal: 'none' | 'review' | 'refuse';
}

export interface GateCase {
  vehicle: Vehicle;
  /** How the camera read the plate. */
  read: 'right' | 'misread' | 'unplated' | 'trailer';
  enterprise: Enterprise;
  at: number;
  dayStart: number;
  /** Since when remote sensing has failed the vehicle, and until which passed repair. */
  failedFrom?: number;
  repairedAt?: number;
  /** When a urea warning of the vehicle ended. */
  ureaWarningAt?: number;
  /** Registered as another class than the camera sees. */
  seenDiffers?: boolean;
}

/** The response of the day: orange from noon, lowered to yellow at six, lifted at midnight. */
export const RESPONSE = { id: 'R-2021-07', counties: ['140902', '140921', '140981'], orangeHour: 12, yellowHour: 18 };

export function levelAt(county: string, at: number, dayStart: number): 'none' | 'yellow' | 'orange' {
  const hour = (at - dayStart) / HOUR;
  if (!RESPONSE.counties.includes(county) || hour < RESPONSE.orangeHour || hour >= 24) return 'none';
  return hour < RESPONSE.yellowHour ? 'orange' : 'yellow';
}

const BIG_FREIGHT = 1_500_000;
const NOT_INDUSTRIAL = ['logistics', 'construction', 'other'];

export function expectAtGate(c: GateCase): { decision: DecisionWord; findings: ExpectedFinding[] } {
  const findings: ExpectedFinding[] = [];
  const add = (rule: string, code: string, severity: ExpectedFinding['severity'], proposal: ExpectedFinding['proposal']) =>
    findings.push({ rule, code, severity, proposal });
  const { vehicle: v, enterprise: e } = c;
  const date = civilDate(c.at);

  if (c.read === 'unplated') add('identification', 'unplated-vehicle', 'warning', 'review');
  else if (c.read === 'trailer') add('identification', 'trailer-plate', 'info', 'review');
  else if (!v.registered) add('identification', 'unregistered-vehicle', 'info', 'review');
  else {
    if (c.read === 'misread') add('identification', 'plate-corrected', 'info', 'review');
    if (c.seenDiffers) add('attribute-mismatch', 'class-differs', 'info', 'review');
    const goods = /^[HQ]/.test(v.vehicleType);
    const heavy = goods && v.vehicleType[1] === '1';
    const electric = ['C', 'P', 'X'].includes(v.fuel) || v.stage === 'D';
    const stage = electric || v.stage === 'unknown' ? undefined : Number(v.stage);
    const below = (limit: number) => stage !== undefined && stage < limit;
    if (goods && v.stage === 'unknown' && !electric) add('identification', 'stage-unknown', 'info', 'review');

    const big = e.annualFreight >= BIG_FREIGHT && !NOT_INDUSTRIAL.includes(e.industry);
    if (goods && big && !e.railSpurSince && below(date >= '2022-01-01' ? 6 : date >= '2021-01-01' ? 5 : 0))
      add('emission-standard', 'below-stage', 'warning', 'refuse');
    if (goods && big && e.planningArea && date >= '2021-10-01' && below(6))
      add('planning-area', 'not-clean-road', 'warning', 'refuse');

    const bulk = e.dailyTruckPasses > 10;
    const exempt = electric || 'HIJKR'.includes(v.useNature) || v.vehicleType.startsWith('Z');
    if (levelAt(e.county, c.at, c.dayStart) === 'orange' && bulk && !exempt) {
      const hit = e.cleanTransport === 'not-met' ? goods && '12'.includes(v.vehicleType[1] ?? '') : heavy && below(5);
      if (hit) add('peak-shift', 'measure-hit', 'warning', 'refuse');
    }

    if (v.more?.status === 'scrapped') add('phase-out', 'past-scrap', 'critical', 'refuse');
    if (goods && v.fuel.includes('B') && 'FR'.includes(v.useNature) && below(4))
      add('phase-out', 'phase-out-listed', 'warning', 'review');
    if (c.failedFrom !== undefined && c.at >= c.failedFrom && !(c.repairedAt !== undefined && c.repairedAt <= c.at))
      add('remote-sensing', 'failed-vehicle', 'warning', 'refuse');
    if (c.ureaWarningAt !== undefined && c.at >= c.ureaWarningAt && c.read === 'right')
      add('urea-use', 'urea-warning', 'info', 'review');
  }
  const decision = findings.some((f) => f.proposal === 'refuse')
    ? 'refuse'
    : findings.some((f) => f.proposal === 'review')
      ? 'review'
      : 'admit';
  return { decision, findings };
}
