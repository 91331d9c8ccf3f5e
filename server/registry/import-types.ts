import type { RegistryInput, RegistryRows } from '../http/contract/registry.ts';
import type { Language } from './row-errors.ts';
import type { RowFormat } from './rows.ts';
import type { Collection } from './types.ts';

export interface ImportOptions {
  format: RowFormat;
  language: Language;
  dryRun?: boolean;
  /** What the importer may beyond rows: `recordedAt` and devices' secrets are an administrator's. */
  may: { recordedAt: boolean; secrets: boolean };
  /** The enterprise that imports: it declares its own deliveries, and machinery at its own sites; nothing else is its to write. */
  enterprise?: string;
}

/** A row that its schema took. */
export interface GoodRow<C extends Collection> {
  row: number;
  input: RegistryInput[C];
  content: RegistryRows[C];
  key: string;
  digest: string;
  validFrom?: number;
  validTo?: number;
  /** Imported by an administrator. */
  recordedAt?: number;
}
