import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { civilDayStart } from '../devices/contract/instant.ts';
import type { IntakeDeps } from './intake/index.ts';

/** The last nightly reconcile, by whichever process. */
export type LastReconcile = () => Promise<{ _id: string; differences?: number } | null>;

/**
 * What the platform counts of itself, for Prometheus.
 * @param lastReconcile read whenever the metrics are asked for; while the store is away the figures stay as they were
 */
export function createMetrics(lastReconcile: LastReconcile = () => Promise.resolve(null)) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const messages = new Counter({
    name: 'cleanhaul_messages_total',
    help: 'messages by kind and outcome',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  });
  const items = new Counter({
    name: 'cleanhaul_batched_messages_total',
    help: 'messages handled in batches',
    labelNames: ['lane'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'cleanhaul_batch_seconds',
    help: 'time from the start of a batch to its answer',
    labelNames: ['lane'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  new Gauge({
    name: 'cleanhaul_reconcile_differences',
    help: 'findings that were not as stored when the last nightly reconcile judged them again; 0 is well',
    registers: [registry],
    async collect() {
      const last = await lastReconcile().catch(() => null);
      if (last) this.set(last.differences ?? 0);
    },
  });
  new Gauge({
    name: 'cleanhaul_reconcile_last_day',
    help: 'beginning of the civil day on which the last nightly reconcile ran, platform time in Unix seconds; 0: none yet',
    registers: [registry],
    async collect() {
      const last = await lastReconcile().catch(() => null);
      if (last) this.set(civilDayStart(last._id) / 1000);
    },
  });
  const observe: NonNullable<IntakeDeps['observe']> = {
    message: (kind, outcome) => messages.inc({ kind, outcome }),
    batch(lane, count, duration) {
      items.inc({ lane }, count);
      seconds.observe({ lane }, duration);
    },
  };
  return { registry, observe };
}
export type Metrics = ReturnType<typeof createMetrics>;
