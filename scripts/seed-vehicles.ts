import { once } from 'node:events';
import { Command } from 'commander';

/**
 * Writes invented vehicles as NDJSON, one registration a line, the same for the same numbers:
 * `node --import tsx scripts/seed-vehicles.ts --count 1000000 | curl -T - -H 'Content-Type: application/x-ndjson' …/registry/vehicles`
 */
const SERIAL = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';
const TYPES = ['H11', 'H17', 'H1B', 'Q11', 'H21', 'H31', 'H33', 'Z51'];
const STAGES = ['3', '4', '5', '5', '6', '6', 'unknown'];

/** The i-th of about 26 million plates of five places, spread so that neighbours differ in several. */
function plateOf(i: number): string {
  let rest = (i * 7_368_787) % SERIAL.length ** 5;
  let serial = '';
  for (let place = 0; place < 5; place++) {
    serial += SERIAL[rest % SERIAL.length];
    rest = Math.floor(rest / SERIAL.length);
  }
  return `晋H${serial}`;
}

function vehicle(i: number) {
  const stage = STAGES[i % STAGES.length];
  const heavy = i % 8 < 4;
  return {
    plateNumber: plateOf(i),
    plateColor: heavy ? 'yellow' : 'blue',
    vin: `LZZ${String(i).padStart(14, '0')}`,
    vehicleType: TYPES[i % TYPES.length],
    fuel: i % 23 === 0 ? 'E' : 'B',
    stage,
    useNature: i % 5 === 0 ? 'A' : 'F',
    totalMass: heavy ? 31_000 : 4_490,
    firstRegistered: `20${String(10 + (i % 12)).padStart(2, '0')}-0${1 + (i % 9)}-15`,
    status: i % 997 === 0 ? 'scrapped' : 'in-use',
  };
}

const { count } = new Command()
  .option('--count <n>', 'how many', (n) => Number.parseInt(n, 10), 1000)
  .parse()
  .opts<{ count: number }>();
let lines = '';
for (let i = 0; i < count; i++) {
  lines += `${JSON.stringify(vehicle(i))}\n`;
  if (lines.length < 65_536 && i < count - 1) continue;
  if (!process.stdout.write(lines)) await once(process.stdout, 'drain');
  lines = '';
}
