import type { Db } from 'mongodb';
import { createPhotos } from './audit/photos.ts';
import type { Settling } from './audit/pages.ts';
import { createReviews } from './audit/reviews.ts';
import type { Clock } from './clock.ts';
import { createDeclarationCheck } from './control/declaration-check.ts';
import { createControlNotice } from './control/notice.ts';
import type { EnterpriseRouterDeps } from './http/routes/enterprise.ts';
import type { PolicyBook } from './intake/policy-book.ts';
import type { RegistryReader } from './registry/reader.ts';
import type { ImageStore } from './store/images.ts';
import type { ObservationStore } from './store/observations.ts';

/** What stands behind the rooms of an enterprise's people. */
export function createEnterprise(deps: {
  db: Db;
  registry: RegistryReader;
  policies: PolicyBook;
  observations: ObservationStore;
  images: ImageStore;
  clock: Clock;
  settling?: Settling;
}): EnterpriseRouterDeps {
  return {
    photos: createPhotos(deps),
    reviews: createReviews(deps),
    notice: createControlNotice(deps),
    declarations: createDeclarationCheck(deps),
  };
}
