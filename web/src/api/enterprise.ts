import type { GateQualities, GateQuality } from '../../../server/http/contract/accounts.ts';
import type { ControlNotice, DeclarationCheck, DeclarationChecked } from '../../../server/http/contract/control.ts';
import type { PhotoCounts, PhotoRow, PhotoState } from '../../../server/http/contract/photos.ts';
import type { ReviewRow, Reviews } from '../../../server/http/contract/reviews.ts';
import { call, query } from './client.ts';
import { readWhole, type RegistryItem } from './lists.ts';

export type {
  ControlNotice,
  DeclarationChecked,
  GateQualities,
  GateQuality,
  PhotoCounts,
  PhotoRow,
  PhotoState,
  ReviewRow,
  Reviews,
};

/** A machine declared for a site, as the registry lists it: times as they were declared. */
export type DeclarationItem = RegistryItem & { siteId: string; registrationCode: string; from: string; to?: string };

export const MODES = ['rail', 'water', 'pipe', 'conveyor'] as const;
/** What came or went by another way than the road in a month. */
export interface Delivery {
  id: string;
  enterpriseId: string;
  month: string;
  mode: (typeof MODES)[number];
  cargo: string;
  tonnes: number;
  direction: 'in' | 'out';
}
export type DeliveryItem = RegistryItem & Delivery;

/** What the people of an enterprise read and send. @throws ApiError */
export const enterprise = {
  control: (signal?: AbortSignal) => call<ControlNotice>('/control', signal ? { signal } : {}),
  reviews: (signal?: AbortSignal) => call<Reviews>('/reviews', signal ? { signal } : {}),
  photoCounts: (signal?: AbortSignal) => call<PhotoCounts>('/photos/counts', signal ? { signal } : {}),
  gates: (id: string, month: string, signal?: AbortSignal) =>
    call<GateQualities>(`/accounts/clean-transport/gates${query({ enterprise: id, month })}`, signal ? { signal } : {}),
  /** What was declared for some time of [from, to), civil dates. */
  declarations: (from: string, to: string) => readWhole<DeclarationItem>('/registry/declarations', { from, to }),
  check: (rows: DeclarationCheck['rows'], signal?: AbortSignal) =>
    call<DeclarationChecked>('/declarations/check', { method: 'POST', body: { rows }, ...(signal && { signal }) }),
  deliveries: () => readWhole<DeliveryItem>('/registry/deliveries'),
};
