import { formatInstant, MINUTE, parseInstant } from '../../contract/instant.ts';
import type { Kind } from '../../contract/kinds.ts';
import type { CityDay } from './day.ts';
import type { Truth, Visit } from './events.ts';
import type { ExpectedFinding } from './expect.ts';
import { SKEWED_CHECKPOINT } from './places.ts';
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
  /** What is to be found on this very message. */
  finds?: ExpectedFinding[];
  /** Of a passage whose gate had no line: by what it was decided is found out when it is played. */
  alone?: Visit;
}

/** How a passage follows from the answer the gate had. */
export function passageBody(visit: Visit, decision: 'admit' | 'refuse' | 'review'): Record<string, unknown> {
  const { direction, lane, plate, seen, cargo } = visit;
  const passed = decision !== 'refuse' || visit.forced;
  const mode = visit.automatic || decision === 'admit' ? 'automatic' : decision === 'refuse' ? 'forced' : 'manual';
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
  const messages: (Omit<DayMessage, 'body'> & { at: number; lost?: boolean; body: Record<string, unknown> })[] = [];
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
  const put = (
    kind: Kind,
    device: string,
    message: string,
    at: number,
    body: Record<string, unknown>,
    more: { finds?: ExpectedFinding[] | undefined; alone?: Visit | undefined; lost?: true | undefined } = {},
  ) => messages.push({ sendAt: outageAt(kind, device, at)?.to ?? at, at, kind, device, message, body, ...known(more) });

  for (const e of day.events) {
    if (e.type === 'message') put(e.kind, e.device, e.message, e.at, e.body, { finds: e.finds, lost: e.lost });
    else if (e.type === 'drive') for (const t of telemetryOf(e)) put('on-board', e.vin, 'telemetry', t.at, t.body);
    else if (e.type === 'visit') {
      const arrival = { ...arrivalBody(e) };
      const alone = outageAt('gate', e.gate, e.at) !== undefined;
      const { finds } = e;
      if (!e.simple) put('gate', e.gate, 'arrival', e.at, arrival, { finds: finds.arrival });
      const decided = { source: alone ? 'policy' : 'platform', decision: e.expect, at: formatInstant(e.at + 800) };
      const passage = { ...passageBody(e, e.expect), ...(!e.simple && { arrival, decided }) };
      const more = { finds: finds.passage, ...(alone && !e.simple && { alone: e }) };
      put('gate', e.gate, 'passage', e.at + e.passAfter, passage, more);
      if (e.doubled !== undefined) put('gate', e.gate, 'passage', e.at + e.passAfter + e.doubled, { ...passage }, more);
    }
  }
  messages.sort((a, b) => a.sendAt - b.sendAt || a.at - b.at);
  const arrivalIds = new Map<unknown, string>();
  return messages.flatMap(({ sendAt, at, kind, device, message, body, finds, alone, lost }) => {
    const n = (counters.get(`${kind}/${device}`) ?? 0) + 1;
    counters.set(`${kind}/${device}`, n);
    const id = `d${day.seed}-${n}`;
    if (message === 'arrival') arrivalIds.set(body, id);
    const { arrival, ...content } = body;
    const stamp = typeof content.at === 'string' ? content.at : formatInstant(at);
    if (lost) return [];
    // A clock that is wrong and does not know of it sends nothing as late.
    const known = device !== SKEWED_CHECKPOINT;
    const found = finds && finds.length > 0 && { finds };
    const sent: DayMessage = {
      ...found,
      ...(alone && { alone }),
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
        ...(known && sendAt - parseInstant(stamp) > MINUTE && { backfill: true }),
      },
    };
    return [sent];
  });
}

function known<T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}

/** What was planted, and what is to be found on each single message of everybody: nothing else is to be found in the day. */
export function wholeTruth(day: CityDay, messages: readonly DayMessage[]): Truth[] {
  const enterprises = new Map(day.registry.devices?.map((d) => [`${String(d.kind)}/${String(d.id)}`, d.enterpriseId]));
  return [
    ...day.truth,
    ...messages.flatMap(({ kind, device, body, finds = [] }) =>
      finds.map(({ rule, code, severity }): Truth => {
        const plate = body.plate as { number: string; color: string } | undefined;
        const enterprise = enterprises.get(`${kind}/${device}`);
        return {
          truth: 'expected',
          rule,
          code,
          severity,
          ...(plate && { plate: { number: plate.number, color: plate.color } }),
          device: { kind, id: device },
          ...(typeof enterprise === 'string' && { enterprise }),
          from: body.at,
          to: body.at,
          observation: `${kind}/${device}/${body.id}`,
          why: 'of this message by itself',
        };
      }),
    ),
  ];
}
