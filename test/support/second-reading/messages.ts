import { createRandom, type Random } from '../../../devices/simulators/city/random.ts';
import type { Country } from './country.ts';
import { CODES, COLORS, NUMBERS, opt, PLACES, VINS } from './edges.ts';
import { DAY, HOUR, MINUTE } from './registry.ts';
import type { Body, Told } from './words.ts';

/** Messages about the edges of a country, in the order in which they come in; each after everything that was recorded by then. */
export function messagesOf({ moments, recorded }: Country, seed: number, count: number): Told[] {
  const random = createRandom(seed + 7919);
  const last = Math.max(...moments);
  const coming = [...recorded.map((r) => r.at), last + HOUR, last + 9 * HOUR, last + 2 * DAY];
  const told: Told[] = [];
  const arrivals: { deviceId: string; id: string }[] = [];
  for (let i = 0; i < count; i++) {
    const id = `m${i}`;
    const at = random.pick(moments) + random.pick([0, 0, 0, 1, HOUR, -5 * HOUR, random.int(0, DAY)]);
    const soon = Math.max(at, coming[0]!);
    const receivedAt = random.pick(coming.filter((t) => t >= soon).concat(soon, soon + 200));
    const body: Body = { id, at: new Date(at).toISOString(), ...(receivedAt > at + MINUTE && { backfill: true }), ...opt('clock', random.chance(0.08) ? 'unsynced' : undefined) }; // prettier-ignore
    const kind = random.pick([
      'gate',
      'gate',
      'gate',
      'checkpoint',
      'checkpoint',
      'remote-sensing',
      'on-board',
      'machinery-gate',
    ]);
    const plate = { plate: plateOf(random) };
    const seen = opt('seen', random.chance(0.4) ? { vehicleType: random.pick(SEEN) } : undefined);
    const add = (deviceId: string, message: string, more: Body) => told.push({ kind, deviceId, message, id, at, receivedAt, knownBy: receivedAt, body: { ...body, ...more } }); // prettier-ignore
    if (kind === 'gate') {
      const deviceId = random.pick(['g1', 'g2', 'g3', 'g4', 'g5', 'g6']);
      const direction = random.pick(['in', 'in', 'out']);
      if (random.chance(0.5)) {
        arrivals.push({ deviceId, id });
        add(deviceId, 'arrival', { direction, ...plate, ...seen });
      } else {
        const named = random.chance(0.5) ? random.pick([...arrivals, { deviceId, id: `m${i + 1}` }]) : undefined;
        add(named?.deviceId ?? deviceId, 'passage', { direction, outcome: random.pick(['passed', 'turned-back']), ...opt('arrivalId', named?.id), ...plate, ...seen }); // prettier-ignore
      }
    } else if (kind === 'checkpoint') add(random.pick(['c1', 'c2', 'c3']), 'sighting', { ...plate, ...seen });
    else if (kind === 'remote-sensing')
      add(random.pick(['s1', 's2']), 'reading', { ...plate, speed: 40, acceleration: 0.5, measured: { co2: 12 } });
    else if (kind === 'machinery-gate')
      add(random.pick(['site1', 'site2']), 'passage', { direction: random.pick(['in', 'out']), registrationCode: random.pick(CODES) }); // prettier-ignore
    else {
      const samples = Array.from({ length: random.int(1, 4) }, () => {
        const then = at - random.pick([0, 1, MINUTE, 6 * HOUR, 12 * HOUR, DAY]);
        return { at: new Date(then).toISOString(), ...(random.chance(0.9) && random.pick(PLACES)) };
      });
      add(random.pick(VINS), 'telemetry', { samples });
    }
  }
  return told.sort((a, b) => a.receivedAt - b.receivedAt);
}

const SEEN = ['goods', 'passenger', 'trailer', 'special', 'H11', 'k33', 'B', 'Q1', 'truck', 'machinery', 'B11', 'Z5'];

/** A plate as cameras misread, mis-spell and mis-colour it. */
function plateOf(random: Random): Body {
  const number = random.chance(0.85) ? random.pick(NUMBERS) : random.pick(['', '无牌', '晋H9999挂', '使123456', 'WJ晋1234X', '军A12345', '晋H12', '粤Z1234港', '😀H12345', '晋X1234应急', '晋h9o9i9']); // prettier-ignore
  const place = random.int(2, Math.max(2, [...number].length - 1));
  const changed = (to: (ch: string) => string) => [...number].map((ch, i) => (i === place ? to(ch) : ch)).join('');
  const group = (ch: string) => GROUPS.find((g) => g.includes(ch)) ?? ch;
  const read = random.pick([
    () => number,
    () => number,
    () => number,
    () => changed((ch) => random.pick([...group(ch)])),
    () => changed((ch) => random.pick([...group(ch)])),
    () => changed(() => '7'),
    () => ` ${number.slice(0, 2)}·${number.slice(2).toLowerCase()}\u200b`,
    () => number.replaceAll('0', 'О').replaceAll('1', 'І').replaceAll('A', 'а'),
    () => [...number].map((ch) => (ch > ' ' && ch < '\x7f' ? String.fromCharCode(ch.charCodeAt(0) + 0xfee0) : ch)).join(''),
  ])();
  return {
    number: read,
    color: random.chance(0.7) ? 'yellow' : random.pick([...COLORS, 'other', 'yellow-green']),
    ...opt('type', random.chance(0.05) ? '15' : random.chance(0.1) ? '01' : undefined),
  };
}

const GROUPS = ['0DQ', '8B', '2Z', '5S', '17TL', '6G', '4A', 'MN', 'VY', 'UJ'];
