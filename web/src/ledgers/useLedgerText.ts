import { useI18n } from 'vue-i18n';
import type { InPlantRow, TransportRow } from '../api/accounts.ts';
import { shortTime } from '../format/time.ts';
import { accountWords } from '../i18n/accounts.ts';
import { useWords } from '../i18n/words.ts';
import { useClock } from '../stores/clock.ts';
import { useRegistry } from '../stores/registry.ts';

/** What the rows of the ledgers say, in the reader's language. */
export function useLedgerText() {
  const { t, te, n } = useI18n({ messages: accountWords, useScope: 'local', inheritLocale: true });
  const { nameOf, imageRole } = useWords();
  const registry = useRegistry();
  const clock = useClock();

  const enterprise = (id: string | undefined) => {
    const row = registry.enterpriseById.get(id ?? '');
    return row ? nameOf(row) : (id ?? '');
  };
  const cargo = ({ cargo: { name, tonnes } }: Pick<TransportRow, 'cargo'>) =>
    [name, tonnes === undefined ? t('ledger.notWeighed') : `${n(tonnes)} t`].filter(Boolean).join(' · ');
  const lasted = (minutes: number) =>
    minutes < 60 ? t('ledger.lastedShort', { m: minutes }) : t('ledger.lasted', { h: Math.floor(minutes / 60), m: minutes % 60 });
  const short = (at: string) => shortTime(Date.parse(at), clock.now);

  /** Paired: when the other half was and how long it lasted; else why there is none. */
  function pairing({ pairing: pair, direction }: Pick<TransportRow, 'pairing' | 'direction'>): string {
    if (!pair) return t('none');
    if (!pair.other) return t(`ledger.pair.${pair.state}`);
    const words = t(direction === 'in' ? 'ledger.inLasted' : 'ledger.outLasted', {
      at: short(pair.other.at),
      time: lasted(pair.minutes ?? 0),
    });
    return pair.state === 'paired' ? words : `${t(`ledger.pair.${pair.state}`)} · ${words}`;
  }

  function release({ release: how, forced, againstDecision }: TransportRow): string {
    const mode = how ? t(`ledger.mode.${how.mode}`) : '';
    return [againstDecision ? t('ledger.against') : '', forced ? t('ledger.mode.forced') : mode].filter(Boolean).join(' · ');
  }

  const photos = ({ photos: { images, missing } }: TransportRow) =>
    [t('ledger.photosOf', { n: images.length }), missing.length > 0 ? t('ledger.photosMissing', { roles: missing.map(imageRole).join(' ') }) : ''].filter(Boolean).join(' · '); // prettier-ignore

  const stay = (row: InPlantRow) => (row.minutes === null ? t('none') : lasted(row.minutes));
  /** Pictures as the platform shows them: through the observation that names them. */
  const urls = (images: readonly { role: string; sha256: string }[]) =>
    images.map(({ role, sha256 }) => ({ role, url: `/api/v1/images/${sha256}` }));
  const machineKind = (kind: string | undefined) =>
    kind === undefined ? '' : te(`machinery.kinds.${kind}`) ? t(`machinery.kinds.${kind}`) : kind;
  return { t, te, n, enterprise, cargo, lasted, short, pairing, release, photos, stay, urls, machineKind };
}
