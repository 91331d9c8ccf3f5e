import { fullTime } from '../format/time.ts';
import { useWords } from '../i18n/words.ts';
import { useRegistry } from '../stores/registry.ts';

const UNITS: Record<string, string> = { totalMass: 'kg', annualFreight: 't', tonnes: 't', reagentTank: 'L' };
const DAYS = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T/;

type Hours = { from: string; to: string };
type Geometry = { type: string; coordinates: unknown[] };

/** What a field of a registry row says, in the reader's language, and what the field is called. */
export function useFieldText() {
  const { t, te, county, fuel, vehicleType, useNature, kind, stage, nameOf } = useWords();
  const registry = useRegistry();

  function text(field: string, value: unknown): string {
    if (value === undefined || value === null || value === '') return '';
    if (typeof value === 'boolean') return t(value ? 'list.yes' : 'list.no');
    if (typeof value === 'number') {
      const amount =
        field === 'lon' || field === 'lat'
          ? String(value)
          : new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 }).format(value);
      return UNITS[field] === undefined ? amount : `${amount} ${UNITS[field]}`;
    }
    if (typeof value === 'string') return word(field, value);
    if (Array.isArray(value)) return list(field, value);
    const { type, coordinates } = value as Geometry;
    if (type === 'Polygon') return t('office.registry.points', { n: Math.max(0, (coordinates[0] as unknown[]).length - 1) });
    if (type === 'LineString') return t('office.registry.points', { n: coordinates.length });
    return JSON.stringify(value);
  }

  function word(field: string, value: string): string {
    const known = `office.values.${field}.${value}`;
    if (te(known)) return t(known);
    switch (field) {
      case 'county':
        return county(value);
      case 'fuel':
        return fuel(value);
      case 'vehicleType':
        return vehicleType(value);
      case 'useNature':
        return useNature(value);
      case 'kind':
        return kind(value);
      case 'stage':
        return stage(value);
      case 'plateColor':
        return te(`plate.${value}`) ? t(`plate.${value}`) : value;
      case 'enterpriseId':
      case 'fleet': {
        const row = registry.enterpriseById.get(value);
        return row ? nameOf(row) : value;
      }
      case 'siteId':
        return registry.deviceByKey.get(`machinery-gate/${value}`)?.nameZh ?? value;
    }
    if (DAYS.test(value)) return value;
    if (MOMENT.test(value))
      return value.includes('T24:') ? value.slice(0, 16).replace('T', ' ') : fullTime(Date.parse(value)).slice(0, 16);
    return value;
  }

  function list(field: string, values: unknown[]): string {
    if (field === 'clock' || field === 'hours' || field === 'seasons')
      return (values as Hours[]).map(({ from, to }) => `${from}–${to}`).join('、');
    if (field === 'edges')
      return (values as { index: number; included: boolean }[])
        .map(({ index, included }) => `${index}${included ? '+' : '−'}`)
        .join(' ');
    return values
      .map((value) =>
        typeof value === 'object' ? JSON.stringify(value) : word(field === 'counties' ? 'county' : field, String(value)),
      )
      .join('、');
  }

  const name = (field: string) => (te(`office.fields.${field}`) ? t(`office.fields.${field}`) : field);
  return { text, name };
}
