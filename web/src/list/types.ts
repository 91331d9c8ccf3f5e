/** How a list is told to the list page: its columns and its filters. */

export interface Column<Row> {
  key: string;
  label: string;
  /** Least width in px. */
  width: number;
  /** Its share of what room is left; 0 keeps the least width. */
  grow?: number;
  end?: boolean;
  /** Where it stands on a phone: the first line's start or end, the second line (default), or nowhere. */
  phone?: 'main' | 'aside' | 'second' | 'hide';
  /** What the cell says, where no slot `cell-<key>` draws it. */
  text?: (row: Row) => string;
}

export interface Choice {
  value: string;
  label: string;
}

/** A filter; its value stands in the address under `key`. `period` has two: `from` and `to`, civil days. */
export type FilterField =
  | { kind: 'select'; key: string; label: string; choices: Choice[]; wide?: boolean }
  | { kind: 'text' | 'plate' | 'moment'; key: string; label: string; wide?: boolean }
  | { kind: 'toggle'; key: string; label: string }
  | { kind: 'period'; label: string };

export type Filter = Record<string, string>;
