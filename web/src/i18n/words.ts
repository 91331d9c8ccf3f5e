import { useI18n } from 'vue-i18n';
import { USE_NATURES, vehicleTypeName } from '../../../devices/contract/codes.ts';
import { ApiError } from '../api/client.ts';
import { withdrawnKey } from '../format/withdrawn.ts';

/** Words for the platform's own codes, which may be newer than this console: what has no text is shown as it is. */
export function useWords() {
  const { t, te, locale } = useI18n();
  const word = (key: string, fallback: string): string => (te(key) ? t(key) : fallback);
  const named = (name: { zh: string; en: string } | null | undefined, code: string): string =>
    name ? `${locale.value === 'en' ? name.en : name.zh} (${code})` : code;
  return {
    t,
    te,
    locale,
    rule: (rule: string) => word(`law.rules.${rule}`, rule),
    code: (code: string) => word(`law.codes.${code}`, code),
    value: (key: string) => word(`law.values.${key}`, key),
    /** A value that is one of the platform's words (`refuse`, `coking`), else itself. */
    plain: (text: string) => word(`law.words.${text}`, text),
    outcome: (outcome: string) => word(`outcome.${outcome}`, outcome),
    invalid: (reason: string) => word(`law.invalid.${reason}`, reason),
    fuel: (letters: string) => [...letters].map((letter) => word(`law.fuels.${letter}`, letter)).join(' + '),
    county: (code: string | undefined) => (code === undefined ? '' : word(`county.${code}`, code)),
    kind: (kind: string) => word(`kind.${kind}`, kind),
    message: (message: string) => word(`message.${message}`, message),
    step: (step: string) => word(`steps.${step}`, step),
    /** Why a finding was taken back, as the platform says it in English. */
    withdrawn: (reason: string) => word(`law.withdrawn.${withdrawnKey(reason) ?? ''}`, reason),
    /** A GA 24.4 vehicle type with its code: 重型半挂牵引车 (Q11). */
    vehicleType: (code: string) => named(vehicleTypeName(code), code),
    /** A use nature with its code: 货运 (F). */
    useNature: (code: string) => named(USE_NATURES[code], code),
    /** Where it was: a terminal on board without a name is told by the end of its vehicle's VIN. */
    placeName: (place: { device: string; name: string } | undefined) =>
      place?.device === `on-board/${place?.name}` ? `${t('kind.on-board')} ${place.name.slice(-6)}` : (place?.name ?? ''),
    /** A row's name in the reader's language, where it has two. */
    nameOf: (row: { nameZh: string; nameEn?: string }) =>
      locale.value === 'en' && row.nameEn !== undefined && row.nameEn !== '' ? row.nameEn : row.nameZh,
    imageRole: (role: string) => word(`law.imageRoles.${role}`, role),
    /** A stage as its badge says it: 国六, CN VI, 电. */
    stage: (stage: string | undefined) => {
      if (stage === undefined || stage === 'unknown' || stage === '') return t('stage.unknown');
      if (stage === 'D') return t('stage.electric');
      return te(`stageDigits.${stage}`) ? t('stage.n', { n: t(`stageDigits.${stage}`) }) : stage;
    },
    /** What a request ended with: the platform's own sentence, or that it cannot be reached. */
    failure: (error: unknown) => (error instanceof ApiError && error.status !== 0 ? error.message : t('errors.unreachable')),
    /** The sentence of a reason or basis in the reader's language. */
    either: (text: { zh?: string; en?: string }) => (locale.value === 'en' ? (text.en ?? text.zh) : (text.zh ?? text.en)) ?? '',
  };
}
export type Words = ReturnType<typeof useWords>;
