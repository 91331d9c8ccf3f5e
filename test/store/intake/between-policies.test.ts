import { expect } from 'chai';
import { DAY } from '../../../devices/contract/instant.ts';
import type { Policy } from '../../../server/policy/types.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { GATE, startCore, type TestCore } from '../../support/core.ts';
import {
  after as later,
  arrival,
  feed,
  fill,
  forget,
  furnish,
  passage,
  sighting,
  telemetry,
  truck,
  verdict,
  type Message,
} from '../../support/intake.ts';

const TRUCK = truck('晋H88001', '6');
const [NUMBER, VIN] = [TRUCK.plateNumber, TRUCK.vin];
/** Has SCR by the first version and the last. */
const FIVE = truck('晋H88002', '5');
/** Must have a terminal that speaks. */
const OBLIGED = truck('晋H88003', '6', { obdRequired: true });
/** From here on everything looks less far; from the second on, farther than ever. */
const NEAR = '2022-01-08T12:00:00+08:00';
const FAR = '2022-01-12T00:00:00+08:00';
/** When messages begin to come in. */
const NOW = '2022-03-10T12:00:00+08:00';

function policy(version: string, change: (rules: Policy['rules']) => void): Policy {
  const made = { ...structuredClone(xinzhou2021), version };
  made.rules['emission-standard'].requirements = [];
  change(made.rules);
  return made;
}
const near = policy('near', (rules) => {
  rules['gate-ledger'].arrivalMinutes = 1;
  rules.diversion.localBusinessHours = 1;
  Object.assign(rules['urea-use'], { windowDays: 1, warningDays: 1, scrMinStage: 6 });
  rules['urea-use'].warm.seconds = 60;
  rules['urea-use'].darkTerminal.hours = 2;
});
const far = policy('far', (rules) => {
  rules['gate-ledger'].arrivalMinutes = 45;
  rules.diversion.localBusinessHours = 40;
  rules['urea-use'].warningDays = 40;
  rules['urea-use'].warm.seconds = 1_200;
  rules['urea-use'].darkTerminal.hours = 36;
});

/** A drive of so many minutes, a sample a minute. */
function drive(from: string, minutes: number, sample: object, vin = VIN): Message[] {
  const all = Array.from({ length: minutes }, (_, i) => ({ at: later(from, i), ...sample }));
  return Array.from({ length: Math.ceil(minutes / 60) }, (_, i) => telemetry(vin, all.slice(i * 60, i * 60 + 60)));
}
const burning = { speed: 40, reagent: 50, fuelFlow: 30 };
const moving = { speed: 60, reagent: 50 };

interface Case {
  what: string;
  /** What is judged by the later version, and what changes it, of the earlier version's time. */
  judged: Message[];
  changing: Message[];
  /** The codes of what stands of `judged` alone, and when both are known. */
  alone: string[];
  stands: string[];
}
const CASES: Case[] = [
  {
    what: 'an arrival, of the passage 40 minutes on',
    judged: [passage(NUMBER, '2022-01-12T00:10:00+08:00')],
    changing: [arrival(NUMBER, '2022-01-11T23:30:00+08:00')],
    alone: ['no-arrival', 'no-exit'],
    stands: ['no-exit'],
  },
  {
    what: 'business in the zone, of the vehicle in transit 39 hours on',
    judged: [sighting(NUMBER, '2022-01-12T13:00:00+08:00')],
    changing: [arrival(NUMBER, '2022-01-10T22:00:00+08:00')],
    alone: ['through-traffic'],
    stands: [],
  },
  {
    what: 'a fill, of what is burnt two days on',
    judged: [...drive('2022-01-10T20:00:00+08:00', 120, burning), ...drive('2022-01-12T08:00:00+08:00', 180, burning)],
    changing: [fill(NUMBER, '2022-01-10T21:50:00+08:00')],
    alone: ['not-consumed'],
    stands: [],
  },
  {
    what: 'a terminal that was silent and was not, of the sighting five hours on',
    judged: [
      ...drive('2022-01-05T08:00:00+08:00', 10, moving, OBLIGED.vin),
      sighting(OBLIGED.plateNumber, '2022-01-12T01:00:00+08:00', 'c9'),
    ],
    changing: drive('2022-01-11T20:00:00+08:00', 10, moving, OBLIGED.vin),
    alone: ['dark-terminal'],
    stands: [],
  },
  {
    what: 'samples of before the version that takes no notice of them, told with one of after',
    judged: [],
    changing: [
      telemetry(
        FIVE.vin,
        Array.from({ length: 15 }, (_, i) => ({ at: later(NEAR, i - 12), speed: 60, reagent: 1 })),
      ),
    ],
    alone: [],
    stands: ['reagent-empty'],
  },
  {
    what: 'a warning, of the gate 35 days on',
    judged: [arrival(NUMBER, later('2022-01-08T11:00:00+08:00', 35 * 24 * 60))],
    changing: drive('2022-01-08T10:00:00+08:00', 10, { speed: 60, reagent: 1 }),
    alone: [],
    stands: ['reagent-empty', 'urea-warning'],
  },
];

describe('where one policy version follows another, a message changes what any of them lets it change', function () {
  this.timeout(60_000);
  let t: TestCore;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0, env: { TOO_OLD_HOURS: '9600' } });
    await furnish(t, [TRUCK, FIVE, OBLIGED]);
    await t.rows('devices', [{ ...GATE, interactive: true }]);
    await t.activate(near, NEAR);
    await t.activate(far, FAR);
  });
  after(() => t.stop());
  afterEach(() => forget(t));

  /** Each batch a week after the one before, everything that is waited for in between. */
  async function play(...batches: Message[][]) {
    await forget(t);
    for (const [i, batch] of batches.entries()) {
      const now = Date.parse(NOW) + 7 * DAY * i;
      t.clock.set(now);
      await feed(t, batch);
      t.clock.set(now + 6 * DAY);
      await t.core.sweeps.now();
    }
    return verdict(t);
  }
  const codesOf = ({ findings }: Awaited<ReturnType<typeof verdict>>) =>
    findings.map((f) => (f as { _id: string })._id.split('|')[1]!).sort();

  for (const { what, judged, changing, alone, stands } of CASES) {
    it(what, async () => {
      expect(codesOf(await play(judged)), 'alone').to.deep.equal(alone);
      const together = await play([...changing, ...judged]);
      expect(codesOf(together)).to.deep.equal(stands);
      expect(await play(judged, changing), 'told last').to.deep.equal(together);
      expect(await play(changing, judged), 'told first').to.deep.equal(together);
    });
  }
});
