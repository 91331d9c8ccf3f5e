/** Texts of the screen at the barrier; they come with it and burden no other page. */
const zh = {
  title: '门禁显示屏',
  waiting: '等待车辆',
  level: { none: '常态管控', yellow: '黄色应急响应', orange: '橙色应急响应', red: '红色应急响应' },
  until: '至 {at}',
  word: { admit: '允许通行', review: '等待复核', refuse: '禁止通行' },
  lane: '{lane} 车道',
  direction: { in: '进厂', out: '出厂' },
  admitted: '符合管控要求',
  away: '通信中断',
  awaySince: '自 {at} 起 · 以道闸本机判定为准，请听从现场指挥',
  gateAway: '门禁离线',
  gateAwaySince: '自 {at} 起 · 门禁按本机保存的政策判定',
  noToken: '此屏幕尚未授权',
  noTokenText: '请由管理员为本门禁生成显示令牌，并打开 /display/{gate}#token=…',
  refused: '令牌无效、已过期，或不属于本门禁',
};

const en: typeof zh = {
  title: 'Gate display',
  waiting: 'Waiting for a vehicle',
  level: { none: 'Regular control', yellow: 'Yellow response', orange: 'Orange response', red: 'Red response' },
  until: 'until {at}',
  word: { admit: 'ENTER', review: 'WAIT', refuse: 'NO ENTRY' },
  lane: 'Lane {lane}',
  direction: { in: 'In', out: 'Out' },
  admitted: 'Meets the requirements',
  away: 'LINE DOWN',
  awaySince: 'since {at} · the barrier decides by itself; follow the staff',
  gateAway: 'GATE OFFLINE',
  gateAwaySince: 'since {at} · the gate decides by the policy it keeps',
  noToken: 'This screen has no right to show a gate yet',
  noTokenText: 'An administrator makes a display token for this gate; open /display/{gate}#token=…',
  refused: 'The token is not valid, has expired, or is of another gate',
};

export const displayWords = { 'zh-CN': zh, en };
