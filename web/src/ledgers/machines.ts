/** What can be found about a machine at a site, as `nonroad-registration` names it. */
export const MACHINE_CODES = ['unregistered-machine', 'undeclared', 'stage-banned', 'stage-unknown'] as const;

/** The parts of the page of machinery. */
export const MACHINERY_PARTS = ['machines', 'declarations', 'findings'] as const;
export type MachineryPart = (typeof MACHINERY_PARTS)[number];
