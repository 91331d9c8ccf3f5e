import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatePolicy } from '../../devices/contract/answers.ts';
import { HOUR, MINUTE } from '../../devices/contract/instant.ts';
import { answerTopic } from '../../devices/contract/topics.ts';
import type { Logger } from '../log.ts';
import { responseWindows } from '../policy/responses.ts';
import { allInForce, inForce } from '../registry/in-force.ts';
import { CLOCK_LAG_MS, composeGatePolicy, type KnownVehicle } from '../rules/gate-policy.ts';
import { standingFailureAt } from '../rules/remote-sensing-history.ts';
import type { DeviceFacts } from '../rules/types.ts';
import type { GatePayloadDoc } from '../store/gate-policies.ts';
import type { HistoryDeps } from './histories/deps.ts';
import { readingHistories } from './histories/readings.ts';
import type { Publishing } from './listener.ts';
import { isStoreAway } from './store-away.ts';

export interface GatePolicyDeps extends HistoryDeps {
  publish(topic: string, payload: string, options: Publishing): void;
  /** The registry's revision numbers. */
  revisions(): Promise<Record<string, number>>;
  log: Logger;
}

/** How long a payload holds, and how long before its end the next one is sent (platform time). */
const VALID_MS = 24 * HOUR;
const RENEW_MS = 6 * HOUR;
/** How often each gate's payload is looked at (real time). */
const REFRESH_MS = MINUTE;
/** How often it is asked whether any process changed what policies are made of (real time). */
const LOOK_MS = 2000;
/** Rest between two gates (real time). */
const PAUSE_MS = 20;
const MADE_OF = ['enterprises', 'devices', 'responses', 'policies'] as const;
const VEHICLES = 600;
/** New vehicles wait this long for the next payload (platform time). */
const VEHICLES_MS = 30 * MINUTE;

/**
 * The retained policies by which gates decide alone while the line is down: made anew when what they say changes or their validity
 * runs low, published to the broker again after each connection. Several processes may do this at once: the numbered payload is the fence.
 */
export function createGatePolicies(deps: GatePolicyDeps) {
  const { registry, observations, payloads, clock, policies, publish, log } = deps;
  const published = new Map<string, string>();
  const timers: NodeJS.Timeout[] = [];
  let seen: string | undefined;
  let busy: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  /** The policy of one gate, made anew if what the last one says has changed or it runs out soon. */
  async function current(gate: DeviceFacts): Promise<GatePayloadDoc> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const now = clock.now();
      const last = await payloads.last(gate.id);
      const payload = await compose(gate, (last?.n ?? 0) + 1, now);
      const digest = digestOf(payload);
      if (last && last.digest === digest && last.validUntil.getTime() - now > RENEW_MS && sameVehicles(last, payload, now))
        return last;
      const doc: GatePayloadDoc = {
        _id: `${gate.id}/${payload.payloadId}`,
        gateId: gate.id,
        n: (last?.n ?? 0) + 1,
        payload,
        digest,
        validUntil: new Date(now + VALID_MS),
      };
      if (await payloads.keep(doc)) return doc;
    }
    throw new Error(`gate ${gate.id}: its policy is being made elsewhere`);
  }

  async function compose(gate: DeviceFacts, n: number, now: number): Promise<GatePolicy> {
    const enterprise =
      gate.enterpriseId === undefined
        ? undefined
        : inForce((await registry.enterprises([gate.enterpriseId])).get(gate.enterpriseId) ?? [], now, now)?.facts;
    const county = enterprise?.county ?? gate.county;
    const responses =
      county === undefined ? [] : responseWindows(await registry.responses(), county, now - CLOCK_LAG_MS, now + VALID_MS, now);
    return composeGatePolicy({
      policy: policies.at(now, now),
      policies: policies.between(now - CLOCK_LAG_MS, now + VALID_MS, now),
      enterprise,
      responses,
      vehicles: await seenLately(gate, now),
      nowMs: now,
      validMs: VALID_MS,
      n,
    });
  }

  /** Vehicles matched at the gate lately, newest first, as registered now. */
  async function seenLately(gate: DeviceFacts, now: number): Promise<KnownVehicle[]> {
    const seen = await observations.collection
      .find({ source: `gate/${gate.id}`, 'recognition.outcome': 'matched' }, { projection: { recognition: 1 } })
      .sort({ at: -1 })
      .limit(VEHICLES)
      .toArray();
    const vins = [...new Set(seen.map((d) => d.recognition!.vin!))];
    const [versions, histories] = await Promise.all([registry.vehiclesByVin(vins), readingHistories(vins, deps)]);
    return vins.flatMap((vin) => {
      const history = histories.get(vin);
      const failed = history !== undefined && standingFailureAt(history.failures, history.inspections, now) !== undefined;
      return allInForce(versions.get(vin) ?? [], now, now)
        .filter((v) => v.facts.vin === vin)
        .map((v) => ({ vehicle: v.facts, failed }));
    });
  }

  async function refresh(): Promise<void> {
    await registry.sync();
    const now = clock.now();
    for (const { facts: gate } of allInForce(await registry.gates(), now, now)) {
      if (stopped) return;
      if (!gate.enabled) continue;
      const doc = await current(gate);
      // Fifty policies in a row would keep barriers waiting for their answers.
      await sleep(PAUSE_MS);
      if (published.get(gate.id) === doc._id) continue;
      publish(answerTopic('gate', gate.id, 'policy'), JSON.stringify(doc.payload), { qos: 1, retain: true });
      published.set(gate.id, doc._id);
    }
  }

  async function look(): Promise<void> {
    try {
      const numbers = await deps.revisions();
      // An activated policy counts from its own moment on, whether or not anything is written then.
      const policy = policies.at(clock.now(), clock.now()).version;
      const now = [policy, ...MADE_OF.map((name) => numbers[name] ?? 0)].join();
      if (seen !== now) run();
      seen = now;
    } catch (error) {
      if (!isStoreAway(error)) log.warn({ event: 'gate-policy', error: String(error) }, 'registry changes not seen');
    }
  }

  function run() {
    if (stopped) return;
    if (busy) {
      again = true;
      return;
    }
    busy = refresh()
      .catch((error: unknown) => {
        if (!isStoreAway(error)) log.warn({ event: 'gate-policy', error: String(error) }, 'gate policies not made');
      })
      .finally(() => {
        busy = null;
        if (again) {
          again = false;
          run();
        }
      });
  }

  return {
    /** Looks at all gates soon: the registry, a response or the broker connection changed. */
    run,
    /** The broker forgot what was retained: everything is published again. */
    republish() {
      published.clear();
      run();
    },
    start() {
      timers.push(
        setInterval(run, REFRESH_MS),
        setInterval(() => void look(), LOOK_MS),
      );
      // The first look finds everything new: what changes from here on is seen by the next.
      void look();
    },
    /** The policy of a gate as it would be published now; null when there is no such gate. */
    async of(gateId: string): Promise<GatePolicy | null> {
      await registry.sync();
      const now = clock.now();
      const gate = inForce((await registry.devices([`gate/${gateId}`])).get(`gate/${gateId}`) ?? [], now, now)?.facts;
      return gate ? (await current(gate)).payload : null;
    },
    async stop(): Promise<void> {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      await busy;
    },
  };
}
export type GatePolicies = ReturnType<typeof createGatePolicies>;

/** What a payload demands and by which policy version, without its own times: edges that only say "from now" and "until this payload ends" are none. */
function digestOf({ payloadId, at, validUntil, requirements, unknownVehicle, expired }: GatePolicy): string {
  const demands = requirements.map(({ from, to, ...rest }) => [
    rest,
    from <= at ? null : from,
    to === undefined || to >= validUntil ? null : to,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([payloadId.slice(0, payloadId.lastIndexOf('#')), demands, unknownVehicle, expired]))
    .digest('hex');
}

/** Whether the vehicles need no new payload: the same ones, or the last payload is young. One that gets or loses its block is told at once. */
function sameVehicles(last: GatePayloadDoc, payload: GatePolicy, now: number): boolean {
  const known = new Map(last.payload.vehicles.map((v) => [`${v[0]},${v[1]}`, v[6]]));
  // One that is not in the last payload and is blocked now changes, too: unknown vehicles are only looked at.
  if (payload.vehicles.some((v) => Boolean(known.get(`${v[0]},${v[1]}`)) !== Boolean(v[6]))) return false;
  const young = now - (last.validUntil.getTime() - VALID_MS) < VEHICLES_MS;
  return young || (known.size === payload.vehicles.length && payload.vehicles.every((v) => known.has(`${v[0]},${v[1]}`)));
}
