/** What stands in a cell of an exported file. */

/** A member of a row by its path (`a.b`). */
export function member(row: Record<string, unknown>, field: string): unknown {
  return field.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], row);
}

/** Text as it is, arrays and objects as their JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
