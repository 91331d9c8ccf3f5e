/** The kinds of device and the messages each may send. */

export const KINDS = ['gate', 'remote-sensing', 'checkpoint', 'on-board', 'urea-pump', 'machinery-gate'] as const;
export type Kind = (typeof KINDS)[number];

/** Messages of a kind that go through the outbox; every kind may send `status` too. */
export const MESSAGES = {
  gate: ['arrival', 'passage'],
  'remote-sensing': ['reading'],
  checkpoint: ['sighting'],
  'on-board': ['telemetry'],
  'urea-pump': ['fill'],
  'machinery-gate': ['passage'],
} as const satisfies Record<Kind, readonly string[]>;

/** What a device may subscribe to, on its own topics. */
export const ANSWERS = ['decision', 'policy', 'receipt', 'rejected'] as const;
export type Answer = (typeof ANSWERS)[number];

export const DEVICE_ID = /^[A-Za-z0-9_-]{1,64}$/;
export const MESSAGE_ID = /^[A-Za-z0-9._:-]{1,64}$/;

export const REJECT_CODES = {
  final: ['not-json', 'too-large', 'schema', 'wrong-kind', 'unknown-topic', 'too-old', 'id-reused', 'retained', 'internal'],
  retry: ['unknown-device', 'disabled-device', 'clock-ahead', 'rate-limited'],
} as const;
export type RejectCode = (typeof REJECT_CODES)['final' | 'retry'][number];

/** Whether a device must give the message up (true) or keep it and try again (false). */
export function isFinal(code: RejectCode): boolean {
  return (REJECT_CODES.final as readonly string[]).includes(code);
}

export function isKind(text: string): text is Kind {
  return (KINDS as readonly string[]).includes(text);
}
