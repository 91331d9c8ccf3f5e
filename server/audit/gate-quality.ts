import { setImmediate as breathe } from 'node:timers/promises';
import { parseInstant } from '../../devices/contract/instant.ts';
import type { Clock } from '../clock.ts';
import type { Account, GateQuality } from '../http/contract/accounts.ts';
import { transmission } from '../rules/device-health.ts';
import type { DeviceStatusStore } from '../store/device-status.ts';
import type { AccountMaker } from './account-maker.ts';
import { createFigureCache } from './figure-cache.ts';
import { passagesOf, type MonthDeps } from './month-rows.ts';
import { daysOf } from './months.ts';
import { createTally } from './tally.ts';

export interface GateQualityDeps extends MonthDeps {
  statuses: Pick<DeviceStatusStore, 'listening' | 'heardOn'>;
  maker: Pick<AccountMaker, 'gatesOf'>;
  clock: Clock;
}

type OfRows = Pick<GateQuality, 'rows' | 'photos' | 'pairing' | 'cargo' | 'quality'>;

/** How long what was added up of an account is kept, of real time: the account itself never changes. */
const KEPT_MS = 10 * 60_000;

/** What a tally asks beside rows: a gate's transmission is told apart from them. */
const besideRows = ({ limits, figures }: Account) => ({
  refused: 0,
  transmission: { gates: 0, heardMinutes: 0, expectedMinutes: 0 },
  limits: { ...limits, qualityPercent: figures.quality.limit },
});

/**
 * The data quality of an account gate by gate: what its rows lack, added up as the account does, so that the gates add up to it; and the
 * transmission of each gate by civil day, as of now.
 */
export function createGateQuality(deps: GateQualityDeps) {
  const added = createFigureCache<Map<string, OfRows>>({ restMs: KEPT_MS, most: 100 });

  async function ofRows(account: Account): Promise<Map<string, OfRows>> {
    const { enterprise, month, asOf } = account;
    const tallies = new Map<string, ReturnType<typeof createTally>>();
    for await (const passages of passagesOf(enterprise, month, parseInstant(asOf), deps)) {
      for (const { row } of passages) {
        if (!row) continue;
        const tally = tallies.get(row.gate) ?? createTally();
        tallies.set(row.gate, tally);
        tally.row(row);
      }
      await breathe();
    }
    return new Map(
      [...tallies].map(([gate, tally]) => {
        const { rows, photos, pairing, cargo, quality } = tally.figures(besideRows(account));
        return [gate, { rows: rows.road, photos, pairing, cargo, quality }];
      }),
    );
  }

  async function heard(gates: string[], month: string, until: number) {
    const listened = await deps.statuses.listening(daysOf(month, until));
    const days = new Map<string, GateQuality['days']>(gates.map((gate) => [gate, []]));
    for (const [day, minutes] of [...listened].sort()) {
      const said = await deps.statuses.heardOn(day, gates.map((gate) => `gate/${gate}`)); // prettier-ignore
      for (const gate of gates) {
        const { heard: heardMinutes, expected, percent } = transmission(said.get(`gate/${gate}`) ?? [], minutes);
        days.get(gate)!.push({ day, heardMinutes, expectedMinutes: expected, percent });
      }
    }
    return days;
  }

  return {
    async of(account: Account): Promise<GateQuality[]> {
      const { enterprise, month, asOf, digest } = account;
      const [rows, own] = await Promise.all([
        added(digest, () => ofRows(account)),
        deps.maker.gatesOf([enterprise], month, parseInstant(asOf)),
      ]);
      const gates = [...new Set([...(own.get(enterprise) ?? []).map((key) => key.slice('gate/'.length)), ...rows.keys()])].sort();
      const days = await heard(gates, month, deps.clock.now());
      const empty = createTally().figures(besideRows(account));
      return gates.map((gate) => {
        const ofDays = days.get(gate)!;
        const sum = (of: 'heardMinutes' | 'expectedMinutes') => ofDays.reduce((n, day) => n + day[of], 0);
        const [heardMinutes, expectedMinutes] = [sum('heardMinutes'), sum('expectedMinutes')];
        const { photos, pairing, cargo, quality } = empty;
        return {
          gate,
          ...(rows.get(gate) ?? { rows: 0, photos, pairing, cargo, quality }),
          transmission: {
            heardMinutes,
            expectedMinutes,
            percent: expectedMinutes === 0 ? null : Math.round((heardMinutes / expectedMinutes) * 10_000) / 100,
          },
          days: ofDays,
        };
      });
    },
  };
}
export type GateQualityReader = ReturnType<typeof createGateQuality>;
