import {
  FUELS,
  STAGE_NAMES,
  USE_NATURES,
  VEHICLE_BODIES,
  VEHICLE_CLASSES,
  vehicleTypeName,
} from '../../devices/contract/codes.ts';
import {
  ACCOUNT,
  BASIS_MEMBERS,
  GENERAL,
  MEASURE_MEMBERS,
  REQUIREMENT_MEMBERS,
  RULES,
  UNITS,
  type NumberKind,
  type NumberSpec,
  type PartSpec,
  type Words,
} from './numbers.ts';
import type { Basis, Measure, VehiclePredicate } from './types.ts';

/** A policy in words: where in it something stands, and what a value says. Pure; for people who read Chinese or English. */

const words = (zh: string, en: string): Words => ({ zh, en });
const plain = (text: string): Words => words(text, text);

export const INDUSTRY_NAMES: Record<string, Words> = {
  power: words('电力', 'power'),
  coking: words('焦化', 'coking'),
  steel: words('钢铁', 'steel'),
  coal: words('煤炭', 'coal'),
  'coal-washing': words('洗煤', 'coal washing'),
  mining: words('矿山', 'mining'),
  cement: words('水泥', 'cement'),
  'building-materials': words('建材', 'building materials'),
  chemical: words('化工', 'chemical'),
  nonferrous: words('有色', 'non-ferrous metals'),
  casting: words('铸造', 'casting'),
  glass: words('玻璃', 'glass'),
  logistics: words('物流', 'logistics'),
  construction: words('建筑', 'construction'),
  other: words('其他', 'other'),
};
export const PROPOSAL_NAMES: Record<string, Words> = {
  none: words('只记录，不影响放行', 'recorded only'),
  review: words('复核', 'review'),
  refuse: words('禁行', 'refuse'),
};
export const LEVEL_NAMES: Record<string, Words> = {
  yellow: words('黄色', 'yellow'),
  orange: words('橙色', 'orange'),
  red: words('红色', 'red'),
};
export const COMPARISON_NAMES: Record<string, Words> = { '>': words('大于', 'more than'), '>=': words('不少于', 'at least') };
export const SIZE_NAMES: Record<string, Words> = {
  heavy: words('重型', 'heavy'),
  medium: words('中型', 'medium'),
  light: words('轻型', 'light'),
};
export const CLASS_NAMES: Record<string, Words> = {
  goods: words('货车', 'goods vehicles'),
  passenger: words('客车', 'passenger vehicles'),
  special: words('专项作业车', 'special-operation vehicles'),
  trailer: words('挂车', 'trailers'),
  'three-wheel': words('三轮汽车', 'three-wheeled vehicles'),
  motorcycle: words('摩托车', 'motorcycles'),
  tractor: words('拖拉机', 'tractors'),
  machinery: words('轮式机械', 'wheeled machinery'),
};

/** The names behind the members of a list, or of a choice, by kind; a member without one is its own name. */
const NAMES: Partial<Record<NumberKind, Record<string, Words>>> = {
  industries: INDUSTRY_NAMES,
  levels: LEVEL_NAMES,
  uses: USE_NATURES,
  classes: VEHICLE_CLASSES,
  bodies: VEHICLE_BODIES,
  'vehicle-classes': CLASS_NAMES,
  sizes: SIZE_NAMES,
  fuels: FUELS,
  proposal: PROPOSAL_NAMES,
  comparison: COMPARISON_NAMES,
};

/** The choices of a kind that is a list of words or one of them; undefined for every other. */
export function choicesOf(kind: NumberKind): Record<string, Words> | undefined {
  return NAMES[kind];
}

const NONE = words('（无）', '(none)');

/** A number as people write it, its thousands apart. */
const amount = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 8 }).replace('-', '−');

function withUnit(text: string, unit: string | undefined): Words {
  if (unit === undefined) return plain(text);
  const word = UNITS[unit];
  if (word) return words(`${text} ${word.zh}`, word.en === '' ? text : `${text} ${word.en}`);
  return unit === '%' ? words(`${text}%`, `${text} %`) : plain(`${text} ${unit}`);
}

/** The unit of a number beside its field; empty where it has none. */
export function unitOf({ unit }: Pick<NumberSpec, 'unit'>): Words {
  return unit === undefined ? plain('') : (UNITS[unit] ?? plain(unit));
}

/** A legal basis by its number and article: documents keep their Chinese names in both languages. */
export function basisName(basis: Pick<Basis, 'document' | 'number' | 'article'> | undefined, id: string): string {
  if (!basis) return id;
  return [basis.number === '' ? basis.document : basis.number, basis.article].filter((part) => part !== '').join(' ');
}

const stageName = (value: unknown): Words => (STAGE_NAMES as Record<string, Words>)[String(value)] ?? plain(String(value));
function upToStage(value: unknown): Words {
  const { zh, en } = stageName(value);
  return words(`${zh}及以下`, `${en} and below`);
}

function joined(parts: Words[], zh = '、', en = ', '): Words {
  return parts.length === 0 ? NONE : words(parts.map((p) => p.zh).join(zh), parts.map((p) => p.en).join(en));
}

/** One word of a list, or of a choice. */
export function wordOf(kind: NumberKind, value: unknown): Words {
  const text = String(value);
  const name = NAMES[kind]?.[text];
  if (name) return name;
  if (kind === 'types') {
    const type = vehicleTypeName(text);
    return type && !text.endsWith('*') ? words(`${type.zh} ${text}`, `${type.en} ${text}`) : plain(text);
  }
  return plain(text);
}

/** Which vehicles a predicate speaks of. */
export function predicateWords(predicate: VehiclePredicate): Words {
  const { classes = [], sizes = [], fuels = [], stageMax, types = [] } = predicate;
  const named = (kind: NumberKind, values: string[]) => values.map((value) => wordOf(kind, value));
  const said: Words[] = [];
  if (sizes.length > 0) {
    const names = joined(named('sizes', sizes), '、', ' and ');
    said.push(words(`${names.zh}货车`, `${names.en} goods vehicles`));
  }
  if (classes.length > 0 && !(sizes.length > 0 && classes.includes('goods')))
    said.push(joined(named('vehicle-classes', classes)));
  if (types.length > 0) said.push(joined(named('types', types)));
  if (fuels.length > 0) {
    const names = joined(named('fuels', fuels));
    said.push(words(`燃料含${names.zh}`, `burning ${names.en}`));
  }
  if (stageMax !== undefined) said.push(upToStage(stageMax));
  return said.length === 0 ? words('全部车辆', 'all vehicles') : joined(said, '，', ', ');
}

/** Whom a measure concerns, behind its own sentence. */
export function measureScope({ vehicles, bulkUnitsOnly }: Pick<Measure, 'vehicles' | 'bulkUnitsOnly'>): Words {
  const { zh, en } = predicateWords(vehicles);
  return bulkUnitsOnly
    ? words(`${zh}，只限大宗物料运输单位`, `${en}, at bulk units only`)
    : words(`${zh}，所有设门禁的企业`, `${en}, at every enterprise with a gate`);
}

const LISTS: readonly NumberKind[] = [
  'industries',
  'levels',
  'uses',
  'classes',
  'bodies',
  'vehicle-classes',
  'sizes',
  'fuels',
  'types',
  'bases',
];
/** Whether a value of this kind is a list of words, of which one tells what came and what went. */
export const isList = (kind: NumberKind): boolean => LISTS.includes(kind);

/**
 * What a value says, with its unit.
 * @param bases the legal bases that a list of their names speaks of
 */
export function valueWords(spec: Pick<NumberSpec, 'kind' | 'unit'>, value: unknown, bases: Record<string, Basis> = {}): Words {
  if (value === undefined || value === null || value === '') return NONE;
  const { kind, unit } = spec;
  if (Array.isArray(value)) {
    if (kind === 'range' && value.length === 2) {
      const [low, high] = value.map((one) => (typeof one === 'number' ? amount(one) : String(one)));
      const [zh, en] = [withUnit(`${low} 至 ${high}`, unit).zh, withUnit(`${low} to ${high}`, unit).en];
      return words(zh, en);
    }
    if (kind === 'requirements' || kind === 'measures')
      return joined(
        value.map((one) => valueWords({ kind }, one)),
        '；',
        '; ',
      );
    if (kind === 'bases')
      return joined(
        value.map((id) => plain(basisName(bases[String(id)], String(id)))),
        '；',
        '; ',
      );
    return joined(value.map((one) => wordOf(kind, one)));
  }
  if (typeof value === 'object') {
    if (kind === 'requirements') {
      const { from, stage } = value as { from: string; stage: number };
      const name = stageName(stage);
      return words(`${from} 起${name.zh}及以上`, `${name.en} and above from ${from}`);
    }
    if (kind === 'measures') {
      const measure = value as Measure;
      const scope = measureScope(measure);
      return words(`${measure.zh}（${scope.zh}）`, `${measure.en} (${scope.en})`);
    }
    if ('document' in value) {
      const { zh, en, validFrom } = value as Basis;
      return words(`${zh}（自 ${validFrom} 起施行）`, `${en} (valid from ${validFrom})`);
    }
    return plain(JSON.stringify(value));
  }
  if (typeof value === 'boolean') return value ? words('是', 'yes') : words('否', 'no');
  if (kind === 'stage') {
    const { zh, en } = stageName(value);
    return words(zh, en);
  }
  if (kind === 'stage-max') return upToStage(value);
  if (typeof value === 'number') return withUnit(amount(value), unit);
  return wordOf(kind, value);
}

/** Where in a policy something stands: of which part it is, its own name, and of what kind its value is. */
export interface Place {
  part: Words;
  /** Empty for a part as a whole. */
  number: Words;
  spec: Pick<NumberSpec, 'kind' | 'unit'>;
}

const ordinal = (index: string, zh: string, en: string): Words =>
  words(`第 ${Number(index) + 1} ${zh}`, `${en} ${Number(index) + 1}`);

/**
 * Reads a path as changes and errors name it: `rules.route.corridorM`, `basis.plan-15.validTo`, `titleZh`.
 * @param bases the legal bases of the policy, or policies, the path is of
 */
export function placeOf(path: string, bases: Record<string, Basis> = {}): Place {
  const [head = '', ...rest] = path.split('.');
  if (head === 'rules') return placeIn(RULES[rest[0] ?? ''], rest[0] ?? '', rest.slice(1));
  if (head === 'account') return placeIn(ACCOUNT, head, rest);
  if (head === 'basis') {
    const [id = '', member] = rest;
    const name = basisName(bases[id], id);
    const part = words(`法律依据${id === '' ? '' : ` ${name}`}`, `Legal basis${id === '' ? '' : ` ${name}`}`);
    const spec = member === undefined ? undefined : BASIS_MEMBERS[member];
    return { part, number: spec ?? plain(member ?? ''), spec: spec ?? { kind: 'text' } };
  }
  return placeIn(GENERAL, head, [head, ...rest]);
}

function placeIn(part: PartSpec | undefined, name: string, rest: string[]): Place {
  const title = part ? words(part.zh, part.en) : plain(name);
  const whole = rest.join('.');
  const found = part?.numbers[whole];
  if (found) return { part: title, number: words(found.zh, found.en), spec: found };
  for (const [key, spec] of Object.entries(part?.numbers ?? {})) {
    if (!whole.startsWith(`${key}.`)) continue;
    const [index = '', ...member] = whole.slice(key.length + 1).split('.');
    if (spec.kind !== 'requirements' && spec.kind !== 'measures') return { part: title, number: words(spec.zh, spec.en), spec };
    const row = spec.kind === 'requirements' ? ordinal(index, '档', 'step') : ordinal(index, '项', 'no.');
    const own = (spec.kind === 'requirements' ? REQUIREMENT_MEMBERS : MEASURE_MEMBERS)[member.join('.')];
    const parts = [spec, row, ...(own ? [own] : member.length > 0 ? [plain(member.join('.'))] : [])];
    return { part: title, number: joined(parts, ' · ', ' · '), spec: own ?? (member.length > 0 ? { kind: 'text' } : spec) };
  }
  return { part: title, number: plain(whole), spec: { kind: 'text' } };
}

/** What became of a value, in a sentence without its place; of a list, what came and what went. */
export function changeWords(
  spec: Pick<NumberSpec, 'kind' | 'unit'>,
  was: unknown,
  becomes: unknown,
  bases: Record<string, Basis>,
): Words {
  if (isList(spec.kind) && Array.isArray(was) && Array.isArray(becomes)) {
    const name = (value: unknown) => valueWords(spec, [value], bases);
    const added = becomes.filter((one) => !was.includes(one)).map(name);
    const gone = was.filter((one) => !becomes.includes(one)).map(name);
    const said: Words[] = [];
    if (added.length > 0) said.push(words(`增加 ${joined(added).zh}`, `added ${joined(added).en}`));
    if (gone.length > 0) said.push(words(`去掉 ${joined(gone).zh}`, `removed ${joined(gone).en}`));
    return said.length > 0 ? joined(said, '；', '; ') : words('次序有变', 'in another order');
  }
  const [from, to] = [was, becomes].map((value) => valueWords(spec, value, bases)) as [Words, Words];
  return words(
    `${was === undefined ? NONE.zh : from.zh} → ${becomes === undefined ? '（删除）' : to.zh}`,
    `${was === undefined ? NONE.en : from.en} → ${becomes === undefined ? '(removed)' : to.en}`,
  );
}
