import { CITY_CODE, COUNTY_CODES } from '../../../devices/contract/counties.ts';

export { JOINT_CONTROL } from '../../../devices/contract/counties.ts';

/** The counties of Xinzhou by their six-digit codes (GB/T 2260), in the order of the codes. Names stand in the message files. */
export const COUNTIES = COUNTY_CODES;

/** The code of the whole city: as the county of a response it covers every county. */
export const CITY = CITY_CODE;
