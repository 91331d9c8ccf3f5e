import type {
  ResponseBook,
  ResponseDraft,
  ResponsePreview,
  ResponseRowShown,
  ResponseShown,
  ResponseStretch,
} from '../../../server/http/contract/responses.ts';
import type { ZoneBook, ZoneDraft, ZonePreview, ZoneShown } from '../../../server/http/contract/zones.ts';
import { call } from './client.ts';

export type {
  ResponseBook,
  ResponseDraft,
  ResponsePreview,
  ResponseRowShown,
  ResponseShown,
  ResponseStretch,
  ZoneBook,
  ZoneDraft,
  ZonePreview,
  ZoneShown,
};
export type ResponseLevel = ResponseDraft['level'];

/** Responses and zones as people read them, and what a draft of either would do. @throws ApiError */
export const orders = {
  responses: () => call<ResponseBook>('/responses'),
  previewResponse: (draft: ResponseDraft, signal: AbortSignal) =>
    call<ResponsePreview>('/responses/preview', { method: 'POST', body: draft, signal }),
  zones: () => call<ZoneBook>('/zones'),
  previewZone: (draft: ZoneDraft, signal: AbortSignal) =>
    call<ZonePreview>('/zones/preview', { method: 'POST', body: draft, signal }),
}; // prettier-ignore
