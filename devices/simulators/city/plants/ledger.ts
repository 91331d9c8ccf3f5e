import { formatInstant, HOUR } from '../../../contract/instant.ts';
import type { Truth } from '../events.ts';
import { OUTAGE_GATE, SIMPLE_GATE, UNCALIBRATED } from '../places.ts';
import { asksNothing, type Plant } from './tools.ts';

/** Ledgers of gates, and gates that are alone. Everything found here tells of the gate, not of the truck. */
export const ledgerPlants: Plant = ({ make, some, several, call, journey, commit, expected, honest, works, level }) => {
  const quiet = (h: number) =>
    works(
      (e) =>
        asksNothing(e) &&
        `${e.id}-G1` !== SIMPLE_GATE &&
        !['orange', 'red'].includes(level(e, h)) &&
        !['orange', 'red'].includes(level(e, h + 1.2)),
    );
  const found = (kind: string, code: string, why: string, options: Parameters<typeof call>[3]) =>
    several(() => {
      const h = some(6.5, 21);
      const e = quiet(h);
      const j = call(make.heavyDiesel('6'), h, e.id, options);
      expected(kind, j, 'gate-ledger', code, 'info', why, { enterprise: e.id });
    }); // prettier-ignore
  found('let-in-unasked', 'no-arrival', 'the barrier opened and the gate never asked', { unasked: true });
  found('left-without-entry', 'exit-without-entry', 'it leaves and never came in', { only: 'out' });
  found('never-left', 'no-exit', 'it came in and never left', { only: 'in' });
  const h = some(6.5, 20);
  const bounced = call(make.heavyDiesel('6'), h, quiet(h).id, { doubled: 40_000 });
  honest('seen-twice', bounced, 'gate-ledger', 'the sensor saw it twice within two minutes: one row');
  const overnight = some(18, 21);
  const stays = call(make.heavyDiesel('6'), overnight, quiet(overnight).id, { stay: 60 * 9 });
  honest('leaves-next-morning', stays, 'gate-ledger', 'it leaves the next morning');
  const simple = call(make.heavyDiesel('6'), some(6.5, 20), SIMPLE_GATE.slice(0, 3));
  honest('simple-gate', simple, 'gate-ledger', 'a gate without a barrier sends passages only');

  // The gate without a line goes by its retained policy: for a truck it does not know that is a review.
  several(() => {
    const j = journey(make.heavyDiesel('6'), 'ringN', some(7, 20)).driveTo('E11').visit('E11', { gate: 0 });
    commit(j);
    honest('admitted-by-retained-policy', j, 'forced-release', `${OUTAGE_GATE} had no line and went by its policy`);
  });
  several(() => {
    const j = journey(make.heavyDiesel('6'), 'ringN', some(7, 20)).driveTo('E11').visit('E11', { gate: 0, claims: 'admit' });
    commit(j);
    expected('gate-claims-otherwise', j, 'forced-release', 'local-decision-differs', 'info', 'it says its policy admitted the truck, which the policy does not', { enterprise: 'E11' }); // prettier-ignore
  });
};

/** Devices themselves: a message that never came, a calibration that has run out. */
export const devicePlants: Plant = ({ make, seen, planted, hour, some, world }) => {
  const device = { kind: 'checkpoint', id: 'KC14' } as const;
  const lost = seen(make.car(), device.id, hour(some(9, 12)));
  Object.assign(lost, { lost: true });
  seen(make.car(), device.id, hour(some(1, 8)));
  seen(make.car(), device.id, hour(some(13, 20)));
  const truth: Truth = {
    truth: 'expected', kind: 'message-lost', rule: 'device-health', code: 'gap', severity: 'info', device,
    from: formatInstant(world.dayStart), to: formatInstant(world.dayStart + 24 * HOUR), why: 'one number of its counter never came',
  }; // prettier-ignore
  planted.truth.push(truth);
  // A state of some days: one finding on each of them.
  const state = { rule: 'device-health', code: 'calibration-overdue', from: formatInstant(world.dayStart - 24 * HOUR), to: formatInstant(world.dayStart + 240 * HOUR) }; // prettier-ignore
  planted.truth.push(
    { truth: 'expected', kind: 'calibration-overdue', severity: 'warning', device: { kind: 'remote-sensing', id: UNCALIBRATED }, ...state, why: 'its calibration ran out days ago, and it still sends' },
    { truth: 'honest', kind: 'calibrated', device: { kind: 'remote-sensing', id: 'RS1' }, ...state, why: 'calibrated for months to come' },
  ); // prettier-ignore
};
