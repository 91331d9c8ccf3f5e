import { civilDate, formatInstant } from '../../devices/contract/instant.ts';
import type { Reading } from '../../devices/contract/messages.ts';
import type { Policy } from '../policy/types.ts';
import { findingOn } from './draft.ts';
import type { FindingDraft, JudgeContext, Rule } from './types.ts';
import { isDiesel } from './words.ts';

/** Remote sensing of diesel vehicles (plan 五(四), HJ 845-2017): single readings, and the gate's answer to a standing failure. */

/** What a reading can be over in. NO only screens. */
export type Pollutant = 'opacity' | 'ringelmann' | 'no';

/**
 * The pollutants a reading is over in: opacity %, Ringelmann 0–5, NO 1e-6. A value exactly at its limit is not over, nor is one that
 * was not measured.
 */
export function exceedances(body: Pick<Reading, 'measured'>, policy: Policy): Pollutant[] {
  const limits = policy.rules['remote-sensing'];
  const { opacity, ringelmann, no } = body.measured;
  const over: Pollutant[] = [];
  if (opacity !== undefined && opacity > limits.opacityPercent) over.push('opacity');
  if (ringelmann !== undefined && ringelmann > limits.ringelmann) over.push('ringelmann');
  if (no !== undefined && no > limits.noPpm) over.push('no');
  return over;
}

/**
 * `exceedance` and `no-screening` of a valid reading (`invalid` known and empty) of a diesel vehicle, and at gates `failed-vehicle`
 * where a failure of the exactly matched vehicle stands. The failures themselves come from `failuresOf`.
 */
export const remoteSensing: Rule = {
  id: 'remote-sensing',
  version: 1,
  judge(context) {
    const { observation, recognition, vehicle } = context;
    // A corrected plate is nobody's evidence.
    if (recognition?.outcome !== 'matched' || vehicle === undefined) return [];
    if (observation.kind === 'gate') return failedVehicle(context);
    if (observation.kind !== 'remote-sensing' || context.invalid?.length !== 0 || !isDiesel(vehicle)) return [];
    return singleReading(context, observation.body);
  },
};

function singleReading(context: JudgeContext, body: Reading): FindingDraft[] {
  const limits = context.policy.rules['remote-sensing'];
  const over = exceedances(body, context.policy);
  const { opacity, ringelmann, no } = body.measured;
  const findings: FindingDraft[] = [];
  if (over.includes('opacity') || over.includes('ringelmann')) {
    findings.push(
      findingOn(remoteSensing, context, {
        code: 'exceedance',
        severity: 'info',
        proposal: 'none',
        basis: limits.basis,
        measured: { opacity: opacity ?? null, ringelmann: ringelmann ?? null },
        limit: { opacity: limits.opacityPercent, ringelmann: limits.ringelmann },
        ...smokeText(body, context.policy),
      }),
    );
  }
  if (no !== undefined && over.includes('no')) {
    findings.push(
      findingOn(remoteSensing, context, {
        code: 'no-screening',
        severity: 'info',
        proposal: 'none',
        basis: limits.basis,
        measured: { no },
        limit: { no: limits.noPpm },
        zh: `遥感检测一氧化氮${shown(no)}×10⁻⁶，高于筛查值${limits.noPpm}×10⁻⁶（仅用于筛查）`,
        en: `NO ${shown(no)}e-6 above the screening value ${limits.noPpm}e-6 (screening only)`,
      }),
    );
  }
  return findings;
}

function failedVehicle(context: JudgeContext): FindingDraft[] {
  const { standingFailure: failure, policy } = context;
  if (failure === undefined) return [];
  const limits = policy.rules['remote-sensing'];
  const day = civilDate(failure.at);
  return [
    findingOn(remoteSensing, context, {
      code: 'failed-vehicle',
      severity: 'warning',
      proposal: 'refuse',
      basis: [...limits.basis, ...limits.clueBasis],
      measured: { failedAt: formatInstant(failure.at) },
      facts: { failure: failure.subject },
      zh: `该车${day}遥感检测不合格，尚无复检或维修合格记录`,
      en: `Failed by remote sensing on ${day}, no inspection or repair passed since`,
    }),
  ];
}

/** What was measured of the smoke, each beside its limit; what was not measured is not spoken of. */
function smokeText({ measured: { opacity, ringelmann } }: Pick<Reading, 'measured'>, policy: Policy): { zh: string; en: string } {
  const { opacityPercent, ringelmann: ringelmannMost } = policy.rules['remote-sensing'];
  const zh: string[] = [];
  const en: string[] = [];
  if (opacity !== undefined) {
    zh.push(`不透光度${shown(opacity)}%（限值${opacityPercent}%）`);
    en.push(`opacity ${shown(opacity)} % (limit ${opacityPercent} %)`);
  }
  if (ringelmann !== undefined) {
    zh.push(`林格曼${shown(ringelmann)}级（限值${ringelmannMost}级）`);
    en.push(`Ringelmann ${shown(ringelmann)} (limit ${ringelmannMost})`);
  }
  return { zh: `遥感检测烟度超标：${zh.join('，')}`, en: `Smoke over the limit: ${en.join(', ')}` };
}

function shown(value: number): string {
  return String(Math.round(value * 100) / 100);
}
