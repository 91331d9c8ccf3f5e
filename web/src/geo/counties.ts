/** The counties of Xinzhou by their six-digit codes (GB/T 2260), in the order of the codes. Names stand in the message files. */
export const COUNTIES = [
  '140902',
  '140921',
  '140922',
  '140923',
  '140924',
  '140925',
  '140926',
  '140927',
  '140928',
  '140929',
  '140930',
  '140931',
  '140932',
  '140981',
] as const;

/** The code of the whole city: as the county of a response it covers every county. */
export const CITY = '140900';
