/** Seeds whose days once came to something else in another order, and what differed. */
export const FOUND: [seed: number, what: string][] = [];
