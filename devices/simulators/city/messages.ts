import { formatInstant, MINUTE, parseInstant } from '../../contract/instant.ts';
import type { Kind } from '../../contract/kinds.ts';
import type { CityDay } from './day.ts';
import type { Visit } from './events.ts';
import { telemetryOf } from './telemetry.ts';

/** One message of the day as a device would send it. */
export interface DayMessage {
  /** When it reaches the line: later than its `at` where the line was down. */
  sendAt: number;
  kind: Kind;
  device: string;
  message: string;
  /** Whole and ready to send: `id`, `n`, `at`, `backfill` included. */
  body: Record<string, unknown> & { id: string; at: string };
}

/** How a passage follows from the answer the gate had. */
export function passageBody(visit: Visit, decision: 'admit' | 'refuse' | 'review'): Record<string, unknown> {
  const { direction, lane, plate, seen, cargo } = visit;
  const passed = decision !== 'refuse' || visit.forced;
  const mode = decision === 'refuse' ? 'forced' : decision === 'review' ? 'manual' : 'automatic';
  return {
    direction,
    lane,
    plate,
    ...(seen && { seen }),
    ...(cargo && { cargo }),
    outcome: passed ? 'passed' : 'turned-back',
    ...(passed && {
      release: mode === 'automatic' ? { mode } : { mode, operator: '值班员', reason: mode === 'forced' ? '急件' : '人工核验' },
    }),
  };
}

/** What an arrival at a gate says. */
export function arrivalBody({ direction, lane, plate, seen, cargo }: Visit): Record<string, unknown> {
  return { direction, lane, plate, ...(seen && { seen }), ...(cargo && { cargo }) };
}

/**
 * The day's messages without any platform: every gate goes by what it is expected to be answered (alone, by its policy, while its
 * line is down). For tests and benches. In the order in which they reach the line.
 */
export function dayMessages(day: CityDay): DayMessage[] {
  const counters = new Map<string, number>();
  const messages: (Omit<DayMessage, 'body'> & { at: number; body: Record<string, unknown> })[] = [];
  const outages = day.events.flatMap((e) =>
    e.type === 'line' && !e.up ? [{ device: `${e.kind}/${e.device}`, from: e.at, to: Infinity }] : [],
  );
  for (const e of day.events) {
    if (e.type !== 'line' || !e.up) continue;
    const outage = outages.find((o) => o.device === `${e.kind}/${e.device}` && o.to === Infinity);
    if (outage) outage.to = e.at;
  }
  const outageAt = (kind: Kind, device: string, at: number) =>
    outages.find((o) => o.device === `${kind}/${device}` && o.from <= at && at < o.to);
  const put = (kind: Kind, device: string, message: string, at: number, body: Record<string, unknown>) =>
    messages.push({ sendAt: outageAt(kind, device, at)?.to ?? at, at, kind, device, message, body });

  for (const e of day.events) {
    if (e.type === 'message') put(e.kind, e.device, e.message, e.at, e.body);
    else if (e.type === 'drive') for (const t of telemetryOf(e)) put('on-board', e.vin, 'telemetry', t.at, t.body);
    else if (e.type === 'visit') {
      const arrival = { ...arrivalBody(e) };
      const source = outageAt('gate', e.gate, e.at) ? 'policy' : 'platform';
      if (!e.simple) put('gate', e.gate, 'arrival', e.at, arrival);
      const decided = { source, decision: e.expect, at: formatInstant(e.at + 800) };
      put('gate', e.gate, 'passage', e.at + e.passAfter, { ...passageBody(e, e.expect), ...(!e.simple && { arrival, decided }) });
    }
  }
  messages.sort((a, b) => a.sendAt - b.sendAt || a.at - b.at);
  const arrivalIds = new Map<unknown, string>();
  return messages.map(({ sendAt, at, kind, device, message, body }) => {
    const n = (counters.get(`${kind}/${device}`) ?? 0) + 1;
    counters.set(`${kind}/${device}`, n);
    const id = `d${day.seed}-${n}`;
    if (message === 'arrival') arrivalIds.set(body, id);
    const { arrival, ...content } = body;
    const stamp = typeof content.at === 'string' ? content.at : formatInstant(at);
    return {
      sendAt,
      kind,
      device,
      message,
      body: {
        ...content,
        id,
        n,
        at: stamp,
        ...(arrival !== undefined && { arrivalId: arrivalIds.get(arrival) }),
        ...(sendAt - parseInstant(stamp) > MINUTE && { backfill: true }),
      },
    };
  });
}
