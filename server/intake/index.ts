import { decodeStatus } from '../../devices/contract/decode.ts';
import { isKind, type Kind } from '../../devices/contract/kinds.ts';
import { formatInstant, parseInstant } from '../../devices/contract/instant.ts';
import { answerTopic } from '../../devices/contract/topics.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { DeviceStatusDoc, DeviceStatusStore } from '../store/device-status.ts';
import type { DecisionDoc } from '../store/types.ts';
import type { Decision } from '../../devices/contract/answers.ts';
import { inForce } from '../registry/in-force.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { isUrgent, rejectedOf } from './admit.ts';
import { createLane, type LaneOptions } from './lane.ts';
import { isAnswer, type Packet, type Publishing } from './listener.ts';
import type { Pipeline } from './pipeline.ts';
import type { Quotas } from './quotas.ts';
import type { Receipts } from './receipts.ts';
import { isStoreAway } from './store-away.ts';
import type { Incoming, Outcome, Refusal } from './types.ts';
import type { UnderWay } from './under-way.ts';

export interface IntakeDeps {
  pipeline: Pipeline;
  /** Whoever asks what is not stored yet. */
  underWay?: UnderWay;
  quotas: Quotas;
  receipts: Receipts;
  statuses: DeviceStatusStore;
  registry: RegistryReader;
  clock: Clock;
  log: Logger;
  publish(topic: string, payload: string, options: Publishing): void;
  /** Counts for the metrics: messages by kind and outcome, seconds per batch. */
  observe?: { message(kind: string, outcome: string): void; batch(lane: string, items: number, seconds: number): void };
}

/**
 * The intake: messages come in by `packet` (MQTT) or `submit` (HTTP), run through the pipeline in two lanes, so that a flood of
 * telemetry never delays a barrier, and are answered when they are stored.
 */
export function createIntake(deps: IntakeDeps) {
  const { pipeline, quotas, receipts, clock, log, publish, observe } = deps;

  /** @param urgent somebody waits for a decision: the next batch begins when those of this one have left */
  const lane = (
    name: string,
    batches: Pick<LaneOptions<Incoming>, 'size' | 'linger' | 'lingerBusy' | 'parallel'>,
    urgent: boolean,
  ) =>
    createLane<Incoming>({
      name,
      ...batches,
      isStoreAway,
      async work(items, makeRoom) {
        const began = performance.now();
        await pipeline.process(items, urgent ? makeRoom : undefined);
        observe?.batch(name, items.length, (performance.now() - began) / 1000);
      },
      async poison(item, error) {
        log.error(
          { event: 'poison', kind: item.kind, device: item.deviceId, error: String(error) },
          'a message cannot be handled; kept as a dead letter',
        );
        await pipeline.poison(item);
      },
      onError: (error, items) => log.warn({ event: 'batch-failed', lane: name, items, error: String(error) }, 'batch not stored'),
    });
  const gates = lane('gates', { size: 200, linger: 0, lingerBusy: 12, parallel: 2 }, true);
  const others = lane('others', { size: 1000, linger: 150, parallel: 3 }, false);
  const statuses = createLane<{ doc: DeviceStatusDoc; kept?: true; acknowledge(): void }>({
    name: 'status',
    size: 500,
    linger: 200,
    parallel: 1,
    isStoreAway,
    async work(items) {
      await deps.registry.sync();
      const known = await deps.registry.devices(items.map((i) => i.doc._id));
      const now = clock.now();
      const own = items.filter((i) => inForce(known.get(i.doc._id) ?? [], now, Infinity)?.facts.enabled);
      await deps.statuses.record(own.filter((i) => !i.kept).map((i) => i.doc));
      await deps.statuses.recordKept(own.filter((i) => i.kept).map((i) => i.doc));
      for (const item of items) item.acknowledge();
    },
    poison: (item, error) => {
      log.error({ event: 'status-failed', device: item.doc._id, error: String(error) }, 'a status cannot be kept');
      item.acknowledge();
      return Promise.resolve();
    },
    onError: (error, items) =>
      log.warn({ event: 'batch-failed', lane: 'status', items, error: String(error) }, 'statuses not stored'),
  });

  function enqueue(incoming: Incoming) {
    const { settle } = incoming;
    const leave = deps.underWay?.enter();
    incoming.settle = (outcome) => {
      leave?.();
      settle(outcome);
    };
    (isUrgent(incoming.kind, incoming.message) ? gates : others).push(incoming);
  }

  /** Over its limit: said once a minute, and not stored. */
  function limited(incoming: Incoming): Refusal {
    return {
      incoming,
      code: 'rate-limited',
      message: 'faster than this device may send; keep it and send slower',
      retryAfter: 60,
    };
  }

  function answer(packet: Packet, kind: Kind | undefined, decided: (decision: Decision) => void, outcome: Outcome) {
    packet.acknowledge();
    if (kind === undefined) return;
    if (outcome.stored) {
      receipts.add(kind, packet.deviceId, outcome.id);
      if (outcome.decision) decided(outcome.decision);
    } else publish(answerTopic(kind, packet.deviceId, 'rejected'), JSON.stringify(outcome.rejected), { qos: 1 });
    observe?.message(kind, outcome.stored ? 'stored' : outcome.rejected.code);
  }

  function publishDecision(gateId: string, decision: DecisionDoc['decision'], correlation?: Buffer) {
    publish(answerTopic('gate', gateId, 'decision'), JSON.stringify(decision), { qos: 1, ...(correlation && { correlation }) });
  }

  function statusOf(kind: Kind, deviceId: string, bytes: Uint8Array): DeviceStatusDoc | undefined {
    const decoded = decodeStatus(bytes);
    if (!decoded.ok) return undefined;
    const { online, at, firmware, queued, dropped } = decoded.value;
    return {
      _id: `${kind}/${deviceId}`,
      kind,
      deviceId,
      online,
      receivedAt: new Date(clock.now()),
      ...(at !== undefined && { at: new Date(parseInstant(at)) }),
      ...(firmware !== undefined && { firmware }),
      ...(queued !== undefined && { queued }),
      ...(dropped !== undefined && { dropped }),
    };
  }

  return {
    /** A packet from the broker. Gives back at once. */
    packet(packet: Packet): void {
      if (isAnswer(packet.message)) return packet.acknowledge();
      const kind = packet.kind !== undefined && isKind(packet.kind) ? packet.kind : undefined;
      let told = false;
      const decided = (decision: Decision) => {
        if (!told) publishDecision(packet.deviceId, decision, packet.correlation);
        told = true;
      };
      const incoming: Incoming = {
        topic: packet.topic,
        ...(kind !== undefined && { kind }),
        deviceId: packet.deviceId,
        message: packet.message,
        bytes: packet.bytes,
        retained: packet.retained,
        receivedAt: clock.now(),
        ...(packet.correlation && { correlation: packet.correlation }),
        via: 'mqtt',
        settle: (outcome) => answer(packet, kind, decided, outcome),
        decided,
      };
      const quota = quotas.take(kind ?? '?', packet.deviceId);
      if (quota !== 'ok') {
        packet.acknowledge();
        if (quota === 'tell' && kind !== undefined) void tellLimited(incoming, kind);
        return;
      }
      if (packet.message === 'status' && kind !== undefined) {
        const doc = statusOf(kind, packet.deviceId, packet.bytes);
        if (doc) statuses.push({ doc, ...(packet.kept && { kept: true as const }), acknowledge: packet.acknowledge });
        else void refuseStatus(incoming);
        return;
      }
      enqueue(incoming);
    },

    /**
     * A message that came over HTTP. Resolves when it is stored or refused; rejects after `timeout` ms without a store (real time).
     * @returns null for a status
     */
    submit(
      kind: Kind,
      deviceId: string,
      message: string,
      bytes: Uint8Array,
      timeout: number,
      replay?: true,
    ): Promise<Outcome | null> {
      const topic = `cleanhaul/v1/${kind}/${deviceId}/${message}`;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('the store is away')), timeout);
        const done = (outcome: Outcome | null) => {
          clearTimeout(timer);
          if (outcome) observe?.message(kind, outcome.stored ? 'stored' : outcome.rejected.code);
          resolve(outcome);
        };
        const incoming: Incoming = {
          topic,
          kind,
          deviceId,
          message,
          bytes,
          retained: false,
          receivedAt: clock.now(),
          via: 'http',
          settle: done,
        };
        if (replay) incoming.replay = replay;
        const quota = replay ? 'ok' : quotas.take(kind, deviceId);
        if (quota !== 'ok') {
          if (quota === 'tell') void pipeline.refuse([limited({ ...incoming, settle: () => undefined })]).catch(() => undefined);
          return done({ stored: false, rejected: rejectedOf(limited(incoming), clock.now()) });
        }
        if (message === 'status') {
          const doc = statusOf(kind, deviceId, bytes);
          if (doc) statuses.push({ doc, acknowledge: () => done(null) });
          else void refuseStatus(incoming);
          return;
        }
        enqueue(incoming);
      });
    },

    publishDecision,
    /** Messages that wait or are under way. */
    backlog: () => gates.waiting() + others.waiting() + (gates.running() + others.running()),

    /** Takes in nothing more; what is under way is finished and answered. */
    async stop(): Promise<void> {
      await Promise.all([gates.stop(5000), others.stop(5000), statuses.stop(2000)]);
      receipts.stop();
    },
  };

  async function tellLimited(incoming: Incoming, kind: Kind) {
    const refusal = limited(incoming);
    publish(answerTopic(kind, incoming.deviceId, 'rejected'), JSON.stringify(rejectedOf(refusal, clock.now())), { qos: 1 });
    observe?.message(kind, 'rate-limited');
    try {
      await pipeline.refuse([{ ...refusal, incoming: { ...incoming, settle: () => undefined } }]);
    } catch (error) {
      log.warn({ event: 'limited', device: incoming.deviceId, error: String(error) }, 'flooding not recorded');
    }
  }

  async function refuseStatus(incoming: Incoming) {
    const decoded = decodeStatus(incoming.bytes);
    if (decoded.ok) return;
    try {
      await pipeline.refuse([{ incoming, code: decoded.code, message: decoded.message }]);
    } catch (error) {
      log.warn({ event: 'status-refused', device: incoming.deviceId, error: String(error) }, 'refusal not stored');
    }
  }
}
export type Intake = ReturnType<typeof createIntake>;

/** Platform time as devices read it. */
export function timeAnswer(clock: Clock): { at: string } {
  return { at: formatInstant(clock.now()) };
}
