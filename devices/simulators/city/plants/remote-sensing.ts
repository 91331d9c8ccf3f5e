import { formatInstant } from '../../../contract/instant.ts';
import type { Vehicle } from '../fleet.ts';
import { UNCALIBRATED } from '../places.ts';
import type { Plant } from './tools.ts';

/** Failed twice, then refused at a gate, repaired, admitted; and those who only look like it. Rain falls over RS1 to RS3 only. */
export const remoteSensingPlants: Plant = ({
  make,
  hour,
  some,
  several,
  journey,
  commit,
  expected,
  caught,
  honest,
  planted,
  city,
  random,
  world,
}) => {
  const over = (): Record<string, number> =>
    random.chance(0.8) ? { opacity: random.int(38, 70) } : { ringelmann: random.int(2, 4) };
  const { rain } = world.weather;
  const dry = (from: number, to: number) => {
    for (;;) {
      const h = some(from, to);
      if (h > rain.to || h < rain.from - 1.2) return h;
    }
  };
  const inspected = (v: Vehicle, h: number, result = 'passed', inspectionKind = 'repair') =>
    planted.inspections.push({ vin: v.vin, at: formatInstant(hour(h)), inspectionKind, result, station: '城南维修站' });
  /** Twice past RS4 on the road to E06, out and back. */
  const e06 = city.enterprise('E06');
  const pass = (v: Vehicle, from: string, h: number, measured: Record<string, number> | undefined, circumstances?: Record<string, unknown>) => {
    const j = journey(v, from, h).driveTo(from === 'yuanping' ? 'dai' : 'yuanping', { ...(measured && { measured }), ...(circumstances && { circumstances }) });
    commit(j);
    return j;
  }; // prettier-ignore
  /** A truck seen twice at RS4, there and back, with what it measured. */
  const twice = (
    stage: string,
    [one, two]: [Record<string, number> | undefined, Record<string, number> | undefined],
    circumstances: [Record<string, unknown>?, Record<string, unknown>?] = [],
    changes: Partial<Vehicle> = {},
  ) => {
    const v = make.heavyDiesel(stage, changes);
    const h = some(5, 12);
    const there = pass(v, 'yuanping', h, one, circumstances[0]);
    const back = pass(v, 'dai', h + some(2.5, 6), two, circumstances[1]);
    return { v, h, there, back, to: { to: formatInstant(back.time) } };
  };

  several(() => {
    const failing = make.heavyDiesel('5');
    const measured = over();
    const h = dry(5.2, 8);
    const first = journey(failing, 'ringN', h).driveTo('E06', { measured });
    const failedFrom = first.seenAt('RS4')[0] as number;
    first.visit('E06', { failedFrom });
    commit(first);
    expected('failed-twice', first, 'remote-sensing', 'failed', 'warning', 'over the limit at RS1 and again at RS4');
    caught('failed-at-a-gate', first, 'remote-sensing', 'failed-vehicle', 'refused at the gate after two failures');
    const repairedAt = hour(h + 4);
    inspected(failing, h + 4);
    const repaired = journey(failing, e06.node, h + some(5, 12)).driveTo('E06').visit('E06', { failedFrom, repairedAt }); // prettier-ignore
    commit(repaired);
    honest('repaired-after-failure', repaired, 'remote-sensing', 'repaired in between: the gate admits it again');
  });
  const smoke = { opacity: 52 };
  {
    const { there, to } = twice('5', [smoke, smoke], [], { color: 'yellow' });
    expected('failed-twice', there, 'remote-sensing', 'failed', 'warning', 'over the limit twice at one station', to);
  }
  {
    const three = twice('5', [smoke, smoke]);
    const again = pass(three.v, 'yuanping', three.h + 10.5, smoke);
    const more = { to: formatInstant(again.time), count: 2 };
    expected('failed-three-times', three.there, 'remote-sensing', 'failed', 'warning', 'three in a row make two failures', more);
  }
  several(() => {
    const { v, h, there, to } = twice('5', [smoke, smoke]);
    inspected(v, h + 2, random.pick(['passed', 'failed']));
    honest('second-reading-after-repair', there, 'remote-sensing', 'repaired between the two passes', { code: 'failed', ...to });
  });
  {
    const { v, h, there, to } = twice('5', [smoke, smoke]);
    inspected(v, h + 2, 'passed', 'periodic');
    honest('inspected-in-between', there, 'remote-sensing', 'passed its inspection between the two', { code: 'failed', ...to });
  }
  {
    const { there, to } = twice('5', [smoke, { opacity: 12 }]);
    honest('only-once-over', there, 'remote-sensing', 'over the limit once', { code: 'failed', ...to });
  }
  {
    const { v, h, there } = twice('5', [smoke, { opacity: 9 }]);
    const again = pass(v, 'yuanping', h + 10.5, smoke);
    const more = { code: 'failed', to: formatInstant(again.time) };
    honest('clean-in-between', there, 'remote-sensing', 'a clean pass between the two', more);
  }
  {
    const { there, to } = twice('5', [{ opacity: 30, ringelmann: 1 }, { opacity: 30 }]);
    honest('just-at-the-limit', there, 'remote-sensing', 'exactly at the limit is not over it', to);
  }
  {
    const { there, to } = twice('5', [{ opacity: 41 }, { opacity: 9, ringelmann: 2 }]);
    honest('two-pollutants', there, 'remote-sensing', 'over in two different pollutants', { code: 'failed', ...to });
  }
  {
    const { there, to } = twice('5', [{ no: 1_820 }, { no: 1_760 }]);
    expected('nox-screening', there, 'remote-sensing', 'no-screening', 'info', 'NO over 1500e-6: screening only', {
      ...to,
      count: 2,
    });
    honest('nox-screening', there, 'remote-sensing', 'NO never leads to a failure', { code: 'failed', ...to });
  }
  for (const [kind, circumstances, why] of [
    ['invalid-speed', { speed: 3.2 }, 'too slow for a valid reading'],
    ['invalid-acceleration', { acceleration: 3.4 }, 'it accelerated too hard'],
    ['invalid-device', { deviceValid: false }, 'the device itself says that it does not count'],
    ['invalid-wind', { weather: { temperature: 4, humidity: 40, pressure: 92, windSpeed: 7.5, precipitation: false } }, 'too much wind'],
    ['unsynced-reading', { clock: 'unsynced' }, 'the station’s clock was not set'],
  ] as const) {
    const { there, to } = twice('5', [smoke, smoke], [undefined, circumstances]);
    honest(kind, there, 'remote-sensing', why, { code: 'failed', ...to });
  } // prettier-ignore
  {
    const { there, to } = twice('5', [smoke, smoke], [], { fuel: 'E', vehicleType: 'Q11' });
    honest('smoke-of-gas', there, 'remote-sensing', 'gas: the limits are those of diesel', to);
  }
  const wet = journey(make.heavyDiesel('5'), 'ringN', rain.from + 0.1).driveTo('dai', { measured: smoke, speed: 55 });
  commit(wet);
  honest('rain', wet, 'remote-sensing', 'it rained at the first of the two passes', { code: 'failed' });

  const uncalibrated = make.heavyDiesel('5');
  const h = some(6, 12);
  const there = journey(uncalibrated, 'ningwu', h).driveTo('shenchi', { measured: smoke });
  const back = journey(uncalibrated, 'shenchi', h + 2).driveTo('ningwu', { measured: smoke });
  commit(there, back);
  honest('calibration-run-out', there, 'remote-sensing', `the calibration of ${UNCALIBRATED} has run out`, {
    to: formatInstant(back.time),
  });
};
