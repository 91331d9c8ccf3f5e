import { between, NODES, type OffRoad, type Point, type Roadside, type Town } from './map.ts';

/** Invented enterprises, sites and roadside devices of the simulated city. Counties are GB/T 2260 codes. */
export interface Enterprise {
  id: string;
  nameZh: string;
  nameEn: string;
  county: string;
  industry: string;
  annualFreight: number;
  railSpurSince?: string;
  planningArea: boolean;
  dailyTruckPasses: number;
  cleanTransport: 'met' | 'not-met';
  grade: string;
  at: Point;
  node: Town;
  /** Gates with their number of lanes. */
  gates: number[];
  cargo: string;
}

type Row = [
  id: string, nameZh: string, nameEn: string, county: string, industry: string, freight: number, passes: number,
  node: Town, offset: Point, gates: number[], cargo: string, more?: Partial<Enterprise>,
]; // prettier-ignore
const ROWS: Row[] = [
  ['E01', '云中焦化', 'Yunzhong Coking', '140981', 'coking', 2_600_000, 240, 'yuanping', [0.03, -0.03], [2, 1], '焦炭', { planningArea: true }],
  ['E02', '牧马河热电', 'Mumahe Power', '140902', 'power', 3_200_000, 310, 'ringSE', [0.035, -0.03], [2, 2], '电煤', { planningArea: true }],
  ['E03', '滹沱钢铁', 'Hutuo Steel', '140921', 'steel', 1_900_000, 170, 'dingxiang', [0.02, 0.025], [2, 1], '钢材', { railSpurSince: '2019-06-01' }],
  ['E04', '管涔煤业', 'Guancen Coal', '140925', 'coal', 4_100_000, 380, 'ningwu', [-0.03, 0.01], [2, 2, 1], '原煤'],
  ['E05', '汾源洗煤', 'Fenyuan Coal Washing', '140926', 'coal-washing', 1_200_000, 110, 'jingle', [0.02, 0.02], [2], '精煤'],
  ['E06', '雁门水泥', 'Yanmen Cement', '140923', 'cement', 900_000, 85, 'dai', [-0.02, -0.02], [2], '水泥'],
  ['E07', '砂河矿业', 'Shahe Mining', '140924', 'mining', 1_700_000, 150, 'fanshi', [0.02, -0.02], [2, 1], '铁精粉'],
  ['E08', '河曲坑口电厂', 'Hequ Pithead Power', '140930', 'power', 5_200_000, 420, 'hequ', [0.025, -0.02], [2, 2], '电煤', { railSpurSince: '2015-01-01' }],
  ['E09', '清水河建材', 'Qingshuihe Building Materials', '140922', 'building-materials', 260_000, 8, 'wutai', [-0.02, 0.015], [1], '机制砂'],
  ['E10', '原平铝业', 'Yuanping Aluminium', '140981', 'nonferrous', 2_100_000, 190, 'yuanping', [-0.035, 0.02], [2, 1], '氧化铝'],
  ['E11', '北关物流园', 'Beiguan Logistics Park', '140902', 'logistics', 800_000, 60, 'centre', [0.018, -0.006], [2, 1], '百货'],
  ['E12', '轩岗洗选', 'Xuangang Washing', '140981', 'coal-washing', 600_000, 55, 'yuanping', [-0.02, -0.025], [1], '精煤', { cleanTransport: 'not-met' }],
  ['E13', '古城粮油', 'Gucheng Grain', '140902', 'other', 90_000, 6, 'centre', [-0.015, 0.008], [1], '粮油'],
]; // prettier-ignore

export const ENTERPRISES: Enterprise[] = ROWS.map(([id, nameZh, nameEn, county, industry, annualFreight, dailyTruckPasses, node, [dx, dy], gates, cargo, more]) => ({
  id, nameZh, nameEn, county, industry, annualFreight, dailyTruckPasses, node, gates, cargo,
  planningArea: false,
  cleanTransport: 'met',
  grade: 'C',
  at: [NODES[node][0] + dx, NODES[node][1] + dy],
  ...more,
})); // prettier-ignore

export function enterprise(id: string): Enterprise {
  const found = ENTERPRISES.find((e) => e.id === id);
  if (!found) throw new Error(`no enterprise ${id}`);
  return found;
}

export const gateId = (e: Pick<Enterprise, 'id'>, index: number) => `${e.id}-G${index + 1}`;
/** A simple gate: no barrier of its own, only passages. */
export const SIMPLE_GATE = 'E09-G1';
/** Loses its line for an hour, decides alone and sends everything later. */
export const OUTAGE_GATE = 'E11-G1';

export interface RoadDevice extends Roadside {
  nameZh: string;
  county: string;
  at: Point;
}
const road = (id: string, nameZh: string, county: string, a: Town, b: Town, part: number): RoadDevice => ({
  id,
  nameZh,
  county,
  road: [a, b],
  part,
  at: between(NODES[a], NODES[b], part),
});

/** Remote-sensing stations; the calibration of `RS5` has run out. */
export const STATIONS: RoadDevice[] = [
  road('RS1', '忻原路遥测点', '140902', 'ringN', 'yuanping', 0.4),
  road('RS2', '忻定路遥测点', '140902', 'ringE', 'dingxiang', 0.35),
  road('RS3', '忻太路遥测点', '140902', 'taiyuan', 'ringS', 0.75),
  road('RS4', '原代路遥测点', '140981', 'yuanping', 'dai', 0.5),
  road('RS5', '宁神路遥测点', '140925', 'ningwu', 'shenchi', 0.5),
];
export const UNCALIBRATED = 'RS5';

/** Road cameras; `KC2` and `KC3` stand inside the diversion zone, the clock of `KC9` is lost for two hours. */
export const CHECKPOINTS: RoadDevice[] = [
  road('KC1', '忻府南卡口', '140902', 'taiyuan', 'ringS', 0.9),
  road('KC2', '建设路卡口', '140902', 'centre', 'ringN', 0.25),
  road('KC3', '七一路卡口', '140902', 'centre', 'ringS', 0.3),
  road('KC4', '忻府东绕城卡口', '140902', 'ringSE', 'ringE', 0.5),
  road('KC5', '忻府北卡口', '140902', 'ringN', 'yuanping', 0.15),
  road('KC6', '定襄西卡口', '140921', 'ringE', 'dingxiang', 0.85),
  road('KC7', '原平北卡口', '140981', 'yuanping', 'dai', 0.1),
  road('KC8', '代县西卡口', '140923', 'yuanping', 'dai', 0.9),
  road('KC9', '宁武东卡口', '140925', 'yuanping', 'ningwu', 0.85),
  road('KC10', '五寨南卡口', '140928', 'shenchi', 'wuzhai', 0.8),
  road('KC11', '静乐东卡口', '140926', 'ringW', 'jingle', 0.8),
  road('KC12', '五台西卡口', '140922', 'dingxiang', 'wutai', 0.8),
];
export const UNSYNCED_CHECKPOINT = 'KC9';

export interface Pump extends OffRoad {
  id: string;
  nameZh: string;
  county: string;
}
export const PUMPS: Pump[] = [
  { id: 'UP1', nameZh: '忻府北加注站', county: '140902', at: [112.745, 38.48], node: 'ringN' },
  { id: 'UP2', nameZh: '原平加注站', county: '140981', at: [112.72, 38.735], node: 'yuanping' },
  { id: 'UP3', nameZh: '宁武加注站', county: '140925', at: [112.31, 39.006], node: 'ningwu' },
  { id: 'UP4', nameZh: '定襄加注站', county: '140921', at: [112.962, 38.468], node: 'dingxiang' },
];

/** Building sites with a gate for machinery. */
export const SITES = [
  { id: 'SITE1', nameZh: '云中路改造工地', county: '140902', at: [112.76, 38.43] as Point, minStage: 3 },
  { id: 'SITE2', nameZh: '原平南站工地', county: '140981', at: [112.7, 38.71] as Point, minStage: 2 },
];
