/** Why a reading may not count, in the platform's order; a unit test holds it to the rule's own list. */
export const READING_REASONS_SHOWN = [
  'plate', 'device-invalid', 'device-disabled', 'not-calibrated', 'speed', 'acceleration', 'vsp', 'precipitation', 'wind', 'temperature',
  'humidity', 'pressure', 'co2', 'clock',
] as const; // prettier-ignore
