import type { ABSENT_REASONS } from './format.ts';

/** The words of the readable pages of a package, beside those of the law (`server/http/contract/law`). */
export interface PageWords {
  lang: string;
  title: string;
  /** The page in the other language. */
  other: { href: string; lang: string; label: string };
  lead: string;
  taken: (at: string, name: string, role: string) => string;
  roles: Record<string, string>;
  sections: Record<'verdict' | 'decision' | 'decisions' | 'findings' | 'messages' | 'pictures' | 'facts' | 'policy' | 'chain' | 'verify' | 'absent', string>;
  fields: Record<
    | 'id' | 'rule' | 'status' | 'at' | 'recorded' | 'place' | 'plate' | 'vin' | 'enterprise' | 'proposal' | 'severity' | 'measured' | 'limit' | 'basis' | 'article'
    | 'policy' | 'validity' | 'withdrawn' | 'notes' | 'reference' | 'word' | 'reasons' | 'given' | 'published' | 'notPublished' | 'message' | 'device' | 'received'
    | 'late' | 'file' | 'digest' | 'version' | 'since' | 'state' | 'block' | 'blocks' | 'sealed' | 'head' | 'size' | 'root' | 'what' | 'reason' | 'waiting' | 'count',
    string
  >;
  status: Record<string, string>;
  severity: Record<string, string>;
  proposal: Record<string, string>;
  decision: Record<string, string>;
  notes: Record<'provisional' | 'retroactive' | 'disputed', string>;
  kinds: Record<string, string>;
  messages: Record<string, string>;
  colors: Record<string, string>;
  collections: Record<string, string>;
  absentWhat: Record<string, string>;
  absentReasons: Record<(typeof ABSENT_REASONS)[number], string>;
  leftOut: (n: number) => string;
  moreMessages: (n: number) => string;
  chain: string;
  waiting: (n: number) => string;
  noHead: string;
  steps: string[];
  sinceEver: string;
  still: string;
  none: string;
} // prettier-ignore

export const zh: PageWords = {
  lang: 'zh-CN',
  title: '证据包',
  other: { href: 'index.en.html', lang: 'en', label: 'English' },
  lead: '本文件包由清运（CleanHaul）平台导出，收录一条判定结果或门禁决定的全部依据：设备原始消息（收到时的字节）、当时的登记信息、所用政策版本及其法律依据、照片，以及证据链证明。本页由包内其他文件生成，仅供阅读；以 JSON 文件和照片为准。',
  taken: (at, name, role) => `导出时间 ${at}，导出人 ${name}（${role}）`,
  roles: { police: '公安交警', bureau: '生态环境', market: '市场监管', enterprise: '企业', auditor: '审计', owner: '平台所有者' },
  sections: {
    verdict: '判定结果', decision: '门禁决定', decisions: '当时的门禁决定', findings: '据以作出的判定结果', messages: '设备原始消息', pictures: '照片', facts: '当时的登记信息',
    policy: '政策版本', chain: '证据链', verify: '如何核验', absent: '未收录的内容',
  },
  fields: {
    id: '编号', rule: '规则', status: '状态', at: '发生时间', recorded: '记录时间', place: '地点', plate: '号牌', vin: '车辆识别代号', enterprise: '企业', proposal: '建议',
    severity: '级别', measured: '实测', limit: '限值', basis: '法律依据', article: '条款', policy: '政策版本', validity: '有效期', withdrawn: '撤回原因', notes: '说明',
    reference: '凭条号', word: '决定', reasons: '理由', given: '作出时间', published: '已下发门禁', notPublished: '未下发（补传或超时）', message: '消息', device: '设备',
    received: '收到', late: '断网补传', file: '文件', digest: '摘要（SHA-256）', version: '版本', since: '生效', state: '各次状态', block: '区块', blocks: '所在区块', sealed: '入链时间',
    head: '链首', size: '区块数', root: '根', what: '内容', reason: '原因', waiting: '尚未入链', count: '次数',
  },
  status: { pending: '待定', confirmed: '成立', withdrawn: '已撤回' },
  severity: { info: '提示', warning: '警告', critical: '严重' },
  proposal: { none: '不影响放行', review: '建议复核', refuse: '建议禁行' },
  decision: { admit: '放行', review: '复核', refuse: '禁行' },
  notes: { provisional: '暂定，尚可撤回', retroactive: '追溯判定，不用于处罚', disputed: '企业有异议，尚未答复' },
  kinds: { gate: '门禁', 'remote-sensing': '遥感监测点', checkpoint: '卡口', 'on-board': '车载终端', 'urea-pump': '尿素加注机', 'machinery-gate': '机械门禁' },
  messages: { arrival: '到达', passage: '通行', reading: '遥测', sighting: '过车', telemetry: '车载数据', fill: '加注' },
  colors: { blue: '蓝牌', yellow: '黄牌', white: '白牌', black: '黑牌', green: '绿牌', 'yellow-green': '黄绿牌', other: '其他颜色' },
  collections: {
    vehicles: '车辆', enterprises: '企业', devices: '设备', zones: '区域', permits: '通行许可', inspections: '检验与维修', responses: '应急响应', machinery: '机械',
    declarations: '进场申报', deliveries: '运量申报',
  },
  absentWhat: { observation: '原始消息', finding: '判定结果', image: '照片', fact: '登记信息', policy: '政策版本' },
  absentReasons: {
    'not-uploaded': '设备未上传', damaged: '存储的文件已损坏', 'not-stored': '库中没有', 'out-of-scope': '不在导出人的权限范围内', 'too-large': '超出文件包大小上限',
  },
  leftOut: (n) => `判定所用的时段内另有 ${n} 条消息未收录；平台可据全部消息重新判定。`,
  moreMessages: (n) => `另有 ${n} 条消息，见 observations 文件夹。`,
  chain: '每条消息、决定、判定结果的每次状态、所用登记信息和政策版本，入库后都写入只增不改的证据链。下列链首代表此前的全部内容：只要链首在平台之外留有一份（打印、公示、日志），其后任何改动都会被发现。',
  waiting: (n) => `${n} 个文件在导出时尚未入链（通常在十几秒内完成），请稍后重新导出以取得证明。`,
  noHead: '导出时证据链还没有区块。',
  steps: [
    '在平台控制台“证据核验”页放入本文件包，或调用 POST /api/v1/evidence/verify，逐项显示成立与否，并与平台自己的证据链、现存记录比对，重新判定。',
    '不连平台：在软件目录中运行 npm run verify-evidence -- 文件包.zip --head 区块数:根，根取自平台之外留存的链首。',
    '只核对文件是否完整：解压后运行 sha256sum -c SHA256SUMS。',
    '把上面的链首与打印或公示的链首比对；导出时可指定某次公示的链首（?head=区块数）。',
  ],
  sinceEver: '自始',
  still: '现行',
  none: '无',
}; // prettier-ignore

export const en: PageWords = {
  lang: 'en',
  title: 'Evidence package',
  other: { href: 'index.zh.html', lang: 'zh-CN', label: '中文' },
  lead: 'This package was taken from the platform CleanHaul. It holds everything a finding or a gate decision stands on: the messages of the devices as received, byte for byte, the registry’s entries as they were, the policy version with its legal bases, the pictures, and the proof that all of it is in the chain of evidence. This page is made of the other files, to be read; the JSON files and pictures are what counts.',
  taken: (at, name, role) => `Taken ${at} by ${name} (${role})`,
  roles: { police: 'traffic police', bureau: 'environment bureau', market: 'market regulator', enterprise: 'enterprise', auditor: 'auditor', owner: 'owner of the platform' },
  sections: {
    verdict: 'Finding', decision: 'Gate decision', decisions: 'What the gate was told', findings: 'Findings it was folded from', messages: 'Messages as received', pictures: 'Pictures',
    facts: 'Registry entries as they were', policy: 'Policy version', chain: 'Chain of evidence', verify: 'How to verify', absent: 'What is not in the package',
  },
  fields: {
    id: 'Id', rule: 'Rule', status: 'Status', at: 'When', recorded: 'Recorded', place: 'Where', plate: 'Plate', vin: 'VIN', enterprise: 'Enterprise', proposal: 'Proposal',
    severity: 'Severity', measured: 'Measured', limit: 'Limit', basis: 'Legal basis', article: 'Article', policy: 'Policy version', validity: 'Valid', withdrawn: 'Withdrawn because',
    notes: 'Notes', reference: 'Reference', word: 'Decision', reasons: 'Reasons', given: 'Made', published: 'sent to the gate', notPublished: 'not sent (late, or backfill)', message: 'Message',
    device: 'Device', received: 'Received', late: 'sent late', file: 'File', digest: 'SHA-256', version: 'Version', since: 'In force since', state: 'Its states', block: 'Block',
    blocks: 'Blocks', sealed: 'Sealed', head: 'Head', size: 'Blocks', root: 'Root', what: 'What', reason: 'Why', waiting: 'not in the chain yet', count: 'Count',
  },
  status: { pending: 'pending', confirmed: 'confirmed', withdrawn: 'withdrawn' },
  severity: { info: 'information', warning: 'warning', critical: 'critical' },
  proposal: { none: 'no effect on passage', review: 'review', refuse: 'refuse' },
  decision: { admit: 'admit', review: 'review', refuse: 'refuse' },
  notes: {
    provisional: 'provisional: may still be taken back', retroactive: 'made afterwards: not for penalties', disputed: 'contested by the enterprise, not answered yet',
  },
  kinds: { gate: 'Gate', 'remote-sensing': 'Remote-sensing station', checkpoint: 'Checkpoint', 'on-board': 'On-board terminal', 'urea-pump': 'Urea pump', 'machinery-gate': 'Machinery gate' },
  messages: { arrival: 'arrival', passage: 'passage', reading: 'reading', sighting: 'sighting', telemetry: 'telemetry', fill: 'fill' },
  colors: { blue: 'blue', yellow: 'yellow', white: 'white', black: 'black', green: 'green', 'yellow-green': 'yellow-green', other: 'other colour' },
  collections: {
    vehicles: 'Vehicle', enterprises: 'Enterprise', devices: 'Device', zones: 'Zone', permits: 'Permit', inspections: 'Inspection or repair', responses: 'Emergency response',
    machinery: 'Machine', declarations: 'Declaration', deliveries: 'Delivery',
  },
  absentWhat: { observation: 'message', finding: 'finding', image: 'picture', fact: 'registry entry', policy: 'policy version' },
  absentReasons: {
    'not-uploaded': 'the device has not brought it', damaged: 'the stored file is damaged', 'not-stored': 'not in the store', 'out-of-scope': 'beyond what its taker may see',
    'too-large': 'beyond the size of a package',
  },
  leftOut: (n) => `${n} more messages of the stretch that was judged are not in the package; the platform can judge again from all of them.`,
  moreMessages: (n) => `${n} more messages are in the folder observations.`,
  chain: 'Every message, decision, state of a finding, and every registry entry and policy version that was used, is written into a chain of evidence that only grows. A head of the chain speaks for everything before it: where a copy of it is kept outside the platform (printed, published, in a log elsewhere), no later change goes unnoticed.',
  waiting: (n) => `${n} files were not in the chain yet when the package was taken (it takes some seconds): take it again for their proof.`,
  noHead: 'The chain had no block when the package was taken.',
  steps: [
    'Drop the package on the page “Evidence” of the platform’s console, or POST it to /api/v1/evidence/verify: it says of every part whether it holds, compares it with the platform’s own chain and records, and judges again.',
    'Without the platform: npm run verify-evidence -- package.zip --head size:root, in the directory of the software, with a head that was kept outside the platform.',
    'Only whether the files are whole: unpack, then sha256sum -c SHA256SUMS.',
    'Compare the head above with a printed or published one; a package can be taken for a given head (?head=size).',
  ],
  sinceEver: 'ever',
  still: 'still in force',
  none: 'none',
}; // prettier-ignore
