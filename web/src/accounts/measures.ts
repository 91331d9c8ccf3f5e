import type { AccountFigures, FigureName } from '../api/accounts.ts';
import { photoPercent } from './figures.ts';
import type { FigureText } from './useFigureText.ts';

/** How whole an account's data is in one respect. */
export interface Measure {
  key: string;
  name: string;
  /** %; null where there was nothing to measure. */
  value: number | null;
  /** The policy's limit is for it. */
  limited: boolean;
  /** Whose rows fall short. */
  figure?: FigureName;
  /** The counts behind the value. */
  words: string;
}

/** The measures of data quality, in the order they are shown. */
export function measuresOf(figures: AccountFigures, { t, n }: FigureText): Measure[] {
  const { quality, transmission, pairing, cargo, photos, rows } = figures;
  return [
    { key: 'rows', name: t('quality.rows'), value: quality.percent, limited: true, figure: 'quality.faulty', words: t('quality.rowsOf', { n: n(quality.rows), faulty: n(quality.faulty) }) },
    { key: 'transmission', name: t('quality.transmission'), value: transmission.percent, limited: true, words: transmission.expectedMinutes === 0 ? t('quality.noData') : t('quality.transmissionOf', { gates: n(transmission.gates), expected: n(transmission.expectedMinutes), heard: n(transmission.heardMinutes) }) },
    { key: 'photos', name: t('quality.photos'), value: photoPercent(figures), limited: false, figure: 'photos.missing', words: t('quality.photosOf', { required: n(photos.required), missing: n(photos.missing), notUploaded: n(photos.notUploaded) }) },
    { key: 'pairing', name: t('quality.pairing'), value: pairing.percent, limited: false, figure: 'pairing.noExit', words: t('quality.pairingOf', { entries: n(pairing.entries), exits: n(pairing.exits), paired: n(pairing.paired), open: n(pairing.open), noExit: n(pairing.noExit), exitOnly: n(pairing.exitWithoutEntry) }) },
    { key: 'cargo', name: t('quality.cargo'), value: cargo.percent, limited: false, figure: 'cargo.incomplete', words: t('quality.cargoOf', { n: n(cargo.incomplete), estimated: n(rows.estimated) }) },
  ];
} // prettier-ignore
