/** Days that once came to something else in another order: their seed, how many stories they tell, the order, and what differed. */
export const FOUND: { seed: number; stories: number; order: string; what: string }[] = [
  {
    seed: 7005,
    stories: 80,
    order: 'some of it late, some twice',
    what: 'an hour of telemetry told late, in the window of a later policy that looks farther back',
  },
];
