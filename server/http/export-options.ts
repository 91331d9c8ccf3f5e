/** How a list is made into a file. */

export type ExportFormat = 'csv' | 'ndjson' | 'xlsx';

/** A column: its field (`a.b` for a member of a member) and its names for people. */
export interface Column {
  field: string;
  zh: string;
  en: string;
}

export interface ExportOptions {
  format: ExportFormat;
  header: 'field' | 'zh' | 'en';
  columns: Column[];
  name: string;
}
