import type { Basis, Policy, PolicyVersion } from './types.ts';
import { SINCE_EVER } from './types.ts';

/**
 * The built-in policy: 忻政办发〔2021〕50号 of 27 May 2021 (items 14–20, special actions 二(二), 五(四)) and the national texts it stands
 * on. Every number a rule compares with stands here, beside its legal basis.
 */

const PLAN = { document: '忻州市人民政府办公室文件', number: '忻政办发〔2021〕50号', validFrom: '2021-05-27' };

function plan(article: string, zh: string, en: string): Basis {
  return { ...PLAN, article, zh, en };
}

const basis: Record<string, Basis> = {
  'plan-14': plan('第14条', '重点行业清洁运输', 'Clean transport of key industries'),
  'plan-15': plan(
    '第15条',
    '年货运量150万吨以上工业企业，铁路专用线建成前，公路运输2021年使用国五及以上、2022年起使用国六车辆',
    'Industrial enterprises of 1.5 Mt a year and more: China 5 by road in 2021, China 6 from 2022, until their rail spur is built',
  ),
  'plan-15-planning-area': plan(
    '第15条',
    '规划区内电力、焦化等企业自2021年10月1日起大宗物料原则上清洁运输，公路部分使用国六或新能源车辆',
    'Power, coking and like enterprises in the planning area: by road only China 6 or new-energy from 1 October 2021',
  ),
  'plan-15-peak-shift': plan(
    '第15条',
    '未达到清洁运输要求的企业，重污染天气应急响应期间错峰运输',
    'Enterprises short of clean transport shift their transport during heavy-pollution responses',
  ),
  'plan-15-gates': plan(
    '第15条',
    '重点用车单位建设标准门禁视频系统并与市生态环境局联网，实施天地车人一体化监管',
    'Key vehicle-using units build standard video gates, networked with the city’s environment bureau',
  ),
  'plan-2-2': plan('二（二）', '重污染天气应急运输管控', 'Transport control in heavy-pollution weather'),
  'plan-16': plan('第16条', '2021年7月1日起重型柴油车实施国六标准', 'Heavy diesel vehicles are China 6 from 1 July 2021'),
  'plan-17': plan(
    '第17条',
    '2021年完成国三及以下营运柴油货车淘汰',
    'Commercial diesel goods vehicles of China 3 and below are phased out in 2021',
  ),
  'plan-18-diversion': plan(
    '第18条',
    '秋冬季过境重型柴油货车绕行建成区',
    'Heavy diesel trucks in transit go round the built-up area in autumn and winter',
  ),
  'plan-18-urea': plan('第18条', '加强重型运输车辆尿素加注监管', 'Supervision of urea filling of heavy transport vehicles'),
  'plan-19': plan('第19条', '非道路移动机械进场登记', 'Non-road machinery is registered before it enters a site'),
  'plan-20': plan('第20条', '渣土等运输车辆按规定路线和时间通行', 'Muck and like trucks keep to their route and hours'),
  'plan-5-4': plan('五（四）', '线上监管与线下执法：遥感监测', 'Remote sensing: supervision on line, enforcement on the road'),
  'hj-845': {
    document: '在用柴油车排气污染物测量方法及技术要求（遥感检测法）',
    number: 'HJ 845-2017',
    article: '5, 6',
    zh: '六个自然月内连续两次及以上同种污染物超标为不合格',
    en: 'Two or more consecutive readings over the limit of one pollutant within six calendar months fail',
    validFrom: '2017-07-27',
  },
  'hj-845-validity': {
    document: '在用柴油车排气污染物测量方法及技术要求（遥感检测法）',
    number: 'HJ 845-2017',
    article: '4',
    zh: '遥感检测的有效条件',
    en: 'Conditions under which a remote-sensing reading is valid',
    validFrom: '2017-07-27',
  },
  'traffic-law-90': {
    document: '中华人民共和国道路交通安全法',
    number: '主席令第47号',
    article: '第九十条',
    zh: '驾驶排放检验不合格的机动车上道路行驶，处警告或者二十元以上二百元以下罚款',
    en: 'Driving a vehicle that failed its emission test: a warning or a fine of 20 to 200 yuan',
    validFrom: '2004-05-01',
  },
  'scrap-rules': {
    document: '机动车强制报废标准规定',
    number: '商务部令2012年第12号',
    article: '第四条、第五条',
    zh: '达到使用年限、已报废或者注销的机动车不得上道路行驶',
    en: 'A vehicle past its years of use, scrapped or deregistered does not drive on roads',
    validFrom: '2013-05-01',
  },
  'gb-29518': {
    document: '柴油发动机氮氧化物还原剂 尿素水溶液（AUS 32）',
    number: 'GB 29518-2013',
    article: '4',
    zh: '尿素含量31.8%～33.2%',
    en: 'Urea content of 31.8 to 33.2 % by mass',
    validFrom: '2013-07-01',
  },
};

export const xinzhou2021: Policy = {
  version: 'xinzhou-2021',
  titleZh: '忻州市2021年车辆与货运排放监管规则',
  titleEn: 'Xinzhou 2021: vehicle and freight emissions',
  basis,
  industrial: [
    'power', 'coking', 'steel', 'coal', 'coal-washing', 'mining', 'cement', 'building-materials', 'chemical', 'nonferrous', 'casting', 'glass',
  ], // prettier-ignore
  rules: {
    'emission-standard': {
      minAnnualFreightTonnes: 1_500_000,
      spurExempts: true,
      requirements: [
        { from: '2021-01-01', stage: 5 },
        { from: '2022-01-01', stage: 6 },
      ],
      proposal: 'refuse',
      basis: ['plan-15'],
    },
    'planning-area': {
      industries: ['power', 'coking'],
      from: '2021-10-01',
      minStage: 6,
      spurExempts: false,
      smallerEnterprises: false,
      proposal: 'refuse',
      basis: ['plan-15-planning-area'],
    },
    'peak-shift': {
      bulkUnit: { dailyTruckPasses: 10, comparison: '>' },
      measures: {
        yellow: [],
        orange: [
          {
            vehicles: { sizes: ['heavy'], stageMax: 4 },
            bulkUnitsOnly: true,
            zh: '停运国四及以下重型货车（含燃气）',
            en: 'no heavy goods vehicles of China 4 and below, gas included',
          },
        ],
        red: [
          {
            vehicles: { sizes: ['medium', 'heavy'] },
            bulkUnitsOnly: true,
            zh: '停运中型和重型货车',
            en: 'no medium and heavy goods vehicles',
          },
        ],
      },
      exemptUse: ['H', 'I', 'J', 'K', 'R'],
      exemptTypes: ['Z'],
      notMetTightens: true,
      proposal: 'refuse',
      basis: ['plan-15-peak-shift', 'plan-2-2'],
    },
    'phase-out': {
      stageMax: 3,
      commercialUse: ['F', 'R'],
      listedProposal: 'review',
      basis: ['plan-17'],
      scrapBasis: ['scrap-rules'],
    },
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
      basis: ['hj-845-validity'],
    },
    'remote-sensing': {
      opacityPercent: 30,
      ringelmann: 1,
      noPpm: 1500,
      passSeconds: 60,
      windowMonths: 6,
      clue: '6063',
      basis: ['plan-5-4', 'hj-845'],
      clueBasis: ['traffic-law-90'],
    },
    diversion: {
      season: { from: '10-15', to: '03-31' },
      edgeToleranceM: 15,
      localBusinessHours: 6,
      pendingHours: 6,
      latestHours: 72,
      exemptUse: ['H', 'I', 'J', 'K', 'R'],
      basis: ['plan-18-diversion'],
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
      basis: ['plan-18-urea'],
      fillBasis: ['gb-29518', 'plan-18-urea'],
    },
    'sale-ban': { from: '2021-07-01', minStage: 6, basis: ['plan-16'] },
    route: { corridorM: 200, thirdCharacters: ['7', 'B', 'C', 'D', 'E', 'F', 'G'], basis: ['plan-20'] },
    'cloned-plate': { minKm: 5, kmh: 150, slackSeconds: 180, misread: { minutes: 30, km: 20 }, basis: ['plan-15-gates'] },
    'attribute-mismatch': { basis: ['plan-15-gates'] },
    'nonroad-registration': { levels: ['orange', 'red'], stageMax: 2, proposal: 'refuse', basis: ['plan-19'] },
    'gate-ledger': {
      sameSeconds: 120,
      arrivalMinutes: 30,
      pendingMinutes: 10,
      exitHours: 48,
      uploadHours: 24,
      basis: ['plan-15-gates'],
    },
    identification: { basis: ['plan-15-gates'] },
    'forced-release': { basis: ['plan-15-gates'] },
    'device-health': {
      silentMinutes: 5,
      offlineMinutes: 15,
      transmissionPercent: 95,
      clockSkew: { seconds: 30, messages: 20 },
      warningHours: 24,
      basis: ['plan-15-gates'],
    },
  },
  account: { minPercent: 80, defaultTonnes: 30, freezeDay: 10, basis: ['plan-14', 'plan-15'] },
};

/** The built-in policy counts and is known since ever; its requirements carry their own dates. */
export const builtInPolicy: PolicyVersion = { policy: xinzhou2021, from: SINCE_EVER, recordedAt: SINCE_EVER };
