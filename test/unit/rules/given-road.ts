import { parseInstant } from '../../../devices/contract/instant.ts';
import type { Basis, Policy } from '../../../server/policy/types.ts';
import type { DeviceFacts, Observation, Recognition, RecognitionOutcome, VehicleFacts } from '../../../server/rules/types.ts';

/** Facts for the tests of what happens on the road: readings, zones, urea. Each test changes what it speaks of. */

/** Civil time to an instant: `t('2021-11-15 08:00')`, seconds and milliseconds as needed. */
export function t(text: string): number {
  const [date, time = '00:00'] = text.split(' ');
  const ms = parseInstant(`${date}T${time}+08:00`);
  if (Number.isNaN(ms)) throw new Error(`no instant: ${text}`);
  return ms;
}

const basis = (document: string, validFrom: string): Basis => ({
  document,
  number: document,
  article: '1',
  zh: '依据',
  en: 'basis',
  validFrom,
});

const rules: Partial<Policy['rules']> = {
  'reading-validity': {
    speedKmh: [5, 120],
    accelerationMs2: [-3, 3],
    vspKwPerTonne: [0, 22],
    lightMassKg: 3500,
    windMs: 5,
    temperatureC: [-30, 45],
    humidityPercent: 95,
    pressureKpa: [70, 106],
    co2Percent: 0.5,
    basis: ['hj845'],
  },
  'remote-sensing': {
    opacityPercent: 30,
    ringelmann: 1,
    noPpm: 1500,
    passSeconds: 60,
    windowMonths: 6,
    clue: '6063',
    basis: ['hj845'],
    clueBasis: ['law90'],
  },
  diversion: {
    season: { from: '10-15', to: '03-31' },
    edgeToleranceM: 15,
    localBusinessHours: 6,
    pendingHours: 6,
    latestHours: 72,
    exemptUse: ['H', 'I', 'J', 'K', 'R'],
    basis: ['plan'],
  },
  'urea-use': {
    scrMinStage: 5,
    reagentEmpty: { belowPercent: 2.5, overKm: 5 },
    reagentLow: { belowPercent: 10, overKm: 50 },
    warm: { seconds: 600, coolantC: 70, scrInletC: 200 },
    scrIneffective: { ratio: 0.8, minutes: 10, scrInletC: 250, torquePercent: 25 },
    frozenSensor: { minutes: 30 },
    lowConsumption: { fuelL: 200, warningPercent: 1, infoPercent: 2, risePoints: 5, defaultTankL: 60, fillHours: 1 },
    darkTerminal: { hours: 24, pendingHours: 24 },
    notConsumed: { fuelL: 100, distanceKm: 300, dropPoints: 2 },
    windowDays: 30,
    maxScrInletC: 500,
    gapSeconds: 60,
    concentrationPercent: [31.8, 33.2],
    warningDays: 7,
    basis: ['plan'],
    fillBasis: ['gb29518'],
  },
};

export const policy = {
  version: 'test',
  titleZh: '测试',
  titleEn: 'test',
  basis: {
    plan: basis('plan', '2021-05-27'),
    hj845: basis('hj845', '2017-07-27'),
    law90: basis('law90', '2004-05-01'),
    gb29518: basis('gb29518', '2013-01-01'),
  },
  rules,
} as unknown as Policy;

/** The policy with other numbers for one rule. */
export function policyWith<Id extends keyof Policy['rules']>(id: Id, changes: Partial<Policy['rules'][Id]>): Policy {
  return { ...policy, rules: { ...policy.rules, [id]: { ...policy.rules[id], ...changes } } };
}

/** A heavy diesel truck of stage 5 in use. */
export function truck(changes: Partial<VehicleFacts> = {}): VehicleFacts {
  return {
    version: 'v1',
    plateNumber: '晋H12345',
    plateColor: 'yellow',
    vin: 'LTEST000000000001',
    vehicleType: 'H11',
    fuel: 'B',
    stage: '5',
    useNature: 'F',
    totalMassKg: 31_000,
    status: 'in-use',
    validFrom: 0,
    ...changes,
  };
}

export function recognised(outcome: RecognitionOutcome = 'matched', vehicle: VehicleFacts | undefined = truck()): Recognition {
  const known = outcome === 'matched' || outcome === 'corrected';
  return { outcome, number: '晋H12345', color: 'yellow', read: '晋H12345', ...(known && vehicle ? { vehicle } : {}) };
}

export const station: DeviceFacts = {
  version: 'd1',
  kind: 'remote-sensing',
  id: 'rs1',
  nameZh: '一号遥测点',
  enabled: true,
  interactive: true,
  calibratedUntil: t('2022-01-01'),
};

/** An observation of any kind around a body. */
export function observation<K extends Observation['kind']>(
  kind: K,
  message: string,
  at: number,
  body: Record<string, unknown>,
  changes: Partial<Observation> = {},
): Observation {
  const deviceId = changes.deviceId ?? 'd1';
  const id = changes.id ?? '1';
  return {
    ref: `${kind}/${deviceId}/${id}`,
    kind,
    message,
    deviceId,
    id,
    at,
    receivedAt: at,
    backfill: false,
    unsynced: false,
    body,
    ...changes,
  } as unknown as Observation;
}
