import type { ListName } from '../audit/records.ts';
import { ROW_SCHEMAS } from './contract/registry.ts';
import type { Collection } from '../registry/types.ts';
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
}; // prettier-ignore

const columns = (fields: string[]): Column[] =>
  fields.map((field) => ({ field, zh: NAMES[field]?.[0] ?? field, en: NAMES[field]?.[1] ?? field }));

export const LIST_COLUMNS: Record<ListName, Column[]> = {
  observations: columns(['kind', 'device', 'id', 'message', 'at', 'receivedAt', 'recordedAt', 'backfill', 'recognition.outcome', 'recognition.plate.number', 'recognition.plate.color', 'recognition.vin', 'invalid', 'enterprise', 'county', 'payload']),
  findings: columns(['id', 'at', 'recordedAt', 'rule', 'code', 'severity', 'proposal', 'status', 'plate', 'vin', 'device', 'enterprise', 'county', 'subject', 'count', 'zh', 'en', 'measured', 'limit', 'basis', 'policyVersion', 'alertId']),
  decisions: columns(['ref', 'at', 'recordedAt', 'decision', 'vehicle.number', 'vehicle.color', 'vehicle.stage', 'control.level', 'reasons', 'observation', 'published', 'findings', 'enterprise', 'policyVersion']),
  'dead-letters': columns(['id', 'device', 'at', 'code', 'message', 'bytes', 'sha256', 'raw']),
  'audit-log': columns(['id', 'at', 'by', 'action', 'target', 'detail']),
}; // prettier-ignore

export const ALERT_COLUMNS = columns(['id', 'state', 'severity', 'rule', 'code', 'firstAt', 'lastAt', 'count', 'vehicle.number', 'vehicle.color', 'vehicle.stage', 'place.name', 'place.device', 'place.county', 'enterprise', 'provisional', 'audiences', 'assignee', 'due', 'findings', 'clue']); // prettier-ignore
export const USER_COLUMNS = columns(['username', 'name', 'role', 'enterpriseId', 'counties', 'disabled']);
export const POLICY_COLUMNS = columns(['version', 'titleZh', 'titleEn', 'state', 'builtIn', 'inForce', 'rev', 'draftedBy', 'draftedAt', 'activatedBy', 'from', 'recordedAt']); // prettier-ignore
export const DEVICE_HEALTH_COLUMNS = columns(['kind', 'id', 'nameZh', 'enterprise', 'enterpriseName', 'county', 'online', 'lastHeard', 'queued', 'dropped', 'firmware', 'transmission.today', 'transmission.yesterday', 'clockSkew', 'calibratedUntil', 'findings']); // prettier-ignore
export const JOB_ROW_COLUMNS = columns(['at', 'what', 'observation', 'plate', 'enterprise', 'county', 'rule', 'code', 'before', 'after', 'tonnes', 'finding']); // prettier-ignore
export const TOKEN_COLUMNS = columns(['id', 'name', 'role', 'enterpriseId', 'counties', 'expires', 'createdBy']);

/** The collection's own fields, so that an export can be imported again, and its version. */
export function registryColumns(collection: Collection): Column[] {
  const fields = Object.keys(ROW_SCHEMAS[collection].shape).filter((field) => field !== 'secret');
  return columns([...fields, 'version']);
}
