import { between, type CityMap, type OffRoad, type Point, type Roadside, type Town } from './map.ts';

/** Invented enterprises, sites and roadside devices of a simulated city. Counties are GB/T 2260 codes. */
export interface Enterprise extends OffRoad {
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
  /** Gates with their number of lanes. */
  gates: number[];
  cargo: string;
}

/** An enterprise by its part in the city: where it lies and what about it the rules ask. */
export interface Role {
  id: string;
  nameZh: string;
  nameEn: string;
  industry: string;
  freight: number;
  passes: number;
  node: Town;
  offset: Point;
  gates: number[];
  cargo: string;
  more?: Partial<Enterprise>;
}

type Row = [
  id: string, nameZh: string, nameEn: string, industry: string, freight: number, passes: number,
  node: Town, offset: Point, gates: number[], cargo: string, more?: Partial<Enterprise>,
]; // prettier-ignore
const ROWS: Row[] = [
  ['E01', '云中焦化', 'Yunzhong Coking', 'coking', 2_600_000, 240, 'yuanping', [0.03, -0.03], [2, 1], '焦炭', { planningArea: true }],
  ['E02', '牧马河热电', 'Mumahe Power', 'power', 3_200_000, 310, 'ringSE', [0.035, -0.03], [2, 2], '电煤', { planningArea: true }],
  ['E03', '滹沱钢铁', 'Hutuo Steel', 'steel', 1_900_000, 170, 'dingxiang', [0.02, 0.025], [2, 1], '钢材', { railSpurSince: '2019-06-01' }],
  ['E04', '管涔煤业', 'Guancen Coal', 'coal', 4_100_000, 380, 'ningwu', [-0.03, 0.01], [2, 2, 1], '原煤'],
  // Just below the amount from which trucks must be of a stage, and the next but one exactly at it.
  ['E05', '汾源洗煤', 'Fenyuan Coal Washing', 'coal-washing', 1_499_999, 110, 'jingle', [0.02, 0.02], [2], '精煤'],
  ['E06', '雁门水泥', 'Yanmen Cement', 'cement', 900_000, 85, 'dai', [-0.02, -0.02], [2], '水泥'],
  ['E07', '砂河矿业', 'Shahe Mining', 'mining', 1_500_000, 150, 'fanshi', [0.02, -0.02], [2, 1], '铁精粉'],
  ['E08', '河曲坑口电厂', 'Hequ Pithead Power', 'power', 5_200_000, 420, 'hequ', [0.025, -0.02], [2, 2], '电煤', { railSpurSince: '2015-01-01' }],
  ['E09', '清水河建材', 'Qingshuihe Building Materials', 'building-materials', 260_000, 8, 'wutai', [-0.02, 0.015], [1], '机制砂'],
  ['E10', '原平铝业', 'Yuanping Aluminium', 'nonferrous', 2_100_000, 190, 'yuanping', [-0.035, 0.02], [2, 1], '氧化铝'],
  ['E11', '北关物流园', 'Beiguan Logistics Park', 'logistics', 800_000, 60, 'centre', [0.018, -0.006], [2, 1], '百货'],
  ['E12', '轩岗洗选', 'Xuangang Washing', 'coal-washing', 600_000, 55, 'yuanping', [-0.02, -0.025], [1], '精煤', { cleanTransport: 'not-met' }],
  // Ten passes a day: not more than ten, so no bulk unit.
  ['E13', '古城粮油', 'Gucheng Grain', 'other', 90_000, 10, 'centre', [-0.015, 0.008], [1], '粮油'],
]; // prettier-ignore

export const ROLES: Role[] = ROWS.map(
  ([id, nameZh, nameEn, industry, freight, passes, node, offset, gates, cargo, more]) => ({
    id, nameZh, nameEn, industry, freight, passes, node, offset, gates, cargo, ...(more && { more }),
  }),
); // prettier-ignore

export const gateId = (e: Pick<Enterprise, 'id'>, index: number) => `${e.id}-G${index + 1}`;
/** A simple gate: no barrier of its own, only passages. */
export const SIMPLE_GATE = 'E09-G1';
/** Has no line for most of the day, decides alone and sends everything late in the evening. */
export const OUTAGE_GATE = 'E11-G1';

export interface RoadDevice extends Roadside {
  nameZh: string;
  county: string;
  at: Point;
  /** Sees only those it is planted for. */
  quiet?: true;
}
/** Remote-sensing stations; the calibration of `RS5` has run out. */
export const UNCALIBRATED = 'RS5';
/** Its clock is lost for two hours, and it says so. */
export const UNSYNCED_CHECKPOINT = 'KC9';
/** Its clock is twenty minutes slow all day, and it does not know. */
export const SKEWED_CHECKPOINT = 'KC13';
/** Stands in the zone that is closed at night only. */
export const NIGHT_CHECKPOINT = 'KC14';

export interface Pump extends OffRoad {
  id: string;
  nameZh: string;
  county: string;
}
export interface Site {
  id: string;
  nameZh: string;
  county: string;
  at: Point;
  minStage: number;
}

export interface Places {
  enterprises: Enterprise[];
  stations: RoadDevice[];
  checkpoints: RoadDevice[];
  pumps: Pump[];
  sites: Site[];
}

/**
 * Everything that stands in a city.
 * @param countyOf the county of a town
 * @param turn how far from its town a place lies, where the map is turned
 */
export function placesOf(
  { nodes }: Pick<CityMap, 'nodes'>,
  roles: readonly Role[],
  countyOf: (town: Town) => string,
  turn: (offset: Point) => Point = (offset) => offset,
): Places {
  const near = (town: Town, dx: number, dy: number): Point => {
    const [x, y] = turn([dx, dy]);
    return [Number((nodes[town][0] + x).toFixed(6)), Number((nodes[town][1] + y).toFixed(6))];
  };
  const road = (id: string, nameZh: string, home: Town, a: Town, b: Town, part: number, quiet?: true): RoadDevice => ({
    id,
    nameZh,
    county: countyOf(home),
    road: [a, b],
    part,
    at: between(nodes[a], nodes[b], part),
    ...(quiet && { quiet }),
  });
  return {
    enterprises: roles.map(({ offset: [dx, dy], freight, passes, more, ...role }) => ({
      ...role,
      annualFreight: freight,
      dailyTruckPasses: passes,
      county: countyOf(role.node),
      planningArea: false,
      cleanTransport: 'met',
      grade: 'C',
      at: near(role.node, dx, dy),
      ...more,
    })),
    stations: [
      road('RS1', '北路遥测点', 'centre', 'ringN', 'yuanping', 0.4),
      road('RS2', '东路遥测点', 'centre', 'ringE', 'dingxiang', 0.35),
      road('RS3', '南路遥测点', 'centre', 'taiyuan', 'ringS', 0.75),
      road('RS4', '东北路遥测点', 'yuanping', 'yuanping', 'dai', 0.5),
      road('RS5', '西北路遥测点', 'ningwu', 'ningwu', 'shenchi', 0.5),
    ],
    checkpoints: [
      road('KC1', '城南卡口', 'centre', 'taiyuan', 'ringS', 0.9),
      road('KC2', '建设路卡口', 'centre', 'centre', 'ringN', 0.25),
      road('KC3', '七一路卡口', 'centre', 'centre', 'ringS', 0.3),
      road('KC4', '东绕城卡口', 'centre', 'ringSE', 'ringE', 0.5),
      road('KC5', '城北卡口', 'centre', 'ringN', 'yuanping', 0.15),
      road('KC6', '东路卡口', 'dingxiang', 'ringE', 'dingxiang', 0.85),
      road('KC7', '北路卡口', 'yuanping', 'yuanping', 'dai', 0.1),
      road('KC8', '东北路卡口', 'dai', 'yuanping', 'dai', 0.9),
      road('KC9', '西北路卡口', 'ningwu', 'yuanping', 'ningwu', 0.85),
      road('KC10', '西路卡口', 'wuzhai', 'shenchi', 'wuzhai', 0.8),
      road('KC11', '西南路卡口', 'jingle', 'ringW', 'jingle', 0.8),
      road('KC12', '东南路卡口', 'wutai', 'dingxiang', 'wutai', 0.8),
      road(SKEWED_CHECKPOINT, '远西卡口', 'wuzhai', 'wuzhai', 'kelan', 0.5, true),
      road(NIGHT_CHECKPOINT, '夜间限行区卡口', 'wuzhai', 'kelan', 'baode', 0.5, true),
    ],
    pumps: [
      { id: 'UP1', nameZh: '城北加注站', county: countyOf('centre'), at: near('ringN', 0.01, 0.002), node: 'ringN' },
      { id: 'UP2', nameZh: '北路加注站', county: countyOf('yuanping'), at: near('yuanping', 0.009, 0.004), node: 'yuanping' },
      { id: 'UP3', nameZh: '西北加注站', county: countyOf('ningwu'), at: near('ningwu', 0.005, 0.004), node: 'ningwu' },
      { id: 'UP4', nameZh: '东路加注站', county: countyOf('dingxiang'), at: near('dingxiang', 0.005, -0.005), node: 'dingxiang' },
    ],
    sites: [
      { id: 'SITE1', nameZh: '云中路改造工地', county: countyOf('centre'), at: near('centre', 0.025, 0.018), minStage: 3 },
      { id: 'SITE2', nameZh: '北站工地', county: countyOf('yuanping'), at: near('yuanping', -0.011, -0.021), minStage: 2 },
      { id: 'SITE3', nameZh: '远郊工地', county: countyOf('jingle'), at: near('jingle', 0.01, -0.01), minStage: 2 },
    ],
  };
}
