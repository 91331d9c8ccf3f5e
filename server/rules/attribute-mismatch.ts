import { classOfSeen, classOfType, classesContradict, type VehicleClass } from '../../devices/contract/vehicle-class.ts';
import { findingOn } from './draft.ts';
import { COLOR_ZH } from './texts.ts';
import type { FindingDraft, JudgeContext, Rule } from './types.ts';

/**
 * A plate and the vehicle that carries it do not go together (plan item 15: the gates see the vehicle, not only its plate). Gates,
 * stations and checkpoints; a person looks, nobody is refused.
 */
export const attributeMismatch: Rule = {
  id: 'attribute-mismatch',
  version: 1,
  judge(context) {
    const { kind } = context.observation;
    if (kind !== 'gate' && kind !== 'remote-sensing' && kind !== 'checkpoint') return [];
    switch (context.recognition?.outcome) {
      case 'matched':
      case 'corrected':
        return [...classDiffers(context), ...fuelDiffers(context)];
      case 'unregistered':
        return colorDiffers(context);
      default:
        return [];
    }
  },
};

/** Another class of vehicle than the registered type; a trailer behind goods and words that say nothing are no contradiction. */
function classDiffers(context: JudgeContext): FindingDraft[] {
  const { observation, vehicle } = context;
  const seen = 'seen' in observation.body ? observation.body.seen?.vehicleType : undefined;
  if (!vehicle || !classesContradict(vehicle.vehicleType, seen)) return [];
  const registered = classOfType(vehicle.vehicleType) as VehicleClass;
  const read = classOfSeen(seen) as VehicleClass;
  return [
    mismatch(context, {
      code: 'class-differs',
      measured: { seen: seen ?? null },
      limit: { vehicleType: vehicle.vehicleType },
      zh: `登记为${CLASS_ZH[registered]}，识别为${CLASS_ZH[read]}`,
      en: `Registered as ${CLASS_EN[registered]}, seen as ${CLASS_EN[read]}`,
    }),
  ];
}

/** A new-energy plate on a vehicle that burns petrol or diesel and nothing else. The colour is the one that was read. */
function fuelDiffers(context: JudgeContext): FindingDraft[] {
  const { observation, vehicle } = context;
  const color = 'plate' in observation.body ? observation.body.plate.color : undefined;
  if (!vehicle || (color !== 'green' && color !== 'yellow-green')) return [];
  const fuel = FUEL[vehicle.fuel];
  if (fuel === undefined || vehicle.stage === 'D') return [];
  return [
    mismatch(context, {
      code: 'fuel-differs',
      measured: { color },
      limit: { fuel: vehicle.fuel, stage: vehicle.stage ?? null },
      zh: `新能源${COLOR_ZH[color]}，登记燃料为${fuel.zh}`,
      en: `New-energy plate (${color}), registered fuel is ${fuel.en}`,
    }),
  ];
}

/** A number that is registered, under other colours only; a colour the camera could not tell says nothing. */
function colorDiffers(context: JudgeContext): FindingDraft[] {
  const { color = 'other', read = '', otherColors = [] } = context.recognition ?? {};
  if (color === 'other' || otherColors.length === 0) return [];
  return [
    mismatch(context, {
      code: 'color-differs',
      measured: { color, read },
      limit: { otherColors: otherColors.join(',') },
      zh: `${read}登记为${otherColors.map((c) => COLOR_ZH[c]).join('、')}，识别为${COLOR_ZH[color]}`,
      en: `${read} is registered as ${otherColors.join(', ')}, read as ${color}`,
    }),
  ];
}

function mismatch(context: JudgeContext, parts: Pick<FindingDraft, 'code' | 'measured' | 'limit' | 'zh' | 'en'>): FindingDraft {
  const { basis } = context.policy.rules['attribute-mismatch'];
  return findingOn(attributeMismatch, context, { ...parts, severity: 'info', proposal: 'review', basis });
}

const CLASS_ZH: Record<VehicleClass, string> = {
  goods: '载货车',
  passenger: '载客车',
  special: '专项作业车',
  trailer: '挂车',
  'three-wheel': '三轮汽车',
  motorcycle: '摩托车',
  tractor: '拖拉机',
  machinery: '轮式机械',
};

const CLASS_EN: Record<VehicleClass, string> = {
  goods: 'goods vehicle',
  passenger: 'passenger vehicle',
  special: 'special-operation vehicle',
  trailer: 'trailer',
  'three-wheel': 'three-wheeled vehicle',
  motorcycle: 'motorcycle',
  tractor: 'tractor',
  machinery: 'wheeled machinery',
};

/** GA 24.9 fuels that no new-energy vehicle burns alone. */
const FUEL: Record<string, { zh: string; en: string }> = { A: { zh: '汽油', en: 'petrol' }, B: { zh: '柴油', en: 'diesel' } };
