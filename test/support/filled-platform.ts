import { civilDate } from '../../devices/contract/instant.ts';
import type { Policy } from '../../server/policy/types.ts';
import { picture } from './pictures.ts';
import type { PlatformProcess } from './platform.ts';
import { until } from './until.ts';

/** The clock's start of a platform that is to be filled: in the middle of a month. */
export const FILLED_AT = '2023-05-15T10:00:00+08:00';
export const PASSWORD = 'a long enough one';
const SECRET = 'secret-of-a-device-of-this-test';
const VIN = 'LXZTEST0000055555';
const DRAFT = 'stricter';
const BEFORE = '2023-01-01T00:00:00+08:00';
const PLACE = { county: '140921', lon: 112.95, lat: 38.49 };
const at = (minutes: number) => new Date(Date.parse(FILLED_AT) + minutes * 60_000).toISOString();

const truck = (plateNumber: string, plateColor: string, stage: string, more: object = {}) => ({
  plateNumber, plateColor, vin: `LXZTEST00000${plateNumber.slice(2, 7)}`, vehicleType: 'H17', fuel: 'B', stage, useNature: 'F', totalMass: 31_000,
  firstRegistered: '2019-03-20', status: 'in-use', ...more,
}); // prettier-ignore

const REGISTRY: Record<string, object[]> = {
  enterprises: [
    { id: 'E1', uscc: '911409020000000001', nameZh: '滹沱钢铁', nameEn: 'Hutuo Steel', industry: 'steel', annualFreight: 2_100_000, planningArea: false, dailyTruckPasses: 200, grade: 'B', cleanTransport: 'not-met', ...PLACE },
    { id: 'E2', uscc: '911409020000000002', nameZh: '忻府铝材', industry: 'nonferrous', annualFreight: 1_800_000, planningArea: false, dailyTruckPasses: 90, grade: 'C', cleanTransport: 'met', ...PLACE },
  ],
  devices: [
    { kind: 'gate', id: 'G1', nameZh: '东门', enterpriseId: 'E1', calibratedUntil: '2023-05-30', secret: SECRET, ...PLACE },
    { kind: 'remote-sensing', id: 'R1', nameZh: '北路遥测点', calibratedUntil: '2030-01-01', secret: SECRET, ...PLACE },
    { kind: 'machinery-gate', id: 'S1', nameZh: '和平街工地', minStage: 3, enterpriseId: 'E1', secret: SECRET, ...PLACE },
    { kind: 'on-board', id: VIN, nameZh: '终端', secret: SECRET },
  ],
  vehicles: [
    truck('晋H55555', 'yellow', '5', { vin: VIN, scr: true }),
    truck('晋H30003', 'yellow', '3', { firstRegistered: '2012-03-20', scrapDue: '2022-12-31' }),
    truck('晋H80001D', 'yellow-green', 'D', { fuel: 'C' }),
  ],
  zones: [
    { id: 'Z1', zoneKind: 'diversion', nameZh: '定襄绕行区', polygon: { type: 'Polygon', coordinates: [[[112.9, 38.45], [113, 38.45], [113, 38.52], [112.9, 38.52], [112.9, 38.45]]] }, edges: [{ index: 1, included: false }], validFrom: BEFORE },
  ],
  machinery: [{ registrationCode: 'JH-2', machineryKind: 'loader', stage: '2', owner: '甲', county: '140921', validFrom: BEFORE }],
  declarations: [{ siteId: 'S1', registrationCode: 'JH-2', from: '2023-05-01' }],
  deliveries: [{ id: 'D1', enterpriseId: 'E1', month: '2023-05', mode: 'rail', cargo: '焦炭', tonnes: 150, direction: 'out' }],
  responses: [
    { id: 'R1', level: 'orange', counties: ['140921'], start: at(-60), end: '2023-05-17T24:00:00+08:00', issuedBy: '忻州市重污染天气应急指挥部', reference: '忻气应急〔2023〕2号' },
  ],
}; // prettier-ignore
const USERS = [
  { username: 'li', name: '李晓燕', role: 'bureau' },
  { username: 'wang', name: '王志强', role: 'police' },
  { username: 'zhao', name: '赵明', role: 'enterprise', enterpriseId: 'E1' },
];

/** What was made, by its id; `arrive` lets a truck come to the gate G1 now. Users are `li`, `wang` and `zhao`, see `PASSWORD`. */
export interface Filled {
  alert: string;
  finding: string;
  job: string;
  draft: string;
  displayToken: string;
  /** The digest of a picture that was named and never came. */
  missingPhoto: string;
  arrive(): Promise<void>;
}

/** Fills a platform that began at `FILLED_AT` with a little of everything that a page of the console can show. */
export async function fillPlatform(platform: PlatformProcess): Promise<Filled> {
  const sessions = new Map<string, string>();
  let sent = 0;

  async function call<T>(who: string, method: string, path: string, body?: object | string, more: Record<string, string> = {}) {
    const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
    const answer = await fetch(`${platform.url}/api/v1${path}`, {
      method,
      headers: { cookie: sessions.get(who) ?? '', ...(body !== undefined && { 'content-type': type }), ...more },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return { json: (text === '' ? {} : JSON.parse(text)) as T, headers: answer.headers };
  }
  async function enter(username: string, password: string) {
    const { headers } = await call('', 'POST', '/session', { username, password });
    sessions.set(username, headers.get('set-cookie')?.split(';')[0] ?? '');
  }
  const authorization = (device: string) => ({ authorization: `Basic ${Buffer.from(`${device}:${SECRET}`).toString('base64')}` });
  const send = (device: string, message: string, body: object) =>
    call('', 'POST', `/devices/${device}/${message}`, { id: `m-${++sent}`, ...body }, authorization(device));
  const gate = (message: string, minutes: number, number: string, more: object = {}) =>
    send('gate/G1', message, { at: at(minutes), direction: 'in', lane: '1', plate: { number, color: number.endsWith('D') ? 'yellow-green' : 'yellow' }, ...more }); // prettier-ignore
  /** The first row that somebody sees in a list, as soon as there is one. */
  async function first<T>(who: string, list: string): Promise<T> {
    let row: T | undefined;
    await until(async () => (row = (await call<{ items: T[] }>(who, 'GET', list)).json.items[0]) !== undefined, 20_000);
    return row!;
  }

  await enter('admin', 'admin-of-a-test');
  for (const [collection, rows] of Object.entries(REGISTRY)) {
    const { json } = await call<{ rejected: number; errors: object[] }>('admin', 'PUT', `/registry/${collection}`, rows.map((row) => `${JSON.stringify(row)}\n`).join('')); // prettier-ignore
    if (json.rejected > 0) throw new Error(`${collection}: ${JSON.stringify(json.errors)}`);
  }
  for (const user of USERS) {
    await call('admin', 'POST', '/users', { ...user, password: PASSWORD });
    await enter(user.username, PASSWORD);
  }

  // A photo that came, and one that is waited for.
  const [there, away] = [await picture(1), await picture(2)];
  const image = (role: string, { sha256 }: typeof there) => ({ role, sha256, contentType: 'image/jpeg' });
  await gate('arrival', -50, '晋H30003', { images: [image('head', there), image('vehicle', away)] });
  await fetch(`${platform.url}/api/v1/images/${there.sha256}`, { method: 'PUT', headers: { ...authorization('gate/G1'), 'content-type': 'image/jpeg' }, body: new Uint8Array(there.bytes) }); // prettier-ignore
  await gate('passage', -49, '晋H30003', { outcome: 'passed', cargo: { name: '焦炭', tonnes: 30.5 }, release: { mode: 'forced', operator: '门卫乙', reason: '领导要求' } }); // prettier-ignore
  await gate('arrival', -40, '晋H55555');
  await gate('passage', -39, '晋H55555', { outcome: 'passed', cargo: { name: '焦炭', tonnes: 20 } });
  await gate('passage', -20, '晋H55555', { outcome: 'passed', direction: 'out' });
  await gate('passage', -30, '晋H80001D', { outcome: 'passed' });
  const plate = { number: '晋H55555', color: 'yellow' };
  await send('remote-sensing/R1', 'reading', { at: at(-3), plate, speed: 40, acceleration: 0.5, measured: { co2: 12, opacity: 45, no: 900 } }); // prettier-ignore
  await send('remote-sensing/R1', 'reading', { at: at(-2), plate, speed: 130, acceleration: 0.5, measured: { co2: 12, opacity: 12 } }); // prettier-ignore
  const samples = Array.from({ length: 30 }, (_, i) => ({ at: at(-6 + i / 6), speed: 50, fuelFlow: 25, reagent: 40, noxIn: 800, noxOut: 90 })); // prettier-ignore
  await send(`on-board/${VIN}`, 'telemetry', { at: samples.at(-1)!.at, samples });
  await send('machinery-gate/S1', 'passage', { at: at(-25), direction: 'in', registrationCode: 'JH-2' });
  // Of two years ago: a dead letter.
  await gate('arrival', -2 * 365 * 24 * 60, '晋H55555').then(
    () => Promise.reject(new Error('a message of two years ago was taken')),
    (refused: Error) => (refused.message.includes(': 422 ') ? undefined : Promise.reject(refused)),
  );

  const alert = await first<{ id: string; rev: number }>('wang', '/alerts');
  await call(
    'wang',
    'POST',
    `/alerts/${alert.id}/dispatch`,
    { assignee: 'wang', due: at(120) },
    { 'if-match': `"${alert.rev}"` },
  );
  const finding = await first<{ id: string }>('zhao', '/findings?rule=emission-standard&status=confirmed');
  await call('zhao', 'POST', `/findings/${encodeURIComponent(finding.id)}/dispute`, { text: '该车已更换，识别有误' });

  const { policy } = (await call<{ policy: Policy }>('li', 'GET', '/policies/xinzhou-2021')).json;
  policy.rules['emission-standard'].minAnnualFreightTonnes = 1_000_000;
  await call('li', 'POST', '/policies', { ...policy, version: DRAFT });
  const day = civilDate(Date.parse(FILLED_AT));
  const { job } = (await call<{ job: string }>('li', 'POST', '/what-if', { policy: DRAFT, from: `${day}T00:00:00+08:00`, to: FILLED_AT })).json; // prettier-ignore
  await until(async () => (await call<{ state: string }>('li', 'GET', `/jobs/${job}`)).json.state === 'done', 20_000);
  const { token } = (await call<{ token: string }>('admin', 'POST', '/tokens', { name: '东门屏', role: 'display', gateId: 'G1', expires: '2099-12-31' })).json; // prettier-ignore

  return {
    alert: alert.id,
    finding: finding.id,
    job,
    draft: DRAFT,
    displayToken: token,
    missingPhoto: away.sha256,
    async arrive() {
      const { json } = await call<{ at: string }>('', 'GET', '/time');
      await gate('arrival', 0, '晋H30003', { at: json.at });
    },
  };
}
