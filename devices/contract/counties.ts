/** The counties of Xinzhou by their six-digit codes (GB/T 2260), in the order of the codes. */
export const COUNTIES = {
  '140902': { zh: '忻府区', en: 'Xinfu' },
  '140921': { zh: '定襄县', en: 'Dingxiang' },
  '140922': { zh: '五台县', en: 'Wutai' },
  '140923': { zh: '代县', en: 'Daixian' },
  '140924': { zh: '繁峙县', en: 'Fanshi' },
  '140925': { zh: '宁武县', en: 'Ningwu' },
  '140926': { zh: '静乐县', en: 'Jingle' },
  '140927': { zh: '神池县', en: 'Shenchi' },
  '140928': { zh: '五寨县', en: 'Wuzhai' },
  '140929': { zh: '岢岚县', en: 'Kelan' },
  '140930': { zh: '河曲县', en: 'Hequ' },
  '140931': { zh: '保德县', en: 'Baode' },
  '140932': { zh: '偏关县', en: 'Pianguan' },
  '140981': { zh: '原平市', en: 'Yuanping' },
} as const;

export const COUNTY_CODES = Object.keys(COUNTIES) as readonly (keyof typeof COUNTIES)[];

/** The code of the whole city: as the county of a response it covers every county. */
export const CITY_CODE = '140900';

/** A county's name; a code of another city stands for itself. */
export function countyName(code: string): { zh: string; en: string } {
  if (code === CITY_CODE) return { zh: '忻州市', en: 'Xinzhou' };
  return (COUNTIES as Record<string, { zh: string; en: string }>)[code] ?? { zh: code, en: code };
}

/** The joint-control area (50号 四(三)): the three counties that belong to Taiyuan's "1+30". */
export const JOINT_CONTROL = ['140902', '140921', '140981'] as const;
