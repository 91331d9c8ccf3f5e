import type { DecisionWord } from '../../contract/messages.ts';
import { civilDate, DAY } from '../../contract/instant.ts';
import type { Vehicle } from './fleet.ts';
import type { Enterprise } from './places.ts';
import { levelAt, type ResponseStretch } from './responses.ts';

/** What the rules should say of one gate message: a second, much shorter telling of them, for this city only. */
export interface ExpectedFinding {
  rule: string;
  code: string;
  severity: 'info' | 'warning' | 'critical';
  proposal: 'none' | 'review' | 'refuse';
}

/** How a camera reads a plate: right; one character taken for another; none; the trailer's; nonsense; under another colour. */
export type Read = 'right' | 'misread' | 'unplated' | 'trailer' | 'invalid' | 'other-color';

export interface GateCase {
  vehicle: Vehicle;
  read: Read;
  enterprise: Enterprise;
  at: number;
  dayStart: number;
  responses: readonly ResponseStretch[];
  /** Since when remote sensing has failed the vehicle, and when it passed repair. */
  failedFrom?: number;
  repairedAt?: number;
  /** When a urea warning of the vehicle ended. */
  ureaWarningAt?: number;
  /** Registered as another class than the camera sees. */
  seenDiffers?: boolean;
}

const BIG_FREIGHT = 1_500_000;
const NOT_INDUSTRIAL = ['logistics', 'construction', 'other'];
const UREA_DAYS = 7;

const isElectric = (v: Vehicle) => ['C', 'P', 'X'].includes(v.fuel) || v.stage === 'D';
const isGoods = (v: Vehicle) => /^[HQ]/.test(v.vehicleType);

/** Plate and vehicle do not go together: at gates, stations and checkpoints. */
export function expectAnywhere(v: Vehicle, seenDiffers = false): ExpectedFinding[] {
  const found: ExpectedFinding[] = [];
  if (!v.registered) return found;
  const mismatch = (code: string) => found.push({ rule: 'attribute-mismatch', code, severity: 'info', proposal: 'review' });
  if (seenDiffers) mismatch('class-differs');
  if (['green', 'yellow-green'].includes(v.color) && ['A', 'B'].includes(v.fuel) && v.stage !== 'D') mismatch('fuel-differs');
  return found;
}

export function expectAtGate(c: GateCase): { decision: DecisionWord; findings: ExpectedFinding[] } {
  const findings: ExpectedFinding[] = [];
  const add = (rule: string, code: string, severity: ExpectedFinding['severity'], proposal: ExpectedFinding['proposal']) =>
    findings.push({ rule, code, severity, proposal });
  const { vehicle: v, enterprise: e } = c;
  const date = civilDate(c.at);

  if (c.read === 'unplated') add('identification', 'unplated-vehicle', 'warning', 'review');
  else if (c.read === 'trailer') add('identification', 'trailer-plate', 'info', 'review');
  else if (c.read === 'invalid') add('identification', 'invalid-plate', 'info', 'review');
  else if (c.read === 'other-color') {
    add('identification', 'unregistered-vehicle', 'info', 'review');
    add('attribute-mismatch', 'color-differs', 'info', 'review');
  } else if (!v.registered) add('identification', 'unregistered-vehicle', 'info', 'review');
  else {
    if (c.read === 'misread') add('identification', 'plate-corrected', 'info', 'review');
    findings.push(...expectAnywhere(v, c.seenDiffers));
    const goods = isGoods(v);
    const heavy = goods && v.vehicleType[1] === '1';
    const electric = isElectric(v);
    const stage = electric || v.stage === 'unknown' ? undefined : Number(v.stage);
    const below = (limit: number) => stage !== undefined && stage < limit;
    if (goods && v.stage === 'unknown' && !electric) add('identification', 'stage-unknown', 'info', 'review');

    const big = e.annualFreight >= BIG_FREIGHT && !NOT_INDUSTRIAL.includes(e.industry);
    if (goods && big && !e.railSpurSince && below(date >= '2022-01-01' ? 6 : date >= '2021-01-01' ? 5 : 0))
      add('emission-standard', 'below-stage', 'warning', 'refuse');
    if (goods && big && e.planningArea && ['power', 'coking'].includes(e.industry) && date >= '2021-10-01' && below(6))
      add('planning-area', 'not-clean-road', 'warning', 'refuse');

    const bulk = e.dailyTruckPasses > 10;
    const exempt = electric || 'HIJKR'.includes(v.useNature) || v.vehicleType.startsWith('Z');
    const level = levelAt(c.responses, e.county, c.at, c.dayStart);
    if ((level === 'orange' || level === 'red') && bulk && !exempt) {
      const strict = level === 'red' || e.cleanTransport === 'not-met';
      const hit = strict ? goods && '12'.includes(v.vehicleType[1] ?? '') : heavy && below(5);
      if (hit) add('peak-shift', 'measure-hit', level === 'red' ? 'critical' : 'warning', 'refuse');
    }

    const scrapDue = v.more?.scrapDue;
    const gone = v.more?.status === 'scrapped' || v.more?.status === 'deregistered';
    if (gone || (typeof scrapDue === 'string' && scrapDue < date)) add('phase-out', 'past-scrap', 'critical', 'refuse');
    if (isListed(v)) add('phase-out', 'phase-out-listed', 'warning', 'review');
    const repaired = (since: number) => c.repairedAt !== undefined && c.repairedAt > since && c.repairedAt <= c.at;
    if (c.failedFrom !== undefined && c.at >= c.failedFrom && !repaired(c.failedFrom))
      add('remote-sensing', 'failed-vehicle', 'warning', 'refuse');
    const warned = c.ureaWarningAt;
    if (warned !== undefined && c.at >= warned && c.at - warned <= UREA_DAYS * DAY && c.read === 'right' && !repaired(warned))
      add('urea-use', 'urea-warning', 'info', 'review');
  }
  const decision = findings.some((f) => f.proposal === 'refuse')
    ? 'refuse'
    : findings.some((f) => f.proposal === 'review')
      ? 'review'
      : 'admit';
  return { decision, findings };
}

/** Commercial diesel goods vehicles of stage 3 and below. */
export function isListed(v: Vehicle): boolean {
  const stage = isElectric(v) || v.stage === 'unknown' ? 9 : Number(v.stage);
  return isGoods(v) && v.fuel.includes('B') && 'FR'.includes(v.useNature) && stage < 4;
}
