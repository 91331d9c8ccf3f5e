import type { Alert, AlertState } from '../api/types.ts';

/** The filters of the alert board as they stand in the address. An absent `state` means what is still to be done. */
export interface AlertFilter {
  state?: string;
  /** `no`: without the provisional ones; `only`: these alone. */
  provisional?: string;
  severity?: string;
  rule?: string;
  county?: string;
  plate?: string;
}

/** States that still ask something of somebody. */
export const TO_DO: readonly AlertState[] = ['open', 'acknowledged', 'dispatched'];

/** Whether the board shows the alert: the same question the server answers for the pages it sends. */
export function matches(alert: Alert, filter: AlertFilter): boolean {
  if (filter.state === undefined ? !TO_DO.includes(alert.state) : filter.state !== 'all' && alert.state !== filter.state)
    return false;
  if (filter.provisional === 'no' && alert.provisional) return false;
  if (filter.provisional === 'only' && !alert.provisional) return false;
  if (filter.severity !== undefined && alert.severity !== filter.severity) return false;
  if (filter.rule !== undefined && alert.rule !== filter.rule) return false;
  if (filter.county !== undefined && alert.place?.county !== filter.county) return false;
  if (filter.plate !== undefined) {
    const [number, color] = filter.plate.split(',');
    if (alert.vehicle?.number !== number) return false;
    if (color !== undefined && alert.vehicle?.color !== color) return false;
  }
  return true;
}

/** The same question as a query of the API. */
export function asked({ state, provisional, ...rest }: AlertFilter): Record<string, string> {
  return {
    ...rest,
    ...(state !== 'all' && { state: state ?? TO_DO.join(',') }),
    ...(provisional === 'no' && { provisional: 'false' }),
    ...(provisional === 'only' && { provisional: 'true' }),
  };
}

/** When an alert first was, in ms. */
export function momentOf(alert: Alert): number {
  return Date.parse(alert.firstAt);
}

/** Newest first by (first moment, id), as the lists of the API are ordered: an alert that grows keeps its place. */
export function newestFirst(a: Alert, b: Alert): number {
  return momentOf(b) - momentOf(a) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}
