import { formatInstant, MINUTE } from '../../contract/instant.ts';
import type { CityDay } from '../city/day.ts';
import type { CityEvent, Truth, Visit } from '../city/events.ts';
import { createRandom } from '../city/random.ts';
import type { Registry } from '../city/registry.ts';
import { hash } from './noise.ts';
import type { Role } from './scene.ts';

/** One picture a camera is to take. */
export interface Shot {
  role: Role;
  /** Device ms by which its upload is late; `never` for one that is named and never brought. */
  after: number | 'never';
}

export type Photographed = Visit | Extract<CityEvent, { type: 'message' }>;

/** What every gate of the city is required to take. */
export const REQUIRED: Role[] = ['head', 'plate'];
/** Shares of what goes wrong. */
const MISSED = 0.012;
const NEVER = 0.02;
const LATE = 0.06;

const CAMERAS: Partial<Record<string, Role[]>> = {
  checkpoint: ['vehicle', 'plate'],
  'remote-sensing': ['vehicle', 'plate'],
  'machinery-gate': ['vehicle'],
};

const rolesOf = (event: Photographed): Role[] =>
  event.type === 'visit' ? [...REQUIRED, event.direction === 'out' ? 'cargo' : 'vehicle'] : (CAMERAS[event.kind] ?? []);

/** Which pictures a camera takes of an event, and what becomes of them. Pure and cheap: nothing is drawn. */
export function planShots(seed: number, event: Photographed): Shot[] {
  const device = event.type === 'visit' ? event.gate : event.device;
  const random = createRandom(hash(`${seed} ${device} ${event.at} photos`));
  const shots: Shot[] = [];
  for (const role of rolesOf(event)) {
    const missed = random.chance(MISSED);
    const after = random.chance(NEVER) ? 'never' : random.chance(LATE) ? Math.round(random.between(2, 25) * MINUTE) : 0;
    if (!missed) shots.push({ role, after });
  }
  return shots;
}

/** The registry of a city whose gates must take pictures. */
export function requirePictures(registry: Registry): Registry {
  const devices = (registry.devices ?? []).map((row) => (row.kind === 'gate' ? { ...row, requiredPhotos: REQUIRED } : row));
  return { ...registry, devices };
}

/** What is to be found of the pictures of a day: required ones that were not taken, or never brought; late ones are honest. */
export function pictureTruth(day: CityDay): Truth[] {
  const truth: Truth[] = [];
  for (const event of day.events) {
    if (event.type !== 'visit') continue;
    const shots = planShots(day.seed, event).filter(({ role }) => REQUIRED.includes(role));
    const about = {
      rule: 'gate-ledger',
      plate: { number: event.plate.number, color: event.plate.color },
      vin: event.who,
      device: { kind: 'gate', id: event.gate },
      enterprise: event.enterpriseId,
      from: formatInstant(event.at),
      to: formatInstant(event.at + event.passAfter + 5 * MINUTE),
    } as const;
    const info = { truth: 'expected', severity: 'info', ...about } as const;
    const names = (list: readonly Shot[]) => list.map(({ role }) => role).join(', ');
    const never = shots.filter(({ after }) => after === 'never');
    const late = shots.filter(({ after }) => after !== 'never' && after > 0);
    if (shots.length < REQUIRED.length) truth.push({ ...info, code: 'photo-missing', why: 'a camera did not fire' });
    // Of a trailer it is not asked what became of its pictures.
    if (event.plate.type === '15' || event.plate.number.endsWith('挂')) continue;
    if (never.length > 0)
      truth.push({ ...info, code: 'photo-not-uploaded', pending: '24h', why: `never uploaded: ${names(never)}` });
    else if (late.length > 0)
      truth.push({ truth: 'honest', code: 'photo-not-uploaded', ...about, why: `uploaded late: ${names(late)}` });
  }
  return truth;
}
