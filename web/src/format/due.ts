import { CIVIL_OFFSET, DAY, HOUR, MINUTE } from '../../../devices/contract/instant.ts';

/** Due times as a dispatch asks for them: quick choices, and a field in civil time whatever the computer's zone. */

export interface QuickDue {
  key: 'in1h' | 'in4h' | 'tonight' | 'tomorrow';
  at: number;
}

/** Choices from now on, none of them past: in one and four hours, today 18:00 while it is two hours away, tomorrow 18:00. */
export function quickDues(now: number): QuickDue[] {
  const minute = Math.ceil(now / MINUTE) * MINUTE;
  const evening = Math.floor((now + CIVIL_OFFSET) / DAY) * DAY - CIVIL_OFFSET + 18 * HOUR;
  return [
    { key: 'in1h', at: minute + HOUR },
    { key: 'in4h', at: minute + 4 * HOUR },
    ...(evening - now > 2 * HOUR ? [{ key: 'tonight' as const, at: evening }] : []),
    { key: 'tomorrow', at: evening + DAY },
  ];
}

/** `2021-11-15T18:00`, as a `datetime-local` field writes it. */
export function toField(ms: number): string {
  return new Date(ms + CIVIL_OFFSET).toISOString().slice(0, 16);
}

/** The instant of such a field; NaN when it is empty or malformed. */
export function fromField(text: string): number {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(text) ? Date.parse(`${text}Z`) - CIVIL_OFFSET : NaN;
}

/** An instant as the API takes it, with civil time's offset. */
export function isoCivil(ms: number): string {
  return `${new Date(ms + CIVIL_OFFSET).toISOString().slice(0, 19)}+08:00`;
}
