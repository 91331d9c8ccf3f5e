/** Everything rules and their callers ask about a vehicle, in one place. */
export { matchesPredicate } from './predicate.ts';
export { isDiesel, isGoods, isHeavy, isNewEnergy, stageNumber } from './words.ts';
