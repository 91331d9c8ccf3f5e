import { shallowRef } from 'vue';
import type { LocationQuery } from 'vue-router';

/** The board's filters when it was last left, so that one comes back to them. The router keeps it. */
export const lastBoard = shallowRef<LocationQuery>({});
