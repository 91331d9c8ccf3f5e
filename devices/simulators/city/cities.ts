import { between, bypassOf, NODES, ZONE_RING, type CityMap, type OffRoad, type Point, type Town } from './map.ts';
import { placesOf, ROLES, type Enterprise, type Places, type Role } from './places.ts';
import { createRandom, type Random } from './random.ts';

/** A city in which a day can be played: Xinzhou, another by name, or one invented from any word. */
export interface City extends CityMap, Places {
  name: string;
  nameZh: string;
  /** Six digits that stand for the whole city, GB/T 2260. */
  code: string;
  /** How its own plates begin. */
  prefix: string;
  /** How the plates of others begin. */
  outside: string[];
  /** Counties under the orange response, and those of the rest. */
  responding: string[];
  enterprise(id: string): Enterprise;
  offRoad(place: Town | OffRoad | string): OffRoad;
}

interface Spec {
  nameZh: string;
  code: string;
  prefix: string;
  outside: string[];
  /** The counties in which responses are announced, and the others: both at least one. */
  responding: string[];
  others: string[];
  nodes: Record<Town, Point>;
  turn?: (offset: Point) => Point;
  roles: readonly Role[];
}

/** Towns whose county takes part in the response; all others lie in the rest. */
const RESPONDING: Partial<Record<Town, number>> = {
  centre: 0, ringN: 0, ringNE: 0, ringE: 0, ringSE: 0, ringS: 0, ringSW: 0, ringW: 0, ringNW: 0, taiyuan: 0, dingxiang: 1, yuanping: 2,
}; // prettier-ignore
const OTHERS: Partial<Record<Town, number>> = {
  ningwu: 0, jingle: 1, dai: 2, fanshi: 3, hequ: 4, wutai: 5, wuzhai: 6, kelan: 6, shenchi: 7, baode: 8, pianguan: 9,
}; // prettier-ignore

const XINZHOU: Omit<Spec, 'nodes' | 'turn' | 'roles'> = {
  nameZh: '忻州',
  code: '140900',
  prefix: '晋H',
  outside: ['晋A', '晋B', '晋K', '冀A', '冀F', '蒙A', '陕K', '京A'],
  responding: ['140902', '140921', '140981'],
  others: ['140925', '140926', '140923', '140924', '140930', '140922', '140928', '140927', '140931', '140932'],
};
/** Other cities by name; their map and enterprises are invented from the name. */
const KNOWN: Record<string, Omit<Spec, 'nodes' | 'turn' | 'roles'> & { centre: Point }> = {
  yangquan: {
    nameZh: '阳泉', code: '140300', prefix: '晋C', outside: ['晋A', '晋K', '冀A', '冀D', '京A', '晋H'],
    responding: ['140302', '140303'], others: ['140311', '140321', '140322'], centre: [113.58, 37.86],
  },
  tangshan: {
    nameZh: '唐山', code: '130200', prefix: '冀B', outside: ['冀C', '冀H', '津A', '京A', '辽P', '晋B'],
    responding: ['130202', '130203', '130207'], others: ['130208', '130209', '130224', '130227', '130283', '130281'], centre: [118.18, 39.63],
  },
}; // prettier-ignore

const PROVINCES = '冀鲁豫陕蒙辽皖苏鄂川';
const CODES: Record<string, string> = {
  冀: '13', 鲁: '37', 豫: '41', 陕: '61', 蒙: '15', 辽: '21', 皖: '34', 苏: '32', 鄂: '42', 川: '51',
}; // prettier-ignore

/** The city of a name: `xinzhou`, one of the known others, or one invented from the word. */
export function cityOf(name = 'xinzhou'): City {
  if (name === 'xinzhou') return build(name, { ...XINZHOU, nodes: NODES, roles: ROLES });
  const random = createRandom([...name].reduce((hash, c) => (Math.imul(hash, 31) + (c.codePointAt(0) ?? 0)) >>> 0, 7));
  const known = KNOWN[name] ?? invented(name, random);
  return build(name, { ...known, ...redrawn(known.centre, random), roles: remixed(random) });
}

function invented(name: string, random: Random): (typeof KNOWN)[string] {
  const province = random.pick([...PROVINCES]);
  const letters = [...'ABCDEFGHJ'];
  const own = random.pick(letters);
  const four = `${CODES[province]}${String(random.int(2, 13)).padStart(2, '0')}`;
  const counties = Array.from(
    { length: random.int(4, 10) },
    (_, i) => `${four}${String(i < 3 ? i + 2 : i + 18).padStart(2, '0')}`,
  );
  const many = random.int(1, 3);
  return {
    nameZh: `虚构市（${name}）`,
    code: `${four}00`,
    prefix: province + own,
    outside: [
      ...letters
        .filter((l) => l !== own)
        .slice(0, 4)
        .map((l) => province + l),
      '京A',
      '晋A',
    ],
    responding: counties.slice(0, many),
    others: counties.slice(many),
    centre: [random.between(104, 120), random.between(30, 41)],
  };
}

/** The towns turned around the centre, stretched a little, and moved: distances stay of the same order. */
function redrawn(centre: Point, random: Random): Required<Pick<Spec, 'nodes' | 'turn'>> {
  const angle = random.between(0, 2 * Math.PI);
  const scale = random.between(1, 1.15);
  const mirror = random.chance(0.5) ? -1 : 1;
  const [lon0, lat0] = NODES.centre;
  const cos0 = Math.cos((lat0 * Math.PI) / 180);
  const cos1 = Math.cos((centre[1] * Math.PI) / 180);
  const turn = ([dx, dy]: Point): Point => {
    const [x, y] = [dx * cos0 * mirror * scale, dy * scale];
    return [(x * Math.cos(angle) - y * Math.sin(angle)) / cos1, x * Math.sin(angle) + y * Math.cos(angle)];
  };
  const nodes = Object.fromEntries(
    Object.entries(NODES).map(([town, [lon, lat]]) => {
      const [x, y] = turn([lon - lon0, lat - lat0]);
      return [town, [Number((centre[0] + x).toFixed(6)), Number((centre[1] + y).toFixed(6))] as const];
    }),
  ) as unknown as Record<Town, Point>;
  return { nodes, turn };
}

const NAMES = [...'云河岭泉川峪源台关城湾塬'];
const HEAVY = ['steel', 'coal', 'mining', 'cement', 'chemical', 'nonferrous', 'casting', 'glass', 'building-materials'];

/** Other enterprises in the same parts: what the rules ask of a part stays, everything else is another. */
function remixed(random: Random): Role[] {
  const round = (low: number, high: number) => Math.round(random.between(low, high) / 10_000) * 10_000;
  const used = new Set<string>();
  return ROLES.map((role) => {
    let word = '';
    do word = random.pick(NAMES) + random.pick(NAMES);
    while (used.has(word));
    used.add(word);
    const planning = role.more?.planningArea === true;
    const light = role.industry === 'logistics' || role.industry === 'other';
    const industry = planning ? random.pick(['coking', 'power']) : light ? role.industry : random.pick(HEAVY);
    // Amounts at an edge stay there.
    const edge = [1_499_999, 1_500_000].includes(role.freight);
    const freight = edge ? role.freight : role.freight > 1_500_000 ? round(1_600_000, 6_000_000) : round(80_000, 1_400_000);
    const passes = role.passes <= 10 ? role.passes : random.int(40, 450);
    return { ...role, nameZh: `${word}公司（虚构）`, nameEn: `${role.id} works (invented)`, industry, freight, passes };
  });
}

function build(name: string, spec: Spec): City {
  const { nodes, turn, roles, responding, others } = spec;
  const countyOf = (town: Town) => {
    const inside = RESPONDING[town];
    const list = inside === undefined ? others : responding;
    return list[(inside ?? OTHERS[town] ?? 0) % list.length] as string;
  };
  // The zone keeps its place between the centre and the ring road, wherever that lies.
  const ring =
    nodes === NODES
      ? ZONE_RING
      : (['ringS', 'ringSE', 'ringE', 'ringNE', 'ringN', 'ringNW', 'ringW', 'ringSW'] as const).map((town) =>
          between(nodes.centre, nodes[town], 0.58),
        );
  const map: CityMap = { nodes, ring: ring.map(([lon, lat]) => [lon, lat] as const), bypass: bypassOf(nodes) };
  const places = placesOf(map, roles, countyOf, turn);
  const enterprise = (id: string) => {
    const found = places.enterprises.find((e) => e.id === id);
    if (!found) throw new Error(`no enterprise ${id}`);
    return found;
  };
  const { nameZh, code, prefix, outside } = spec;
  return {
    name, nameZh, code, prefix, outside, responding, ...map, ...places, enterprise,
    offRoad(place) {
      if (typeof place !== 'string') return place;
      return place in nodes ? { at: nodes[place as Town], node: place as Town } : enterprise(place);
    },
  }; // prettier-ignore
}
