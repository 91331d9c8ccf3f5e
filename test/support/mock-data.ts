import type {
  Alert,
  DeviceRow,
  EnterpriseRow,
  Finding,
  GateLane,
  Observation,
  VehicleStory,
  ZoneRow,
} from '../../web/src/api/types.ts';
import type { ResponseBook } from '../../web/src/api/orders.ts';
import type { PlateColor } from '../../devices/contract/messages.ts';

/** An evening of November 2021 in Xinzhou, invented: enterprises, plates and messages that look like the real thing. */

export const NOW = Date.parse('2021-11-15T21:42:10+08:00');
const MINUTE = 60_000;
const iso = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().replace('Z', '+08:00');
const before = (minutes: number) => iso(NOW - minutes * MINUTE);

export const ENTERPRISES: EnterpriseRow[] = [
  { id: 'E01', nameZh: '忻州晋北焦化有限公司', nameEn: 'Jinbei Coking', county: '140981', industry: 'coking' },
  { id: 'E02', nameZh: '原平同川铝业有限公司', nameEn: 'Tongchuan Aluminium', county: '140981', industry: 'nonferrous' },
  { id: 'E03', nameZh: '定襄滹沱锻造集团', nameEn: 'Hutuo Forging', county: '140921', industry: 'casting' },
  { id: 'E04', nameZh: '代县雁门矿业有限公司', nameEn: 'Yanmen Mining', county: '140923', industry: 'mining' },
  { id: 'E05', nameZh: '保德黄河煤业有限公司', nameEn: 'Huanghe Coal', county: '140931', industry: 'coal' },
  { id: 'E06', nameZh: '忻府云中热电有限公司', nameEn: 'Yunzhong Power', county: '140902', industry: 'power' },
];

const gate = (id: string, nameZh: string, enterpriseId: string, lon: number, lat: number, county: string): DeviceRow => ({
  kind: 'gate',
  id,
  nameZh,
  enterpriseId,
  lon,
  lat,
  county,
  enabled: true,
});

export const DEVICES: DeviceRow[] = [
  gate('G-JB-1', '晋北焦化东门', 'E01', 112.7582, 38.7721, '140981'),
  gate('G-JB-2', '晋北焦化物流门', 'E01', 112.7446, 38.7655, '140981'),
  gate('G-TC-1', '同川铝业南门', 'E02', 112.6512, 38.6904, '140981'),
  gate('G-HT-1', '滹沱锻造正门', 'E03', 112.9624, 38.4862, '140921'),
  gate('G-YM-1', '雁门矿业一号门', 'E04', 112.9432, 39.0312, '140923'),
  gate('G-HH-1', '黄河煤业西门', 'E05', 111.1042, 39.0014, '140931'),
  gate('G-YZ-1', '云中热电货运门', 'E06', 112.7012, 38.4466, '140902'),
  {
    kind: 'remote-sensing',
    id: 'RS-108-1',
    nameZh: '国道108原平段遥感点',
    lon: 112.7204,
    lat: 38.8412,
    county: '140981',
    enabled: true,
  },
  {
    kind: 'remote-sensing',
    id: 'RS-208-1',
    nameZh: '省道忻保线忻府段遥感点',
    lon: 112.6204,
    lat: 38.4102,
    county: '140902',
    enabled: true,
  },
  { kind: 'checkpoint', id: 'CP-01', nameZh: '七一北路卡口', lon: 112.7395, lat: 38.4398, county: '140902', enabled: true },
  { kind: 'checkpoint', id: 'CP-02', nameZh: '新建南路卡口', lon: 112.7325, lat: 38.3985, county: '140902', enabled: true },
  { kind: 'checkpoint', id: 'CP-03', nameZh: '五台山路口卡口', lon: 113.2501, lat: 38.7266, county: '140922', enabled: false },
  { kind: 'checkpoint', id: 'CP-04', nameZh: '河曲大桥卡口', lon: 111.1502, lat: 39.3844, county: '140930', enabled: true },
  { kind: 'urea-pump', id: 'UP-01', nameZh: '宁武服务区尿素机', lon: 112.3012, lat: 38.9988, county: '140925', enabled: true },
  { kind: 'machinery-gate', id: 'MG-01', nameZh: '静乐工地入口', lon: 111.9412, lat: 38.3622, county: '140926', enabled: true },
];

const ring = (lon: number, lat: number, dx: number, dy: number): [number, number][] =>
  [[-1, -0.6], [-0.2, -1], [0.9, -0.8], [1, 0.4], [0.3, 1], [-0.8, 0.8], [-1, -0.6]].map(([x, y]) => [lon + x! * dx, lat + y! * dy]); // prettier-ignore

export const ZONES: ZoneRow[] = [
  {
    id: 'Z-XF',
    zoneKind: 'diversion',
    nameZh: '忻府城区重型柴油车绕行区',
    polygon: { type: 'Polygon', coordinates: [ring(112.735, 38.42, 0.07, 0.055)] },
  },
  {
    id: 'Z-YP',
    zoneKind: 'diversion',
    nameZh: '原平城区绕行区',
    polygon: { type: 'Polygon', coordinates: [ring(112.712, 38.731, 0.045, 0.035)] },
  },
  {
    id: 'Z-PA',
    zoneKind: 'planning-area',
    nameZh: '中心城区规划区',
    polygon: { type: 'Polygon', coordinates: [ring(112.74, 38.43, 0.13, 0.1)] },
  },
];

const ORDER = {
  version: 'R-2021-07#1',
  level: 'orange' as const,
  counties: ['140902', '140921', '140981'],
  start: '2021-11-14T08:00:00.000+08:00',
  begins: '2021-11-14T08:00:00.000+08:00',
  ends: '2021-11-17T00:00:00.000+08:00',
  issuedBy: '忻州市重污染天气应急指挥部',
  reference: '忻气应急〔2021〕7号',
  recordedAt: '2021-11-13T18:00:00.000+08:00',
  deeds: ['declared' as const],
};
export const RESPONSES: ResponseBook = {
  asOf: '2021-11-15T08:00:00.000+08:00',
  items: [{ id: 'R-2021-07', state: 'running', current: ORDER, rows: [ORDER] }],
  ahead: ORDER.counties.map((county) => ({
    county,
    stretches: [{ id: 'R-2021-07', level: ORDER.level, from: ORDER.begins, to: ORDER.ends, reference: ORDER.reference }],
  })),
};

type Scene = Pick<Alert, 'rule' | 'code' | 'severity'> & { device: string; enterprise?: string };
const SCENES: Scene[] = [
  { rule: 'emission-standard', code: 'below-stage', severity: 'warning', device: 'gate/G-JB-1', enterprise: 'E01' },
  { rule: 'diversion', code: 'through-traffic', severity: 'warning', device: 'checkpoint/CP-01' },
  { rule: 'remote-sensing', code: 'failed', severity: 'warning', device: 'remote-sensing/RS-108-1' },
  { rule: 'forced-release', code: 'released-against-decision', severity: 'critical', device: 'gate/G-YM-1', enterprise: 'E04' },
  { rule: 'peak-shift', code: 'measure-hit', severity: 'warning', device: 'gate/G-HT-1', enterprise: 'E03' },
  { rule: 'phase-out', code: 'past-scrap', severity: 'critical', device: 'checkpoint/CP-04' },
  { rule: 'urea-use', code: 'not-consumed', severity: 'warning', device: 'gate/G-HH-1', enterprise: 'E05' },
  { rule: 'identification', code: 'unplated-vehicle', severity: 'warning', device: 'gate/G-YZ-1', enterprise: 'E06' },
  { rule: 'planning-area', code: 'not-clean-road', severity: 'warning', device: 'gate/G-JB-2', enterprise: 'E01' },
];
const PLATES: [string, PlateColor, string][] = [
  ['晋H36821', 'yellow', '4'],
  ['晋H58K17', 'yellow', '5'],
  ['晋H92753', 'yellow', '3'],
  ['晋AQ4076', 'yellow', '4'],
  ['冀F7L265', 'yellow', '5'],
  ['晋H20158', 'yellow', '2'],
  ['晋H06531D', 'yellow-green', 'D'],
  ['', 'other', 'unknown'],
  ['陕K83590', 'blue', 'unknown'],
  ['晋HD12086', 'green', 'D'],
];
const STATES: Alert['state'][] = [
  'open',
  'open',
  'acknowledged',
  'open',
  'open',
  'open',
  'dispatched',
  'open',
  'acknowledged',
  'open',
  'closed',
];
const MINUTES_AGO = [0.4, 2, 3, 6, 9, 14, 21, 27, 35, 48];

let serial = 0;

/** One alert of the evening; each call takes the next scene. */
export function makeAlert(change: Partial<Alert> = {}): Alert {
  const n = serial++;
  const scene = SCENES[n % SCENES.length]!;
  const [number, color, stage] = scene.code === 'unplated-vehicle' ? PLATES[7]! : PLATES[(n * 3) % 7]!;
  const device = DEVICES.find((row) => `${row.kind}/${row.id}` === scene.device)!;
  const at = before(MINUTES_AGO[n] ?? 48 + (n - 9) * 11);
  return {
    id: `a-${String(n).padStart(3, '0')}`,
    rev: 1,
    seq: 900 + n,
    rule: scene.rule,
    code: scene.code,
    severity: scene.severity,
    state: STATES[n % STATES.length]!,
    provisional: scene.code === 'through-traffic' && n < 9,
    audiences: ['police', 'bureau'],
    vehicle: { number, color, stage, known: stage !== 'unknown' },
    place: { device: scene.device, name: device.nameZh, lon: device.lon!, lat: device.lat!, county: device.county! },
    ...(scene.enterprise !== undefined && { enterprise: scene.enterprise }),
    firstAt: at,
    lastAt: at,
    count: n % 5 === 2 ? 3 : 1,
    findings: [scene.code === 'failed' ? 'f-failed' : 'f-stage'],
    images: [],
    ...(scene.code === 'failed' && { clue: { code: '6063' } }),
    ...change,
  };
}

export const ALERTS: Alert[] = Array.from({ length: 64 }, () => makeAlert());

const PLAN = {
  document: '忻州市推进运输结构调整实施方案',
  number: '忻政办发〔2021〕50号',
  validFrom: '2021-05-27',
};

export const FINDINGS = new Map<string, Finding>([
  [
    'f-stage',
    {
      id: 'f-stage',
      rule: 'emission-standard',
      ruleVersion: 1,
      code: 'below-stage',
      severity: 'warning',
      proposal: 'refuse',
      status: 'confirmed',
      at: before(0.4),
      recordedAt: before(0.4),
      plate: '晋H36821,yellow',
      vin: 'LZGJL4X47MX012345',
      device: 'gate/G-JB-1',
      enterprise: 'E01',
      subject: 'gate/G-JB-1/b7-1042',
      observations: [{ kind: 'gate', device: 'G-JB-1', id: 'b7-1042' }],
      policyVersion: 'xinzhou-2021',
      measured: { stage: '4', annualFreightTonnes: 2_100_000 },
      limit: { stage: 6, annualFreightTonnes: 1_500_000 },
      basis: [
        {
          ...PLAN,
          article: '15',
          zh: '年货运量150万吨以上的工矿企业，自2022年1月1日起仅允许国六及以上货车进出；2021年起不低于国五。',
          en: 'Units moving at least 1.5 Mt a year admit China VI trucks only from 2022-01-01, China V and above from 2021.',
        },
      ],
      zh: '国四 < 要求国五 · 年货运量 210 万吨 · 忻政办发〔2021〕50号 第15条',
      en: 'China IV < required China V · 2.1 Mt a year · Xinzheng Banfa [2021] No. 50, item 15',
      facts: {
        vehicle: { vehicleType: 'H11', fuel: 'B', stage: '4', useNature: 'F' },
        enterprise: { id: 'E01', industry: 'coking', annualFreightTonnes: 2_100_000, planningArea: false },
      },
    },
  ],
  [
    'f-failed',
    {
      id: 'f-failed',
      rule: 'remote-sensing',
      ruleVersion: 1,
      code: 'failed',
      severity: 'warning',
      proposal: 'none',
      status: 'confirmed',
      at: before(3),
      recordedAt: before(3),
      plate: '晋H06531D,yellow-green',
      subject: 'x',
      observations: [
        { kind: 'remote-sensing', device: 'RS-108-1', id: 'r-1' },
        { kind: 'remote-sensing', device: 'RS-108-1', id: 'r-2' },
      ],
      policyVersion: 'xinzhou-2021',
      measured: { opacityPercent: 46.2, ringelmann: 2 },
      limit: { opacityPercent: 30, ringelmann: 1 },
      basis: [
        {
          document: '在用柴油车排气污染物测量方法及技术要求（遥感检测法）',
          number: 'HJ 845-2017',
          article: '6.2',
          zh: '连续两次及以上同种污染物检测结果超过限值，且间隔不超过6个自然月，判定为不合格。',
          en: 'Two consecutive results over the limit in the same pollutant within six months fail the vehicle.',
          validFrom: '2017-07-27',
        },
        {
          ...PLAN,
          article: '五（四）',
          zh: '加强在用柴油货车遥感监测。',
          en: 'Remote sensing of in-use diesel trucks is strengthened.',
        },
      ],
      zh: '两次遥测不透光度超过 30% · 相隔 41 天 · HJ 845-2017 6.2',
      en: 'Opacity above 30 % in two passes, 41 days apart · HJ 845-2017 6.2',
      facts: {
        first: { at: '2021-10-05T10:20:11+08:00', opacityPercent: 38.4 },
        second: { at: before(3), opacityPercent: 46.2 },
      },
    },
  ],
]);

export const OBSERVATIONS: Observation[] = [
  {
    kind: 'gate',
    device: 'G-JB-1',
    id: 'b7-1042',
    message: 'arrival',
    at: before(0.4),
    receivedAt: before(0.39),
    recognition: { outcome: 'corrected', plate: { number: '晋H36821', color: 'yellow' }, read: '晋H3682I' },
    payload: {
      id: 'b7-1042',
      at: before(0.4),
      direction: 'in',
      lane: '1',
      plate: { number: '晋H3682I', color: 'yellow', confidence: 0.91 },
      seen: { vehicleType: 'H11' },
      cargo: { name: '焦煤', tonnes: 31.4 },
    },
  },
  ...[1, 2].map<Observation>((n) => ({
    kind: 'remote-sensing',
    device: 'RS-108-1',
    id: `r-${n}`,
    message: 'reading',
    at: n === 1 ? '2021-10-05T10:20:11+08:00' : before(3),
    receivedAt: n === 1 ? '2021-10-05T10:24:11+08:00' : before(3),
    backfill: n === 1,
    recognition: { outcome: 'matched', plate: { number: '晋H06531D', color: 'yellow-green' } },
    payload: {
      id: `r-${n}`,
      plate: { number: '晋H06531D', color: 'yellow-green' },
      speed: 48.2,
      acceleration: 0.4,
      measured: { opacity: n === 1 ? 38.4 : 46.2, ringelmann: 2 },
    },
  })),
];

const lane = (gate: string, enterprise: string, n: number, change: Partial<GateLane>): GateLane => ({
  gate,
  lane: String(n),
  enterprise,
  county: ENTERPRISES.find((e) => e.id === enterprise)!.county,
  online: true,
  direction: n % 2 === 1 ? 'in' : 'out',
  ...change,
});

export const LANES: GateLane[] = [
  lane('G-JB-1', 'E01', 1, {
    at: before(0.4),
    vehicle: { number: '晋H36821', color: 'yellow', stage: '4', known: true },
    decision: 'refuse',
    ref: '7K2M9',
    reasons: [
      {
        rule: 'emission-standard',
        code: 'below-stage',
        zh: '国四 < 要求国五 · 年货运量 210 万吨',
        en: 'China IV < required China V · 2.1 Mt a year',
        basis: '忻政办发〔2021〕50号',
      },
    ],
  }),
  lane('G-JB-1', 'E01', 2, {
    at: before(1.5),
    vehicle: { number: '晋HD12086', color: 'green', stage: 'D', known: true },
    decision: 'admit',
    ref: '7K2M7',
    reasons: [],
  }),
  lane('G-JB-2', 'E01', 1, {
    at: before(5),
    vehicle: { number: '晋H3B902', color: 'yellow', stage: '6', known: true },
    decision: 'admit',
    ref: '7K2L1',
    reasons: [],
  }),
  lane('G-TC-1', 'E02', 1, {
    at: before(44),
    online: false,
    offlineSince: before(38),
    vehicle: { number: '晋H58K17', color: 'yellow', stage: '5', known: true },
    decision: 'admit',
    ref: '7K2A0',
    reasons: [],
  }),
  lane('G-HT-1', 'E03', 1, {
    at: before(9),
    vehicle: { number: '冀F7L265', color: 'yellow', stage: '3', known: true },
    decision: 'refuse',
    ref: '7K2H4',
    reasons: [
      {
        rule: 'peak-shift',
        code: 'measure-hit',
        zh: '橙色响应：国四及以下重型货车停止进出',
        en: 'Orange response: heavy trucks of China IV and below are stopped',
        basis: '忻政办发〔2021〕50号',
      },
      {
        rule: 'emission-standard',
        code: 'below-stage',
        zh: '国三 < 要求国五',
        en: 'China III < required China V',
        basis: '忻政办发〔2021〕50号',
      },
    ],
  }),
  lane('G-YM-1', 'E04', 1, {
    at: before(6),
    vehicle: { number: '晋AQ4076', color: 'yellow', stage: 'unknown', known: false },
    decision: 'review',
    ref: '7K2J8',
    reasons: [
      {
        rule: 'identification',
        code: 'stage-unknown',
        zh: '排放阶段未知，请查验随车清单',
        en: 'Emission stage unknown: check the papers',
        basis: '忻政办发〔2021〕50号',
      },
    ],
  }),
  lane('G-HH-1', 'E05', 1, {}),
  lane('G-YZ-1', 'E06', 1, {
    at: before(27),
    vehicle: { number: '', color: 'other', stage: 'unknown', known: false },
    decision: 'review',
    ref: '7K2C3',
    reasons: [
      {
        rule: 'identification',
        code: 'unplated-vehicle',
        zh: '未识别到号牌',
        en: 'No plate read',
        basis: '忻政办发〔2021〕50号',
      },
    ],
  }),
];

export function STORY(number: string, colour: string): VehicleStory | null {
  if (number !== '晋H36821' || colour !== 'yellow') return null;
  return {
    vehicle: {
      plateNumber: number,
      plateColor: 'yellow',
      vin: 'LZGJL4X47MX012345',
      vehicleType: 'H11',
      fuel: 'B',
      stage: '4',
      useNature: 'F',
      totalMass: 31_000,
      firstRegistered: '2016-03-18',
      status: 'in-use',
      owner: '忻州远达运输有限公司',
      fleet: '远达一队',
    },
    observations: OBSERVATIONS.slice(0, 1),
    decisions: [
      {
        ref: '7K2M9',
        at: before(0.4),
        decision: 'refuse',
        published: true,
        observation: { kind: 'gate', device: 'G-JB-1', id: 'b7-1042' },
        reasons: [
          {
            rule: 'emission-standard',
            code: 'below-stage',
            zh: '国四 < 要求国五 · 年货运量 210 万吨',
            en: 'China IV < required China V · 2.1 Mt a year',
            basis: '忻政办发〔2021〕50号 第15条',
          },
        ],
      },
    ],
  };
}
