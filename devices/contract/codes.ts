/**
 * Official codes with their names, as messages, registry and console use them. Sources: GA 24.7 (plate types), GA 24.4 / GA 802
 * (vehicle types), the gate guide's ledger tables (stages), vehicle registration (fuel, use nature).
 */
export interface Name {
  zh: string;
  en: string;
}

const name = (zh: string, en: string): Name => ({ zh, en });

/** GA 24.7 号牌种类. */
export const PLATE_TYPES: Readonly<Record<string, Name>> = {
  '01': name('大型汽车', 'large vehicle'),
  '02': name('小型汽车', 'small vehicle'),
  '03': name('使馆汽车', 'embassy'),
  '04': name('领馆汽车', 'consulate'),
  '05': name('境外汽车', 'from abroad'),
  '06': name('外籍汽车', 'foreign owner'),
  '07': name('普通摩托车', 'motorcycle'),
  '08': name('轻便摩托车', 'moped'),
  '09': name('使馆摩托车', 'embassy motorcycle'),
  '10': name('领馆摩托车', 'consulate motorcycle'),
  '11': name('境外摩托车', 'motorcycle from abroad'),
  '12': name('外籍摩托车', 'motorcycle of a foreign owner'),
  '13': name('低速车', 'low-speed vehicle'),
  '14': name('拖拉机', 'tractor'),
  '15': name('挂车', 'trailer'),
  '16': name('教练汽车', 'driving school'),
  '17': name('教练摩托车', 'driving school motorcycle'),
  '18': name('试验汽车', 'test vehicle'),
  '19': name('试验摩托车', 'test motorcycle'),
  '20': name('临时入境汽车', 'temporary entry'),
  '21': name('临时入境摩托车', 'temporary entry, motorcycle'),
  '22': name('临时行驶车', 'temporary plate'),
  '23': name('警用汽车', 'police'),
  '24': name('警用摩托车', 'police motorcycle'),
  '25': name('原农机', 'former farm machinery'),
  '26': name('香港入出境车', 'Hong Kong'),
  '27': name('澳门入出境车', 'Macao'),
  '31': name('武警', 'armed police'),
  '32': name('军队', 'military'),
  '33': name('应急号牌', 'emergency rescue'),
  '41': name('无号牌', 'no plate'),
  '42': name('假号牌', 'forged plate'),
  '43': name('挪用号牌', 'plate of another vehicle'),
  '51': name('大型新能源汽车', 'large new-energy vehicle'),
  '52': name('小型新能源汽车', 'small new-energy vehicle'),
  '99': name('其他', 'other'),
};

/** 号牌颜色, the contract's words. */
export const PLATE_COLOR_NAMES = {
  blue: name('蓝', 'blue'),
  yellow: name('黄', 'yellow'),
  white: name('白', 'white'),
  black: name('黑', 'black'),
  green: name('渐变绿', 'green'),
  'yellow-green': name('黄绿', 'yellow-green'),
  other: name('其他', 'other'),
} as const;

/** First letter of a GA 24.4 vehicle type 车辆类型. */
export const VEHICLE_CLASSES: Readonly<Record<string, Name>> = {
  H: name('载货汽车', 'goods vehicle'),
  Q: name('牵引车', 'tractor unit'),
  Z: name('专项作业车', 'special-operation vehicle'),
  K: name('载客汽车', 'passenger vehicle'),
  B: name('半挂车', 'semi-trailer'),
  G: name('全挂车', 'full trailer'),
  J: name('轮式机械', 'wheeled machinery'),
  N: name('三轮汽车', 'three-wheeled vehicle'),
  M: name('摩托车', 'motorcycle'),
  T: name('拖拉机', 'agricultural tractor'),
  D: name('电车', 'tram or trolleybus'),
};

/** Second character, for goods vehicles, tractor units and trailers (H Q B G). */
export const VEHICLE_SIZES: Readonly<Record<string, Name>> = {
  '1': name('重型', 'heavy'),
  '2': name('中型', 'medium'),
  '3': name('轻型', 'light'),
  '4': name('微型', 'micro'),
  '5': name('低速', 'low-speed'),
};

/** Third character, for goods vehicles and trailers (H B G). B to G are variants of the dump body. */
export const VEHICLE_BODIES: Readonly<Record<string, Name>> = {
  '1': name('普通', 'ordinary'),
  '2': name('厢式', 'box'),
  '3': name('封闭', 'closed'),
  '4': name('罐式', 'tank'),
  '5': name('平板', 'flat'),
  '6': name('集装厢', 'container'),
  '7': name('自卸', 'dump'),
  '8': name('特殊结构', 'special structure'),
  '9': name('仓栅式', 'stake'),
  A: name('车辆运输', 'car carrier'),
  B: name('自卸（B类）', 'dump, variant B'),
  C: name('自卸（C类）', 'dump, variant C'),
  D: name('自卸（D类）', 'dump, variant D'),
  E: name('自卸（E类）', 'dump, variant E'),
  F: name('自卸（F类）', 'dump, variant F'),
  G: name('自卸（G类）', 'dump, variant G'),
};

/** Codes whose name does not follow from their characters. */
const NAMED_TYPES: Readonly<Record<string, Name>> = {
  Q11: name('重型半挂牵引车', 'heavy tractor unit for semi-trailers'),
  Q12: name('重型全挂牵引车', 'heavy tractor unit for full trailers'),
  Z51: name('重型专项作业车', 'heavy special-operation vehicle'),
  Z52: name('重型载货专项作业车', 'heavy load-carrying special-operation vehicle'),
  J11: name('轮式装载机械', 'wheeled loader'),
  J12: name('轮式挖掘机械', 'wheeled excavator'),
  J13: name('轮式平地机械', 'wheeled grader'),
};

const GOODS_NOUNS: Readonly<Record<string, Name>> = {
  H: name('货车', 'goods vehicle'),
  B: name('半挂车', 'semi-trailer'),
  G: name('全挂车', 'full trailer'),
};

/** The name of a GA 24.4 code: in full where its characters tell it (`H17` 重型自卸货车), of its class otherwise, null if of none. */
export function vehicleTypeName(code: string): Name | null {
  const named = NAMED_TYPES[code];
  if (named) return named;
  const [letter = '', second = '', third = ''] = code;
  const noun = GOODS_NOUNS[letter];
  const size = VEHICLE_SIZES[second];
  const body = VEHICLE_BODIES[third];
  if (noun && size && body && code.length === 3)
    return name(`${size.zh}${body.zh}${noun.zh}`, `${size.en} ${noun.en}, ${body.en}`);
  return VEHICLE_CLASSES[letter] ?? null;
}

/** The codes usual at gates, in full: heavy goods vehicles of every body, tractor units, heavy special and wheeled machinery. */
export const USUAL_VEHICLE_TYPES: Readonly<Record<string, Name>> = Object.fromEntries(
  [...Object.keys(VEHICLE_BODIES).map((body) => `H1${body}`), ...Object.keys(NAMED_TYPES)].map((code) => [
    code,
    vehicleTypeName(code) ?? name(code, code),
  ]),
);

/** 燃料种类, one letter each; a vehicle may have several (`AC`). Hydrogen is P in one register and X in another. */
export const FUELS: Readonly<Record<string, Name>> = {
  A: name('汽油', 'petrol'),
  B: name('柴油', 'diesel'),
  C: name('电', 'electric'),
  D: name('混合油', 'mixed oil'),
  E: name('天然气', 'natural gas'),
  F: name('液化石油气', 'liquefied petroleum gas'),
  L: name('甲醇', 'methanol'),
  M: name('乙醇', 'ethanol'),
  N: name('太阳能', 'solar'),
  O: name('混合动力', 'hybrid'),
  P: name('氢', 'hydrogen'),
  X: name('氢', 'hydrogen'),
  Y: name('无', 'none (trailer)'),
  Z: name('其他', 'other'),
};

/** 排放阶段. Unknown is a value of its own, never China 0. */
export const STAGE_NAMES = {
  '0': name('国零', 'China 0'),
  '1': name('国一', 'China I'),
  '2': name('国二', 'China II'),
  '3': name('国三', 'China III'),
  '4': name('国四', 'China IV'),
  '5': name('国五', 'China V'),
  '6': name('国六', 'China VI'),
  D: name('电动', 'electric'),
  unknown: name('未知', 'unknown'),
} as const;

/** 使用性质. */
export const USE_NATURES: Readonly<Record<string, Name>> = {
  '0': name('未分析', 'not analysed'),
  A: name('非营运', 'not for hire'),
  B: name('公路客运', 'long-distance passenger transport'),
  C: name('公交客运', 'public bus'),
  D: name('出租客运', 'taxi'),
  E: name('旅游客运', 'tourism'),
  F: name('货运', 'freight'),
  G: name('租赁', 'rental'),
  H: name('警用', 'police'),
  I: name('消防', 'fire service'),
  J: name('救护', 'ambulance'),
  K: name('工程救险', 'engineering rescue'),
  L: name('营转非', 'formerly for hire'),
  M: name('出租转非', 'formerly taxi'),
  N: name('教练', 'driving school'),
  O: name('幼儿校车', 'nursery school bus'),
  P: name('小学生校车', 'primary school bus'),
  Q: name('初中生校车', 'middle school bus'),
  R: name('危化品运输', 'hazardous goods'),
  S: name('中小学生校车', 'school bus'),
  T: name('中小学生校车', 'school bus'),
  U: name('预约出租转非', 'formerly booked taxi'),
};
