import { BASIS_MEMBERS, MEASURE_MEMBERS, REQUIREMENT_MEMBERS } from '../../../server/http/contract/policy-words.ts';

/** Members of what a policy lists, and which of them may be left out. */
export const REQUIREMENT_SPECS = REQUIREMENT_MEMBERS;
export const MEASURE_SPECS = MEASURE_MEMBERS;
export const BASIS_SPECS = BASIS_MEMBERS;
export const mayLack = (member: string): boolean => member.startsWith('vehicles.') || member === 'validTo';
