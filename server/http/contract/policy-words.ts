/** A policy's own words, as the console reads them: its shape, and the names, units and values of its numbers. Data and pure functions. */
export {
  ACCOUNT,
  BASIS_MEMBERS,
  GENERAL,
  MEASURE_MEMBERS,
  REQUIREMENT_MEMBERS,
  RULES,
  type NumberKind,
  type NumberSpec,
  type PartSpec,
  type Words,
} from '../../policy/numbers.ts';
export {
  basisName,
  changeWords,
  choicesOf,
  isList,
  measureScope,
  placeOf,
  unitOf,
  valueWords,
  wordOf,
} from '../../policy/words.ts';
export type { Basis, Measure, Policy, VehiclePredicate } from '../../policy/types.ts';
