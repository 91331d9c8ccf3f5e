import { clonedPlants, routePlants } from './roads.ts';
import { devicePlants, ledgerPlants } from './ledger.ts';
import { diversionPlants } from './diversion.ts';
import { identityPlants } from './identity.ts';
import { remoteSensingPlants } from './remote-sensing.ts';
import { responsePlants, standingPlants } from './gates.ts';
import { createTools, type Plant, type Planted, type PlantTools } from './tools.ts';
import { ureaPlants } from './urea.ts';

export type { Planted } from './tools.ts';

const PLANTS: readonly Plant[] = [
  standingPlants,
  responsePlants,
  identityPlants,
  remoteSensingPlants,
  diversionPlants,
  ureaPlants,
  clonedPlants,
  routePlants,
  ledgerPlants,
  devicePlants,
];

/** Plants every kind of cheat, and the honest who look like them. */
export function plantAll(tools: Omit<PlantTools, 'planted'>): Planted {
  const planted: Planted = { events: [], truth: [], vehicles: [], silentTerminals: [], permits: [], inspections: [] };
  const own = createTools({ ...tools, planted });
  for (const plant of PLANTS) plant(own);
  return planted;
}
