import type { ListName } from '../audit/records.ts';
import { ROW_SCHEMAS } from './contract/registry.ts';
import type { Collection } from '../registry/types.ts';
import type { LedgerName } from './contract/ledgers.ts';
import type { Column } from './export.ts';

/** The columns of each list as a CSV file. */

const NAMES: Record<string, [zh: string, en: string]> = {
  kind: ['设备类别', 'kind'], device: ['设备', 'device'], id: ['编号', 'id'], message: ['消息', 'message'], at: ['时间', 'time'],
  receivedAt: ['接收时间', 'received'], recordedAt: ['记录时间', 'recorded'], backfill: ['补传', 'sent late'],
  'recognition.outcome': ['识别结果', 'recognition'], 'recognition.plate.number': ['号牌号码', 'plate'],
  'recognition.plate.color': ['号牌颜色', 'plate colour'], 'recognition.vin': ['车架号', 'VIN'], invalid: ['无效原因', 'not valid because'],
  enterprise: ['企业', 'enterprise'], county: ['区县', 'county'], payload: ['内容', 'payload'], rule: ['规则', 'rule'], code: ['代码', 'code'],
  severity: ['严重程度', 'severity'], proposal: ['建议', 'proposal'], status: ['状态', 'status'], plate: ['号牌', 'plate'], vin: ['车架号', 'VIN'],
  subject: ['对象', 'subject'], count: ['次数', 'count'], zh: ['说明', 'in Chinese'], en: ['英文说明', 'in English'], measured: ['实测', 'measured'],
  limit: ['限值', 'limit'], basis: ['依据', 'basis'], policyVersion: ['政策版本', 'policy version'], alertId: ['预警', 'alert'],
  ref: ['凭条号', 'reference'], decision: ['决定', 'decision'], reasons: ['理由', 'reasons'], 'vehicle.number': ['号牌号码', 'plate'],
  'vehicle.color': ['号牌颜色', 'plate colour'], 'vehicle.stage': ['排放阶段', 'stage'], 'control.level': ['管控级别', 'control level'],
  titleZh: ['中文名称', 'title in Chinese'], titleEn: ['英文名称', 'title in English'], builtIn: ['内置', 'built in'], inForce: ['现行', 'in force'], rev: ['修改次数', 'revision'], draftedBy: ['起草人', 'drafted by'], draftedAt: ['起草时间', 'drafted'], writers: ['修改过的人', 'written by'], activatedBy: ['启用人', 'activated by'], from: ['起始', 'from'],
  observation: ['原始记录', 'observation'], what: ['类别', 'what'], before: ['原判定', 'before'], after: ['新判定', 'after'], tonnes: ['货物吨数', 'tonnes'], finding: ['结果编号', 'finding'], published: ['已下发', 'published'], findings: ['结果', 'findings'], bytes: ['字节数', 'bytes'],
  sha256: ['摘要', 'SHA-256'], raw: ['原文（base64）', 'raw (base64)'], by: ['操作人', 'by'], action: ['操作', 'action'],
  target: ['目标', 'target'], state: ['状态', 'state'], firstAt: ['首次时间', 'first'], lastAt: ['最近时间', 'last'], 'place.name': ['地点', 'place'],
  'place.county': ['区县', 'county'], 'place.device': ['设备', 'device'], audiences: ['对象部门', 'audiences'], provisional: ['待确认', 'provisional'],
  assignee: ['承办', 'assignee'], due: ['期限', 'due'], clue: ['线索', 'clue'], username: ['用户名', 'user name'], name: ['姓名', 'name'],
  role: ['角色', 'role'], enterpriseId: ['企业', 'enterprise'], counties: ['区县', 'counties'], disabled: ['已停用', 'disabled'],
  expires: ['到期', 'expires'], createdBy: ['创建人', 'made by'], detail: ['详情', 'detail'], plateNumber: ['号牌号码', 'plate number'], plateColor: ['号牌颜色', 'plate colour'],
  validFrom: ['生效时间', 'valid from'], validTo: ['失效时间', 'valid to'], version: ['版本', 'version'], nameZh: ['名称', 'name (Chinese)'],
  nameEn: ['英文名称', 'name (English)'], vehicleType: ['车辆类型', 'vehicle type'], fuel: ['燃料', 'fuel'], stage: ['排放阶段', 'stage'],
  useNature: ['使用性质', 'use'], totalMass: ['总质量 kg', 'total mass kg'], firstRegistered: ['初次登记', 'first registered'],
  enterpriseName: ['企业名称', 'enterprise name'], online: ['在线', 'online'], lastHeard: ['最近上报', 'last heard'], queued: ['待传', 'queued'],
  dropped: ['已丢弃', 'dropped'], firmware: ['固件', 'firmware'], 'transmission.today': ['今日传输率 %', 'transmission today %'],
  'transmission.yesterday': ['昨日传输率 %', 'transmission yesterday %'], clockSkew: ['时钟偏差 s', 'clock skew s'], calibratedUntil: ['检定有效期至', 'calibrated until'],
  gate: ['门禁', 'gate'], gateName: ['门禁名称', 'gate name'], direction: ['进出', 'direction'], 'plate.number': ['号牌号码', 'plate'],
  'plate.color': ['号牌颜色', 'plate colour'], recognition: ['识别结果', 'recognition'], read: ['原始识读', 'as read'], newEnergy: ['新能源', 'new-energy'],
  carriedBy: ['运输方式', 'carried by'], 'cargo.name': ['货物', 'cargo'], 'cargo.tonnes': ['货物重量 t', 'cargo t'],
  'photos.missing': ['缺少照片', 'photos missing'], 'photos.present': ['照片', 'photos'], 'photos.uploaded': ['已上传照片数', 'photos uploaded'],
  'decision.decision': ['门禁决定', 'decision'], 'decision.ref': ['凭条号', 'reference'], 'release.mode': ['放行方式', 'release'],
  'release.operator': ['放行人', 'released by'], 'release.reason': ['放行原因', 'reason of release'], forced: ['强制放行', 'forced'],
  againstDecision: ['违反决定放行', 'against the decision'], 'pairing.state': ['进出配对', 'pairing'], 'pairing.other.at': ['对应进出时间', 'time of the other'],
  'pairing.minutes': ['在厂分钟', 'minutes inside'], 'entry.at': ['进厂时间', 'entry'], 'entry.gateName': ['进厂门禁', 'entry gate'],
  'exit.at': ['出厂时间', 'exit'], minutes: ['在厂分钟', 'minutes inside'], inside: ['在厂', 'inside'], site: ['场所', 'site'], siteName: ['场所名称', 'site name'],
  registrationCode: ['环保登记号码', 'registration code'], registered: ['已登记', 'registered'], machineryKind: ['机械种类', 'machinery kind'], owner: ['所有人', 'owner'],
  minStage: ['场所最低阶段', 'stage the site asks'], declared: ['已申报', 'declared'], 'declaration.from': ['申报自', 'declared from'], 'declaration.to': ['申报至', 'declared to'],
  month: ['月份', 'month'], revision: ['修订号', 'revision'], asOf: ['数据截至', 'as of'], industry: ['行业', 'industry'], 'rank.place': ['排名', 'rank'], 'rank.of': ['参评数', 'ranked'],
  'figures.auditShare': ['清洁运输比例（核查）%', 'audit share %'], 'figures.weighedShare': ['清洁运输比例（实重）%', 'weighed share %'],
  'figures.stage6Share': ['国六公路比例 %', 'stage-6 share %'], 'figures.tonnes.total': ['总运量 t', 'total t'], 'figures.tonnes.clean': ['清洁运量 t', 'clean t'],
  'figures.tonnes.rail': ['铁路 t', 'rail t'], 'figures.tonnes.water': ['水路 t', 'water t'], 'figures.tonnes.pipe': ['管道 t', 'pipe t'],
  'figures.tonnes.conveyor': ['皮带廊 t', 'conveyor t'], 'figures.tonnes.newEnergy': ['新能源公路 t', 'new-energy road t'],
  'figures.tonnes.stage6': ['国六公路 t', 'stage-6 road t'], 'figures.tonnes.otherRoad': ['其他公路 t', 'other road t'], 'figures.tonnes.estimated': ['未称重公路（估算）t', 'road not weighed (estimated) t'],
  'figures.passages.refused': ['拒绝次数', 'refused'], 'figures.passages.forced': ['强制放行次数', 'forced'], 'figures.transmission.percent': ['传输率 %', 'transmission %'],
  'figures.photos.missing': ['缺照片记录数', 'rows without photos'], 'figures.pairing.percent': ['配对率 %', 'pairing %'], 'figures.cargo.percent': ['货物完整率 %', 'cargo complete %'],
  'figures.quality.percent': ['数据质量 %', 'data quality %'], 'figures.proposes': ['核查建议', 'proposed'], cleanTransport: ['清洁运输结论', 'clean transport'],
  'monthOnMonth.change': ['环比（百分点）', 'month on month (points)'], digest: ['摘要', 'digest'], source: ['来源', 'source'], value: ['计入值', 'value'], estimated: ['估算', 'estimated'],
  'ledger.plate.number': ['号牌号码', 'plate'], 'ledger.plate.color': ['号牌颜色', 'plate colour'], 'ledger.direction': ['进出', 'direction'], 'ledger.stage': ['排放阶段', 'stage'],
  'ledger.gateName': ['门禁名称', 'gate name'], 'ledger.cargo.name': ['货物', 'cargo'], 'ledger.cargo.tonnes': ['货物重量 t', 'cargo t'], 'delivery.mode': ['方式', 'mode'],
  'delivery.cargo': ['货物', 'cargo'], 'delivery.direction': ['进出', 'direction'], 'arrival.ref': ['凭条号', 'reference'], 'arrival.gate': ['到达门禁', 'arrival gate'],
  'arrival.plate': ['到达车辆', 'arriving vehicle'], 'arrival.reason.zh': ['拒绝理由', 'reason in Chinese'], 'arrival.reason.en': ['拒绝理由（英文）', 'reason in English'],
  'passage.gate': ['通行门禁', 'passage gate'], 'passage.plate': ['通行车辆', 'passing vehicle'], 'passage.release': ['放行方式', 'release'],
  'passage.operator': ['放行人', 'released by'], 'passage.reason': ['放行原因', 'reason of release'],
  warnings: ['警告数', 'warnings'], codes: ['判定代码', 'codes'], 'last.zh': ['最近判定', 'last in Chinese'], 'last.en': ['最近判定（英文）', 'last in English'],
  job: ['任务', 'job'], createdAt: ['提出时间', 'asked for'], params: ['参数', 'parameters'], done: ['已完成', 'looked at'], total: ['总数', 'of'], error: ['错误', 'error'], endedAt: ['结束时间', 'ended'],
  'last.id': ['结果编号', 'finding'], lastFinding: ['最近判定', 'last finding'], lane: ['车道', 'lane'], pictures: ['规定照片', 'required photos'],
  unnamed: ['未引用的照片', 'photos not named'], 'dispute.text': ['异议理由', 'reasons of the dispute'], 'dispute.at': ['异议时间', 'contested'],
  'dispute.answer.outcome': ['答复结果', 'answer'], 'dispute.answer.reason': ['答复理由', 'reasons of the answer'],
}; // prettier-ignore

const columns = (fields: string[]): Column[] =>
  fields.map((field) => ({ field, zh: NAMES[field]?.[0] ?? field, en: NAMES[field]?.[1] ?? field }));

export const LIST_COLUMNS: Record<ListName, Column[]> = {
  observations: columns(['kind', 'device', 'id', 'message', 'at', 'receivedAt', 'recordedAt', 'backfill', 'recognition.outcome', 'recognition.plate.number', 'recognition.plate.color', 'recognition.vin', 'invalid', 'enterprise', 'county', 'payload']),
  findings: columns(['id', 'at', 'recordedAt', 'rule', 'code', 'severity', 'proposal', 'status', 'plate', 'vin', 'device', 'enterprise', 'county', 'subject', 'count', 'zh', 'en', 'measured', 'limit', 'basis', 'policyVersion', 'alertId', 'dispute.text', 'dispute.at', 'dispute.answer.outcome', 'dispute.answer.reason']),
  decisions: columns(['ref', 'at', 'recordedAt', 'decision', 'vehicle.number', 'vehicle.color', 'vehicle.stage', 'control.level', 'reasons', 'observation', 'published', 'findings', 'enterprise', 'policyVersion']),
  'dead-letters': columns(['id', 'device', 'at', 'code', 'message', 'bytes', 'sha256', 'raw']),
  'audit-log': columns(['id', 'at', 'by', 'action', 'target', 'detail']),
}; // prettier-ignore

export const LEDGER_COLUMNS: Record<LedgerName, Column[]> = {
  transport: columns(['id', 'at', 'recordedAt', 'enterprise', 'county', 'gate', 'gateName', 'direction', 'plate.number', 'plate.color', 'recognition', 'read', 'vin', 'vehicleType', 'fuel', 'stage', 'newEnergy', 'carriedBy', 'cargo.name', 'cargo.tonnes', 'photos.present', 'photos.missing', 'photos.uploaded', 'decision.decision', 'decision.ref', 'release.mode', 'release.operator', 'release.reason', 'forced', 'againstDecision', 'pairing.state', 'pairing.other.at', 'pairing.minutes', 'findings']),
  'in-plant': columns(['id', 'enterprise', 'county', 'plate.number', 'plate.color', 'recognition', 'read', 'vin', 'vehicleType', 'fuel', 'stage', 'newEnergy', 'entry.at', 'entry.gateName', 'exit.at', 'minutes', 'state', 'inside', 'cargo.name', 'cargo.tonnes']),
  machinery: columns(['id', 'at', 'recordedAt', 'enterprise', 'county', 'site', 'siteName', 'direction', 'registrationCode', 'registered', 'machineryKind', 'stage', 'owner', 'minStage', 'declared', 'declaration.from', 'declaration.to', 'findings']),
}; // prettier-ignore

export const ACCOUNT_COLUMNS = columns(['enterprise', 'enterpriseName', 'county', 'industry', 'month', 'revision', 'state', 'asOf', 'rank.place', 'rank.of', 'figures.auditShare', 'monthOnMonth.change', 'figures.weighedShare', 'figures.stage6Share', 'figures.tonnes.total', 'figures.tonnes.clean', 'figures.tonnes.rail', 'figures.tonnes.water', 'figures.tonnes.pipe', 'figures.tonnes.conveyor', 'figures.tonnes.newEnergy', 'figures.tonnes.stage6', 'figures.tonnes.otherRoad', 'figures.tonnes.estimated', 'figures.passages.refused', 'figures.passages.forced', 'figures.transmission.percent', 'figures.photos.missing', 'figures.pairing.percent', 'figures.cargo.percent', 'figures.quality.percent', 'figures.proposes', 'cleanTransport', 'digest']); // prettier-ignore
export const ACCOUNT_ROW_COLUMNS = columns(['source', 'id', 'at', 'value', 'estimated', 'ledger.plate.number', 'ledger.plate.color', 'ledger.stage', 'ledger.direction', 'ledger.gateName', 'ledger.cargo.name', 'ledger.cargo.tonnes', 'delivery.mode', 'delivery.cargo', 'delivery.direction', 'arrival.gate', 'arrival.plate', 'arrival.ref', 'arrival.reason.zh', 'arrival.reason.en', 'passage.gate', 'passage.plate', 'passage.release', 'passage.operator', 'passage.reason']); // prettier-ignore
export const ALERT_COLUMNS = columns(['id', 'state', 'severity', 'rule', 'code', 'firstAt', 'lastAt', 'count', 'vehicle.number', 'vehicle.color', 'vehicle.stage', 'place.name', 'place.device', 'place.county', 'enterprise', 'provisional', 'audiences', 'assignee', 'due', 'findings', 'clue']); // prettier-ignore
export const PHOTO_COLUMNS = columns(['id', 'at', 'receivedAt', 'enterprise', 'gate', 'gateName', 'lane', 'direction', 'plate.number', 'plate.color', 'state', 'due', 'finding', 'pictures', 'unnamed']); // prettier-ignore
export const UREA_COLUMNS = columns([
  'plate',
  'vin',
  'stage',
  'findings',
  'warnings',
  'codes',
  'lastAt',
  'last.zh',
  'last.en',
  'last.id',
]);
export const USER_COLUMNS = columns(['username', 'name', 'role', 'enterpriseId', 'counties', 'disabled']);
export const POLICY_COLUMNS = columns(['version', 'titleZh', 'titleEn', 'state', 'builtIn', 'inForce', 'rev', 'draftedBy', 'draftedAt', 'writers', 'activatedBy', 'from', 'recordedAt']); // prettier-ignore
export const DEVICE_HEALTH_COLUMNS = columns(['kind', 'id', 'nameZh', 'enterprise', 'enterpriseName', 'county', 'online', 'lastHeard', 'queued', 'dropped', 'firmware', 'transmission.today', 'transmission.yesterday', 'clockSkew', 'calibratedUntil', 'findings']); // prettier-ignore
export const JOB_COLUMNS = columns(['job', 'kind', 'by', 'createdAt', 'params', 'state', 'done', 'total', 'error', 'endedAt']);
export const JOB_ROW_COLUMNS = columns(['at', 'what', 'observation', 'plate', 'enterprise', 'county', 'rule', 'code', 'before', 'after', 'tonnes', 'finding']); // prettier-ignore
export const TOKEN_COLUMNS = columns(['id', 'name', 'role', 'enterpriseId', 'counties', 'expires', 'createdBy']);

/** The collection's own fields, so that an export can be imported again, and its version. */
export function registryColumns(collection: Collection): Column[] {
  const fields = Object.keys(ROW_SCHEMAS[collection].shape).filter((field) => field !== 'secret');
  return columns([...fields, 'version']);
}
