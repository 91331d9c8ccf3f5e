import { civilDate, HOUR, parseInstant } from '../../contract/instant.ts';
import type { Plate, PlateColor, Seen } from '../../contract/messages.ts';
import type { CityDay } from '../city/day.ts';
import type { Row } from '../city/registry.ts';
import { hash } from './noise.ts';
import type { Photographed } from './plan.ts';
import type { Body, Load, Place, Role, Scene, Subject, Weather } from './scene.ts';

/** Makes scenes of the events of a day. */
export interface Scenes {
  of(event: Photographed, role: Role): Scene;
}

/** Cargo that lies open or under a tarpaulin. */
const BULK = /煤|焦|矿|砂|粉|铝|泥/;
const HEADINGS = ['由南向北', '由西向东', '由北向南', '由东向西'];
const PLACES: Partial<Record<string, Place>> = { 'remote-sensing': 'station', 'machinery-gate': 'site' };

/** The shape of a vehicle of a class of GA 24.4, or by the colour of its plate where the class is unknown. */
function bodyOf(vehicleType: string | undefined, color: PlateColor, bulk: boolean): Body {
  const type = vehicleType ?? '';
  if (/^Q|^trailer/.test(type)) return 'tractor';
  if (/^H1[23]|^H2[23]|^Z/.test(type)) return 'box';
  if (/^H1[1789]|^H2/.test(type)) return bulk ? 'tipper' : 'fence';
  if (/^[HN]/.test(type)) return 'light';
  if (/^[KM]|^passenger/.test(type)) return 'car';
  return color === 'yellow' || color === 'yellow-green' ? 'tipper' : 'car';
}

function axlesOf(body: Body, mass: number): number {
  if (body === 'tractor') return mass > 43_000 ? 6 : mass > 35_000 ? 5 : 4;
  if (body === 'light' || body === 'car') return 2;
  return mass > 30_000 ? 4 : mass > 18_000 ? 3 : 2;
}

/**
 * @param day what the pictures are of; its registry tells names, classes and masses
 */
export function createScenes(day: Pick<CityDay, 'seed' | 'date' | 'dayStart' | 'registry' | 'events'>): Scenes {
  const rows = (collection: string): Row[] => day.registry[collection] ?? [];
  const devices = new Map(rows('devices').map((row) => [`${String(row.kind)}/${String(row.id)}`, row]));
  const byVin = new Map(rows('vehicles').map((row) => [String(row.vin), row]));
  const byPlate = new Map(rows('vehicles').map((row) => [`${String(row.plateNumber)},${String(row.plateColor)}`, row]));

  // It rains over the prefecture's county while its stations say so, so that a picture never contradicts a reading.
  const wet = day.events.flatMap((e) => {
    const weather =
      e.type === 'message' && e.kind === 'remote-sensing' ? (e.body.weather as { precipitation?: unknown }) : undefined;
    return weather?.precipitation === true ? [e.at] : [];
  });
  const rain = { from: Math.min(...wet), to: Math.max(...wet) };

  function weatherAt(county: string, at: number): Weather {
    const hour = (at - day.dayStart) / HOUR;
    const month = Number(day.date.slice(5, 7));
    const chance = (what: string) => hash(`${day.seed} ${civilDate(at)} ${county} ${what}`) % 100;
    if (county === '140902') {
      if (at >= rain.from && at <= rain.to) return 'rain';
    } else {
      if (hour < 8.5 && chance('fog') < 30) return 'fog';
      if (month >= 11 || month <= 2) if (hour > 16 && chance('snow') < 20) return 'snow';
    }
    return chance(`clouds ${Math.floor(hour / 4)}`) < 45 ? 'cloudy' : 'clear';
  }

  function weatherOf(event: Photographed, county: string): Weather {
    const said = event.type === 'message' ? (event.body.weather as { precipitation?: unknown; temperature?: number }) : undefined;
    if (said?.precipitation === true) return (said.temperature ?? 5) < 1 ? 'snow' : 'rain';
    const weather = weatherAt(county, event.at);
    return said && (weather === 'rain' || weather === 'snow') ? 'cloudy' : weather;
  }

  /** What the plate really says: of a plate read nearly right the vehicle's own, else what was read. */
  function truePlate(read: Plate, own: Row | undefined): { number: string; color: PlateColor } {
    const number = own && String(own.plateNumber);
    const slips = number?.length === read.number.length ? [...number].filter((c, i) => c !== read.number[i]).length : Infinity;
    if (number !== undefined && slips <= 1) return { number, color: own?.plateColor as PlateColor };
    return { number: read.number === '无牌' ? '' : read.number, color: read.color };
  }

  function loadOf(event: Photographed, look: string): Load {
    const dice = hash(`${day.seed} ${look} load`) % 100;
    if (event.type !== 'visit') return dice < 45 ? 'empty' : dice < 92 ? 'covered' : 'coal';
    const cargo = event.cargo?.name;
    if (cargo === undefined) return dice < 70 ? 'empty' : 'covered';
    if (!BULK.test(cargo)) return cargo.includes('钢') ? 'steel' : 'covered';
    return dice < 60 ? 'covered' : 'coal';
  }

  function subjectOf(event: Photographed): Subject {
    if (event.type === 'message' && event.kind === 'machinery-gate') {
      const number = String(event.body.registrationCode);
      return { number, color: 'other', body: 'machine', axles: 0, load: 'empty', look: number };
    }
    const read = (event.type === 'visit' ? event.plate : event.body.plate) as Plate;
    const seen = (event.type === 'visit' ? event.seen : event.body.seen) as Seen | undefined;
    const who = (event as { who?: string }).who;
    const row = (who === undefined ? undefined : byVin.get(who)) ?? byPlate.get(`${read.number},${read.color}`);
    const plate = truePlate(read, row);
    const look = who ?? (row ? String(row.vin) : plate.number);
    const type = seen?.vehicleType ?? (row && String(row.vehicleType));
    const load = loadOf(event, look);
    // What a truck is follows from the vehicle alone: the same at every camera.
    const body = bodyOf(type, plate.color, hash(`${look} body`) % 3 > 0);
    const mass = Number(row?.totalMass ?? 31_000 + (hash(look) % 18_000));
    return { ...plate, body, axles: axlesOf(body, mass), load: body === 'box' && load === 'coal' ? 'covered' : load, look };
  }

  function wordsOf(event: Photographed): string[] {
    if (event.type === 'visit') return [`车道${event.lane}`, event.direction === 'in' ? '入厂' : '出厂'];
    const { lane, heading, speed, direction } = event.body as {
      lane?: string;
      heading?: number;
      speed?: number;
      direction?: string;
    };
    return [
      ...(lane === undefined ? [] : [`车道${lane}`]),
      ...(heading === undefined ? [] : [HEADINGS[Math.round(heading / 90) % 4] ?? '']),
      ...(speed === undefined ? [] : [`${speed}km/h`]),
      ...(direction === undefined ? [] : [direction === 'in' ? '进场' : '出场']),
    ];
  }

  return {
    of(event, role) {
      const [kind, deviceId] = event.type === 'visit' ? ['gate', event.gate] : [event.kind, event.device];
      const row = devices.get(`${kind}/${deviceId}`);
      const barrier = event.type === 'visit' && !event.simple ? 'closed' : undefined;
      const said = event.type === 'message' && typeof event.body.at === 'string' ? parseInstant(event.body.at) : event.at;
      return {
        role,
        subject: subjectOf(event),
        place: kind === 'gate' ? 'gate' : (PLACES[kind] ?? 'road'),
        // The light is the sun's, whatever the device's clock says; a lost clock is off by less than shows.
        at: Math.floor(said),
        weather: weatherOf(event, String(row?.county ?? '')),
        deviceId,
        title: String(row?.nameZh ?? deviceId),
        words: wordsOf(event),
        ...(barrier && { barrier }),
      };
    },
  };
}
