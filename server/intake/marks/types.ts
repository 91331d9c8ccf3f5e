import type { RegisteredZone } from '../../registry/facts.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { Versioned } from '../../registry/types.ts';
import type { VehicleFacts } from '../../rules/types.ts';
import type { PolicyBook } from '../policy-book.ts';
import type { Work } from '../types.ts';

/** What is known of a batch when its messages are marked. */
export interface MarkContext {
  /** The registrations of its terminals' VINs, all versions. */
  byVin: Map<string, Versioned<VehicleFacts>[]>;
  zones: Versioned<RegisteredZone>[];
  registry: Pick<RegistryReader, 'permits'>;
  policies: PolicyBook;
}

/**
 * What messages say by themselves once their facts are known: kept on the stored document, so that neighbours can count on it and find
 * it by an index. Facts are those of `work.knownBy`. A fixed number of look-ups per batch, none where nothing is to be marked.
 */
export type Mark = (works: Work[], context: MarkContext) => Promise<void> | void;
