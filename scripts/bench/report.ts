import type { Latency, Throughput } from './generator.ts';
import type { ListsRow } from './lists.ts';
import { median } from './median.ts';
import { planText } from './plans.ts';
import type { WhatIfRow } from './what-if.ts';
import type { LiveRow } from './live.ts';

/** What a run of the bench found, as it is written to bench-results/, and how it is shown. */

/** One measurement of throughput. Processor time is microseconds a message, of all threads. */
export interface ThroughputRow {
  round: number;
  messages: 'mix' | 'gates';
  who: 'floor' | 'platform';
  result: Throughput;
  cpu: { receiver: number; mongod: number; broker: number };
  /** Platform: hours of telemetry that were due afterwards, and how many of them were judged in these seconds. */
  due?: { hours: number; judged: number; seconds: number };
}

export interface LatencyRow {
  who: 'floor' | 'platform';
  perSecond: number;
  telemetryPerSecond: number;
  result: Latency;
}

export interface BenchResult {
  at: string;
  machine: { cpu: string; cores: number; memoryGb: number; node: string; mongod: string; broker: string; load: number };
  settings: { seconds: number; rounds: number; latencySeconds: number };
  throughput: ThroughputRow[];
  latency: LatencyRow[];
  live: LiveRow[];
  /** Messages a second of the mix with that many observations and vehicles stored, and with none (mean of a run before and one after). */
  stored?: { stored: number; empty: number; filled: number };
  whatIf?: WhatIfRow;
  lists?: ListsRow;
}

/** Full ÷ floor of each round, for one kind of messages. */
export function ratios(result: BenchResult, messages: 'mix' | 'gates'): number[] {
  const of = (who: string, round: number) =>
    result.throughput.find((r) => r.who === who && r.round === round && r.messages === messages)?.result.perSecond;
  return [...new Set(result.throughput.map((r) => r.round))].flatMap((round) => {
    const floor = of('floor', round);
    const full = of('platform', round);
    return floor !== undefined && full !== undefined ? [full / floor] : [];
  });
}

/**
 * What a lasting load would come to: a terminal's message comes 36 times an hour and its hour is judged once, later; the time that takes
 * is added to that of taking the messages in.
 */
export function sustained(row: ThroughputRow): number | undefined {
  if (!row.due || row.due.judged === 0) return undefined;
  const perHour = row.due.seconds / row.due.judged;
  return 1 / (1 / row.result.perSecond + (0.7 / 36) * perHour);
}

const number = (n: number, digits = 0) =>
  Number.isFinite(n) ? n.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }) : '∞';

/** The run as Markdown tables: printed, and kept in docs/performance.md. */
export function tables(result: BenchResult): string {
  const { machine, settings } = result;
  const lines = [
    `${result.at.slice(0, 10)} · ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB · Node ${machine.node} · mongod ${machine.mongod} · ${machine.broker} · load before the run ${number(machine.load, 1)} · ${settings.rounds} rounds of ${settings.seconds} s`,
  ];
  if (result.throughput.length > 0) {
    lines.push(
      '',
      '| round | messages | receiver | stored/s | bytes | CPU µs/message: receiver | mongod | broker | hours due | judged/s |',
      '|---|---|---|---:|---:|---:|---:|---:|---:|---:|',
      ...result.throughput.map(
        ({ round, messages, who, result: r, cpu, due }) =>
          `| ${round} | ${messages} | ${who} | ${number(r.perSecond)} | ${number(r.bytesPerMessage)} | ${number(cpu.receiver)} | ${number(cpu.mongod)} | ${number(cpu.broker)} | ${due ? number(due.hours) : ''} | ${due ? number(due.judged / due.seconds) : ''} |`,
      ),
      '',
    );
    for (const messages of ['mix', 'gates'] as const) {
      const own = ratios(result, messages);
      if (own.length === 0) continue;
      lines.push(
        `full ÷ floor, ${messages}: **${number(median(own), 2)}** (rounds: ${own.map((r) => number(r, 2)).join(', ')})`,
        '',
      );
    }
    const lasting = result.throughput.flatMap((row) => {
      const rate = sustained(row);
      const floor = result.throughput.find((r) => r.round === row.round && r.messages === row.messages && r.who === 'floor');
      return rate === undefined || !floor ? [] : [rate / floor.result.perSecond];
    });
    if (lasting.length > 0)
      lines.push(`full ÷ floor, mix, with the later judging of its hours: **${number(median(lasting), 2)}**`, '');
  }
  if (result.latency.length > 0) {
    lines.push(
      '| arrivals/s | telemetry/s | bare p50 ms | p99 | platform p50 ms | p99 | max | answered |',
      '|---:|---:|---:|---:|---:|---:|---:|---:|',
    );
    const pairs = new Map(result.latency.map((r) => [`${r.perSecond}|${r.telemetryPerSecond}`, r]));
    for (const { perSecond, telemetryPerSecond } of pairs.values()) {
      const of = (who: string) =>
        result.latency.find((r) => r.who === who && r.perSecond === perSecond && r.telemetryPerSecond === telemetryPerSecond)
          ?.result;
      const [bare, full] = [of('floor'), of('platform')];
      lines.push(
        `| ${perSecond} | ${telemetryPerSecond} | ${bare ? number(bare.p50, 1) : ''} | ${bare ? number(bare.p99, 1) : ''} | ${full ? number(full.p50, 1) : ''} | ${full ? number(full.p99, 1) : ''} | ${full ? number(full.max, 1) : ''} | ${full ? `${number(full.answered)}/${number(full.asked)}` : ''} |`,
      );
    }
    lines.push('');
  }
  if (result.whatIf) {
    const { runs, gates, besidePerSecond } = result.whatIf;
    lines.push(
      '',
      '| what-if over | looked at/s | per second of one core | bare read/s | ratio | most memory MB |',
      '|---:|---:|---:|---:|---:|---:|',
      ...runs.map(
        (r) =>
          `| ${number(r.looked)} | ${number(r.perSecond)} | ${number(r.perCpuSecond)} | ${number(r.barePerSecond)} | ${number(r.perSecond / r.barePerSecond, 2)} | ${number(r.rss)} |`,
      ),
      '',
      `gates beside 300 telemetry/s, p50 and p99: ${number(gates.without.p50, 1)} and ${number(gates.without.p99, 1)} ms without a job, ${number(gates.beside.p50, 1)} and ${number(gates.beside.p99, 1)} ms beside one that looks at ${number(besidePerSecond)}/s`,
      '',
    );
  }
  if (result.lists) lines.push('', listTables(result.lists, result.lists.lists.length));
  if (result.stored) {
    const { stored, empty, filled } = result.stored;
    lines.push(
      `mix with ${number(stored)} observations and as many vehicles stored ÷ with an empty store: **${number(filled / empty, 2)}** (${number(filled)}/s, ${number(empty)}/s)`,
      '',
    );
  }
  if (result.live.length > 0) {
    lines.push(
      '| consoles | stalled | alerts/s | items delivered | stored to received p50 ms | p99 | max | live server, share of a core | its memory MB |',
      '|---:|---:|---:|---:|---:|---:|---:|---:|---|',
      ...result.live.map(
        ({ consoles, stalled, perSecond, result: r, core, rss }) =>
          `| ${consoles} | ${stalled} | ${number(perSecond)} | ${number(r.deliveries)} | ${number(r.p50)} | ${number(r.p99)} | ${number(r.max)} | ${number(core * 100)} % | ${rss.map((mb) => number(mb)).join(' → ')} |`,
      ),
      '',
    );
  }
  return lines.join('\n');
}

/** The first pages of lists, the slowest first. */
export function listTables({ rows, bare, lists }: ListsRow, most: number): string {
  const slowest = [...lists].sort((a, b) => b.ms - a.ms);
  const within = (ms: number) => lists.filter((list) => list.ms <= ms).length;
  return [
    `First pages (100 rows) of ${lists.length} lists of ${number(rows)} rows each, as each filter alone and as people combine them: ${within(20)} within 20 ms, ${within(50)} within 50, ${within(200)} within 200; one row by its key takes ${number(bare, 2)} ms. The slowest:`,
    '',
    '| list | rows | ms (median of five) | worst | read |',
    '|---|---:|---:|---:|---|',
    ...slowest
      .slice(0, most)
      .map(
        ({ name, items, ms, worst, plans }) =>
          `| ${name} | ${items} | ${number(ms, 1)} | ${number(worst, 1)} | ${plans.map(planText).join(' · ')} |`,
      ),
    '',
  ].join('\n');
}
