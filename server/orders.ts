import type { Clock } from './clock.ts';
import type { OrdersRouterDeps } from './http/routes/orders.ts';
import type { PolicyBook } from './intake/policy-book.ts';
import { createCensus } from './registry/census.ts';
import type { RegistryReader } from './registry/reader.ts';
import { createResponseBook } from './responses/book.ts';
import { createResponsePreview } from './responses/preview.ts';
import type { DecisionStore } from './store/decisions.ts';
import type { Revisions } from './store/revisions.ts';
import type { VehicleCensusStore } from './store/vehicle-census.ts';
import { createZones } from './zones/zones.ts';

/** What stands behind `/responses` and `/zones`. */
export function createOrders(deps: {
  registry: RegistryReader;
  policies: PolicyBook;
  decisions: DecisionStore;
  census: VehicleCensusStore;
  revisions: Revisions;
  clock: Clock;
}): OrdersRouterDeps {
  return {
    book: createResponseBook(deps),
    previewer: createResponsePreview({ ...deps, census: createCensus({ ...deps, store: deps.census }) }),
    zones: createZones(deps),
  };
}
