/**
 * The names of a policy's numbers, in both languages, with their units: what a change is told in, and what the console shows and asks for.
 * A part is a rule, or the account; its numbers are in the order in which people read them, under their dotted path in the part.
 */

export interface Words {
  zh: string;
  en: string;
}

/**
 * What a value is: a number or two (`range`, least and most); a stage that is asked for (`stage`, 0–6) or the highest that is concerned
 * (`stage-max`, 0–5); letters of use natures (`uses`), of classes of GA 24.4 types (`classes`) or of their third character (`bodies`);
 * lists with parts of their own (`requirements`, `measures`).
 */
export type NumberKind =
  | 'number' | 'range' | 'flag' | 'text' | 'stage' | 'stage-max' | 'date' | 'month-day' | 'comparison' | 'proposal' | 'levels' | 'industries'
  | 'uses' | 'classes' | 'bodies' | 'bases' | 'requirements' | 'measures' | 'vehicle-classes' | 'sizes' | 'fuels' | 'types'; // prettier-ignore

export interface NumberSpec extends Words {
  kind: NumberKind;
  /** Of `UNITS`, or a sign that both languages write alike. */
  unit?: string;
}

export type Numbers = Record<string, NumberSpec>;

/** Units that are words. */
export const UNITS: Record<string, Words> = {
  s: { zh: '秒', en: 's' },
  min: { zh: '分钟', en: 'min' },
  h: { zh: '小时', en: 'h' },
  d: { zh: '天', en: 'days' },
  months: { zh: '个月', en: 'months' },
  t: { zh: '吨', en: 't' },
  'trucks/d': { zh: '车次/日', en: 'trucks a day' },
  points: { zh: '个百分点', en: 'points' },
  messages: { zh: '条', en: 'messages' },
  level: { zh: '级', en: '' },
  day: { zh: '日', en: '' },
};

const of =
  (kind: NumberKind) =>
  (zh: string, en: string): NumberSpec => ({ kind, zh, en });
const number = (zh: string, en: string, unit?: string): NumberSpec => ({
  kind: 'number',
  zh,
  en,
  ...(unit !== undefined && { unit }),
});
const range = (zh: string, en: string, unit: string): NumberSpec => ({ kind: 'range', zh, en, unit });
const flag = of('flag');
const stage = of('stage');
const stageMax = of('stage-max');
const date = of('date');
const uses = of('uses');
const PROPOSAL = of('proposal')('对放行的影响', 'Effect on the answer');
const BASIS = of('bases')('法律依据', 'Legal basis');

export interface PartSpec extends Words {
  numbers: Numbers;
}

/** The rules, in the order in which people read them; their names are those of the console. */
export const RULES: Record<string, PartSpec> = {
  'emission-standard': {
    zh: '重点企业排放标准',
    en: 'Emission standard of large units',
    numbers: {
      minAnnualFreightTonnes: number('年货运量达到', 'Annual freight from', 't'),
      spurExempts: flag('铁路专用线投用后不再适用', 'A rail spur in use exempts'),
      requirements: of('requirements')('要求的排放阶段', 'Required emission stage'),
      proposal: PROPOSAL,
      basis: BASIS,
    },
  },
  'planning-area': {
    zh: '规划区清洁运输',
    en: 'Clean transport in the planning area',
    numbers: {
      industries: of('industries')('适用行业', 'Industries concerned'),
      from: date('起始日期', 'From'),
      minStage: stage('最低排放阶段', 'Lowest stage'),
      spurExempts: flag('铁路专用线投用后不再适用', 'A rail spur in use exempts'),
      smallerEnterprises: flag('也适用于货运量较小的企业', 'Smaller enterprises are concerned, too'),
      proposal: PROPOSAL,
      basis: BASIS,
    },
  },
  'peak-shift': {
    zh: '错峰运输',
    en: 'Peak shifting',
    numbers: {
      'bulkUnit.comparison': of('comparison')('大宗物料运输单位，日均车次', 'Bulk unit, daily truck passes'),
      'bulkUnit.dailyTruckPasses': number('大宗物料运输单位，车次门槛', 'Bulk unit, threshold', 'trucks/d'),
      'measures.yellow': of('measures')('黄色响应的措施', 'Measures under yellow'),
      'measures.orange': of('measures')('橙色响应的措施', 'Measures under orange'),
      'measures.red': of('measures')('红色响应的措施', 'Measures under red'),
      notMetTightens: flag(
        '清洁运输未达标的大宗物料运输单位，橙色时按红色执行',
        'Bulk units short of clean transport, red’s measures under orange',
      ),
      exemptUse: uses('豁免的使用性质', 'Exempt use natures'),
      exemptTypes: of('classes')('豁免的车辆大类', 'Exempt vehicle classes'),
      proposal: PROPOSAL,
      basis: BASIS,
    },
  },
  'phase-out': {
    zh: '老旧车淘汰',
    en: 'Phase-out of old trucks',
    numbers: {
      stageMax: stageMax('列入淘汰的最高阶段', 'Listed up to stage'),
      commercialUse: uses('营运的使用性质', 'Commercial use natures'),
      listedProposal: of('proposal')('列入淘汰车辆，对放行的影响', 'Listed vehicles, effect on the answer'),
      basis: BASIS,
      scrapBasis: of('bases')('报废车辆的法律依据', 'Legal basis for scrapped vehicles'),
    },
  },
  diversion: {
    zh: '重型柴油车绕行',
    en: 'Diversion of heavy diesel',
    numbers: {
      'season.from': of('month-day')('默认季节起（月-日）', 'Default season from (month-day)'),
      'season.to': of('month-day')('默认季节止（月-日，含当日）', 'Default season to (month-day, inclusive)'),
      edgeToleranceM: number('边界容差', 'Tolerance at a zone’s edge', 'm'),
      localBusinessHours: number('当地业务，前后各', 'Local business, before and after', 'h'),
      pendingHours: number('暂定时长', 'Provisional for', 'h'),
      latestHours: number('门禁失联时最迟确认', 'Confirmed at the latest, gates unheard', 'h'),
      exemptUse: uses('豁免的使用性质', 'Exempt use natures'),
      basis: BASIS,
    },
  },
  route: {
    zh: '渣土与专用车路线',
    en: 'Muck and special routes',
    numbers: {
      corridorM: number('偏离路线超过', 'Off the route beyond', 'm'),
      thirdCharacters: of('bodies')('适用的车身结构', 'Bodies concerned'),
      basis: BASIS,
    },
  },
  'reading-validity': {
    zh: '遥测有效性',
    en: 'Reading validity',
    numbers: {
      speedKmh: range('车速', 'Speed', 'km/h'),
      accelerationMs2: range('加速度', 'Acceleration', 'm/s²'),
      vspKwPerTonne: range('比功率（大于下限）', 'Specific power (above the lower)', 'kW/t'),
      lightMassKg: number('轻型车总质量不超过', 'Light vehicles up to', 'kg'),
      windMs: number('风速不超过', 'Wind at most', 'm/s'),
      temperatureC: range('气温', 'Air temperature', '°C'),
      humidityPercent: number('相对湿度不超过', 'Humidity at most', '%'),
      pressureKpa: range('气压', 'Air pressure', 'kPa'),
      co2Percent: number('烟羽二氧化碳不低于', 'CO₂ of the plume at least', '%'),
      basis: BASIS,
    },
  },
  'remote-sensing': {
    zh: '遥感监测',
    en: 'Remote sensing',
    numbers: {
      opacityPercent: number('不透光烟度限值', 'Opacity limit', '%'),
      ringelmann: number('林格曼黑度限值', 'Ringelmann limit', 'level'),
      noPpm: number('一氧化氮筛查值', 'NO screening value', '×10⁻⁶'),
      passSeconds: number('同一次通过，读数相隔不超过', 'One pass, readings within', 's'),
      windowMonths: number('两次超标相隔不超过', 'Two failures within', 'months'),
      clue: of('text')('违法行为代码', 'Offence code'),
      basis: BASIS,
      clueBasis: of('bases')('违法行为的法律依据', 'Legal basis of the offence'),
    },
  },
  'urea-use': {
    zh: '尿素使用',
    en: 'Urea use',
    numbers: {
      scrMinStage: stage('视为装有后处理的最低阶段', 'Taken to have SCR from stage'),
      'reagentEmpty.belowPercent': number('尿素耗尽，液位低于', 'Urea empty, level below', '%'),
      'reagentEmpty.overKm': number('尿素耗尽，一小时内行驶超过', 'Urea empty, driven in an hour over', 'km'),
      'reagentLow.belowPercent': number('液位过低，液位低于', 'Level low, below', '%'),
      'reagentLow.overKm': number('液位过低，一日内行驶超过', 'Level low, driven in a day over', 'km'),
      'warm.seconds': number('热车，启动后超过', 'Warm, since the start over', 's'),
      'warm.coolantC': number('热车，冷却液不低于', 'Warm, coolant at least', '°C'),
      'warm.scrInletC': number('热车，后处理入口不低于', 'Warm, SCR inlet at least', '°C'),
      'scrIneffective.ratio': number('后处理失效，出入口氮氧化物之比超过', 'SCR ineffective, NOx out over in above'),
      'scrIneffective.minutes': number('后处理失效，一小时内至少', 'SCR ineffective, in an hour at least', 'min'),
      'scrIneffective.scrInletC': number('后处理失效，后处理入口高于', 'SCR ineffective, SCR inlet above', '°C'),
      'scrIneffective.torquePercent': number('后处理失效，扭矩高于', 'SCR ineffective, torque above', '%'),
      'frozenSensor.minutes': number('传感器失真，热车行驶至少', 'Sensor frozen, warm driving at least', 'min'),
      'notConsumed.fuelL': number('长期不耗尿素，耗油达到', 'Not consumed, fuel used from', 'L'),
      'notConsumed.distanceKm': number('长期不耗尿素，或行驶达到', 'Not consumed, or driven from', 'km'),
      'notConsumed.dropPoints': number('长期不耗尿素，液位变化不超过', 'Not consumed, level changed at most', 'points'),
      'lowConsumption.fuelL': number('消耗过低，耗油达到', 'Low consumption, fuel used from', 'L'),
      'lowConsumption.warningPercent': number(
        '消耗过低，尿素与油之比低于（警告）',
        'Low consumption, urea over fuel below (warning)',
        '%',
      ),
      'lowConsumption.infoPercent': number(
        '消耗过低，尿素与油之比低于（提示）',
        'Low consumption, urea over fuel below (information)',
        '%',
      ),
      'lowConsumption.risePoints': number('视为加注，液位上升超过', 'Taken for a fill, level rose over', 'points'),
      'lowConsumption.defaultTankL': number('未登记时的尿素箱容积', 'Tank where none is registered', 'L'),
      'lowConsumption.fillHours': number('液位上升与加注记录相隔不超过', 'A rise belongs to a recorded fill within', 'h'),
      windowDays: number('统计区间最长', 'Windows at most', 'd'),
      'darkTerminal.hours': number('终端失联，此前无数据', 'Terminal dark, no data for', 'h'),
      'darkTerminal.pendingHours': number('终端失联，等待补传', 'Terminal dark, waits for', 'h'),
      maxScrInletC: number('不计入，后处理入口高于', 'Left out, SCR inlet above', '°C'),
      gapSeconds: number('数据间断超过则重新起算', 'A new run after a gap over', 's'),
      concentrationPercent: range('尿素浓度', 'Urea concentration', '%'),
      warningDays: number('门禁提示尿素异常的天数', 'Gates tell of a warning for', 'd'),
      basis: BASIS,
      fillBasis: of('bases')('加注浓度的法律依据', 'Legal basis of the concentration'),
    },
  },
  'sale-ban': {
    zh: '国六销售禁令',
    en: 'China VI sales ban',
    numbers: {
      from: date('合格证上传或开票自', 'Certificates and invoices from'),
      minStage: stage('最低排放阶段', 'Lowest stage'),
      basis: BASIS,
    },
  },
  'cloned-plate': {
    zh: '套牌',
    en: 'Cloned plates',
    numbers: {
      minKm: number('两地相距超过', 'Places farther apart than', 'km'),
      kmh: number('所需车速超过', 'Speed needed above', 'km/h'),
      slackSeconds: number('时钟误差', 'Allowance for clocks', 's'),
      'misread.minutes': number('可能误读，前后不超过', 'Possible misread, within', 'min'),
      'misread.km': number('可能误读，相距不超过', 'Possible misread, within', 'km'),
      basis: BASIS,
    },
  },
  'nonroad-registration': {
    zh: '非道路机械登记',
    en: 'Non-road machinery',
    numbers: {
      levels: of('levels')('禁用机械的响应级别', 'Levels under which machines are banned'),
      stageMax: stageMax('响应期间禁用的最高阶段', 'Banned under a response up to stage'),
      proposal: PROPOSAL,
      basis: BASIS,
    },
  },
  'gate-ledger': {
    zh: '门禁台账',
    en: 'Gate ledger',
    numbers: {
      sameSeconds: number('同一次通行，相隔不超过', 'One passage, within', 's'),
      arrivalMinutes: number('进厂前应有到达记录', 'An arrival in the time before', 'min'),
      pendingMinutes: number('等待补传', 'Waits for late messages', 'min'),
      exitHours: number('进厂后应有出厂记录', 'An exit within', 'h'),
      uploadHours: number('照片应上传', 'Photos uploaded within', 'h'),
      basis: BASIS,
    },
  },
  'device-health': {
    zh: '设备运行',
    en: 'Device health',
    numbers: {
      silentMinutes: number('静默，在线而无消息超过', 'Silent, online without a message over', 'min'),
      offlineMinutes: number('离线超过', 'Offline over', 'min'),
      transmissionPercent: number('传输率低于', 'Transmission below', '%'),
      'clockSkew.seconds': number('时钟偏差中位数超过', 'Median clock skew over', 's'),
      'clockSkew.messages': number('时钟偏差，当日消息不少于', 'Clock skew, messages of the day at least', 'messages'),
      warningHours: number('持续超过则升为警告', 'A warning when it lasts over', 'h'),
      basis: BASIS,
    },
  },
  identification: { zh: '车辆识别', en: 'Identification', numbers: { basis: BASIS } },
  'attribute-mismatch': { zh: '车牌车型不符', en: 'Plate and vehicle differ', numbers: { basis: BASIS } },
  'forced-release': { zh: '违规放行', en: 'Forced release', numbers: { basis: BASIS } },
};

export const ACCOUNT: PartSpec = {
  zh: '清洁运输核算',
  en: 'Clean-transport account',
  numbers: {
    minPercent: number('清洁运输比例不低于', 'Clean share at least', '%'),
    defaultTonnes: number('未称重时每车', 'A load that was not weighed', 't'),
    freezeDay: number('次月定稿日', 'Final on the next month’s day', 'day'),
    basis: BASIS,
  },
};

/** What a policy says of itself. */
export const GENERAL: PartSpec = {
  zh: '总则',
  en: 'In general',
  numbers: {
    titleZh: of('text')('中文名称', 'Chinese title'),
    titleEn: of('text')('英文名称', 'English title'),
    industrial: of('industries')('工业行业', 'Industrial sectors'),
  },
};

/** The members of one legal basis. */
export const BASIS_MEMBERS: Numbers = {
  document: of('text')('文件', 'Document'),
  number: of('text')('文号', 'Number'),
  article: of('text')('条款', 'Article'),
  zh: of('text')('中文内容', 'In Chinese'),
  en: of('text')('英文内容', 'In English'),
  validFrom: date('施行日期', 'Valid from'),
  validTo: date('失效日期（当日仍有效）', 'Valid to (inclusive)'),
};

/** The members of one required stage, and of one measure of a response level. */
export const REQUIREMENT_MEMBERS: Numbers = { from: date('自', 'From'), stage: stage('排放阶段不低于', 'Stage at least') };
export const MEASURE_MEMBERS: Numbers = {
  zh: of('text')('中文说明', 'In Chinese'),
  en: of('text')('英文说明', 'In English'),
  bulkUnitsOnly: flag('只限大宗物料运输单位', 'Bulk units only'),
  'vehicles.sizes': of('sizes')('货车大小', 'Sizes of goods vehicles'),
  'vehicles.stageMax': stageMax('排放阶段最高到', 'Stage up to'),
  'vehicles.fuels': of('fuels')('燃料（含其一）', 'Fuels (one of them)'),
  'vehicles.classes': of('vehicle-classes')('车辆类别', 'Vehicle classes'),
  'vehicles.types': of('types')('车辆类型代码', 'Type codes'),
};
