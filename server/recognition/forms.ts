/** The forms a Chinese plate number has, whatever its colour (GA 36-2018 and its kin). Numbers are normalised before they are asked. */

const PROVINCE = '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]';

const FORM = new RegExp(
  `^(?:${[
    `${PROVINCE}[A-Z][A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳领]`,
    `${PROVINCE}[A-Z](?:[0-9]{5}[A-HJK]|[A-HJK][A-HJ-NP-Z0-9][0-9]{4})`,
    `${PROVINCE}X[0-9]{4}应急`,
    `WJ${PROVINCE}?[0-9]{4}[0-9A-HJ-NP-Z]`,
    '[军空海北沈兰济南广成][A-Z][0-9]{5}',
    '使[0-9]{6}',
    '[0-9]{6}使',
  ].join('|')})$`,
  'u',
);

/** Whether the whole normalised number has a form that exists. */
export function isPlateForm(number: string): boolean {
  return FORM.test(number);
}
