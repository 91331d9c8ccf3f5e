import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import type { Policy } from '../../../server/policy/types.ts';
import type { Collection } from '../../../server/registry/types.ts';
import type { Kind } from '../../../devices/contract/kinds.ts';
import { COKING, GATE, truck } from '../core.ts';
import { INSIDE, OUTSIDE, ZONES } from '../intake.ts';

/** The registry of a small country in which every rule can find something in a few days around New Year. Nothing in it changes. */

/** The first civil day, and how many there are. */
export const FIRST_DAY = '2021-12-30';
export const DAYS = 4;
/** Everything of the country is recorded by then. */
export const RECORDED = '2021-12-01T00:00:00+08:00';

const FAR = { lon: 112.1, lat: 39.0 };
const ON_CORRIDOR = { lon: 112.75, lat: 38.45 };

export interface Seen {
  plateNumber: string;
  plateColor: string;
  vin: string;
}

/** Plates and VINs by what their stories need. */
export const SMOKER = truck('晋HA1013', '5');
/** One confusable character apart from each other. */
export const TWIN = truck('晋HB1001', '6');
export const OTHER_TWIN = truck('晋HB7001', '6');
export const OLD = truck('晋HC2021', '3');
export const SCRAPPED = truck('晋HD3035', '4', { status: 'scrapped' });
export const MUCK = truck('晋HE4043', '6', { vehicleType: 'H17', muck: true, obdRequired: true, scr: true });
/** Its route permit begins in the middle of the days. */
export const PERMITTED = truck('晋HE5059', '6', { vehicleType: 'H17', muck: true });
export const UREA = truck('晋HF6061', '6', { reagentTank: 80 });
export const OTHER_UREA = truck('晋HF6073', '5', { scr: true });
export const SOLD = truck('晋HG7079', '5', { certificateUploaded: '2021-08-10', invoiced: '2021-08-28' });
export const ELECTRIC = truck('晋HD80808', 'D', { fuel: 'C', plateColor: 'green' });
export const UNKNOWN = truck('晋HJ8089', 'unknown');
export const HAZMAT = truck('晋HK9091', '4', { useNature: 'R' });
/** A plate that passes from one vehicle to another within the days. */
export const BEFORE = truck('晋HL9103', '4');
export const AFTER = { ...truck('晋HL9103', '5'), vin: 'LTESTAFTER0000001', validFrom: '2022-01-01T00:00:00+08:00' };
/** Cleaned within the days. */
export const RETROFITTED = truck('晋HM9109', '4');

export const TRUCKS: Seen[] = [
  ...[SMOKER, TWIN, OTHER_TWIN, OLD, SCRAPPED, MUCK, PERMITTED, UREA, OTHER_UREA, SOLD, ELECTRIC, UNKNOWN, HAZMAT, BEFORE],
  RETROFITTED,
];
export const TERMINALS = [MUCK, PERMITTED, UREA, OTHER_UREA, OLD, SOLD];

export interface Place {
  kind: Kind;
  id: string;
}
const at = (kind: Kind, id: string, place: object, more: object = {}) => ({
  kind,
  id,
  nameZh: `示例${id}`,
  county: '140902',
  enabled: true,
  secret: `secret-of-${kind}-${id}-0123456789`,
  ...place,
  ...more,
});
const gate = (id: string, place: object, more: object = {}) => ({
  ...GATE,
  ...at('gate', id, place),
  enterpriseId: 'coking-1',
  ...more,
});

const calibrated = { calibratedUntil: '2030-01-01' };
/** `c8` has a clock of its own mind, and so do the days on which it sends without saying that it is late. */
export const DEVICES = [
  gate('g1', INSIDE, { requiredPhotos: ['plate', 'vehicle'] }),
  gate('g2', INSIDE),
  gate('g3', OUTSIDE, { enterpriseId: 'power-1' }),
  gate('g4', OUTSIDE, { enterpriseId: undefined, interactive: false }),
  at('remote-sensing', 's1', OUTSIDE, calibrated),
  at('remote-sensing', 's2', OUTSIDE, calibrated),
  at('remote-sensing', 's3', INSIDE, calibrated),
  at('remote-sensing', 's4', OUTSIDE, { calibratedUntil: '2021-12-31' }),
  at('checkpoint', 'c1', INSIDE),
  at('checkpoint', 'c2', ON_CORRIDOR),
  at('checkpoint', 'c7', FAR),
  at('checkpoint', 'c8', FAR),
  at('checkpoint', 'c9', OUTSIDE),
  at('urea-pump', 'p1', OUTSIDE),
  at('machinery-gate', 'm1', INSIDE, { minStage: 3 }),
  ...TERMINALS.map(({ vin }) => ({
    kind: 'on-board' as const,
    id: vin,
    nameZh: '终端',
    enabled: true,
    secret: `secret-of-on-board-${vin}-0123456789`,
  })),
];

const RESPONSE = {
  id: 'r1',
  counties: ['140900'],
  issuedBy: '市政府',
  reference: '〔2021〕1号',
  end: '2022-01-02T12:00:00+08:00',
};

/** Rows by collection, in the order in which they are imported; each is recorded before the days begin. */
export const REGISTRY: [Collection, object[]][] = (
  [
    [
      'enterprises',
      [
        COKING,
        {
          ...COKING,
          id: 'power-1',
          uscc: '91140900MA0000002X',
          nameZh: '示例电厂',
          industry: 'power',
          planningArea: true,
          cleanTransport: 'not-met',
          ...OUTSIDE,
        },
      ],
    ],
    ['devices', DEVICES],
    [
      'zones',
      [
        ...ZONES,
        { ...ZONES[0]!, id: 'winter', seasons: [{ from: '12-31', to: '01-01' }], clock: [{ from: '06:00', to: '22:00' }] },
      ],
    ],
    [
      'vehicles',
      [
        ...TRUCKS,
        AFTER,
        { ...RETROFITTED, stage: '6', validFrom: '2021-12-31T12:00:00+08:00' },
        { ...BEFORE, plateNumber: '晋HL9119', validFrom: '2022-01-01T00:00:00+08:00' },
      ],
    ],
    [
      'permits',
      [
        {
          id: 'zone-permit',
          plateNumber: TWIN.plateNumber,
          plateColor: 'yellow',
          zoneId: 'ring',
          from: '2021-12-31',
          to: '2021-12-31',
        },
        {
          id: 'route-permit',
          plateNumber: PERMITTED.plateNumber,
          plateColor: 'yellow',
          corridor: {
            type: 'LineString',
            coordinates: [
              [112.74, 38.44],
              [112.76, 38.46],
            ],
          },
          hours: [{ from: '06:00', to: '18:00' }],
          from: '2021-12-31',
          to: '2022-01-31',
        },
      ],
    ],
    [
      'responses',
      [
        { ...RESPONSE, level: 'orange', start: '2021-12-30T10:00:00+08:00' },
        { ...RESPONSE, level: 'red', start: '2021-12-31T14:00:00+08:00', recordedAt: '2021-12-01T00:00:00.001+08:00' },
        { ...RESPONSE, level: 'yellow', start: '2022-01-01T16:00:00+08:00', recordedAt: '2021-12-01T00:00:00.002+08:00' },
      ],
    ],
    [
      'machinery',
      ['2', '3', 'unknown'].map((stage) => ({
        registrationCode: `HB000${stage}`,
        machineryKind: '装载机',
        stage,
        owner: '示例',
        county: '140902',
      })),
    ],
    ['declarations', [{ siteId: 'm1', registrationCode: 'HB0003', from: '2021-12-31' }]],
  ] as [Collection, object[]][]
).map(([collection, rows]) => [collection, rows.map((row) => ({ recordedAt: RECORDED, ...row }))]);

/**
 * The policies in force from the second day's noon and from the third's: everything that looks back looks back otherwise, first less far
 * than before, then farther. What a message changes lies within the reach of whatever judges there, not of what judged it.
 */
export const POLICIES: readonly [policy: Policy, from: string][] = [
  [nearsighted(), '2021-12-31T12:00:00+08:00'],
  [farsighted(), '2022-01-01T12:00:00+08:00'],
];

function nearsighted(): Policy {
  const policy = { ...structuredClone(xinzhou2021), version: 'from-new-year-eve' };
  const { rules } = policy;
  rules['cloned-plate'].kmh = 250;
  rules['cloned-plate'].misread.minutes = 5;
  Object.assign(rules['gate-ledger'], { sameSeconds: 60, arrivalMinutes: 1, exitHours: 3 });
  rules.diversion.localBusinessHours = 1;
  rules['urea-use'].windowDays = 1;
  rules['urea-use'].warningDays = 0.5;
  rules['urea-use'].warm.seconds = 120;
  rules['urea-use'].darkTerminal.hours = 2;
  rules['urea-use'].scrMinStage = 6;
  return policy;
}

function farsighted(): Policy {
  const policy = { ...structuredClone(xinzhou2021), version: 'from-new-year' };
  const { rules } = policy;
  rules['remote-sensing'].opacityPercent = 25;
  rules['cloned-plate'].kmh = 120;
  rules['cloned-plate'].misread.minutes = 45;
  Object.assign(rules['gate-ledger'], { sameSeconds: 150, arrivalMinutes: 45, exitHours: 60 });
  rules.diversion.localBusinessHours = 30;
  rules['urea-use'].reagentEmpty.overKm = 4;
  rules['urea-use'].warningDays = 40;
  rules['urea-use'].warm.seconds = 1_200;
  rules['urea-use'].darkTerminal.hours = 36;
  return policy;
}

/** What gate `g1` was sent before: passages say that it decided by it. */
export const OFFLINE_POLICY = {
  _id: 'g1/p-1',
  gateId: 'g1',
  n: -1,
  digest: 'p-1',
  validUntil: new Date('2022-01-02T00:00:00+08:00'),
  payload: {
    payloadId: 'p-1',
    at: RECORDED,
    validUntil: '2022-01-02T00:00:00+08:00',
    requirements: [],
    vehicles: [[SMOKER.plateNumber, 'yellow', '5', 'B', 'Q11', 'F', true]],
    unknownVehicle: 'review',
  },
};
