import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { IntakeDeps } from './intake/index.ts';

/** What the platform counts of itself, for Prometheus. */
export function createMetrics() {
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
