import { createGate, type Gate } from '../client/index.ts';
import { formatInstant } from '../contract/instant.ts';
import type { CityEvent, Visit } from './city/events.ts';
import { arrivalBody, passageBody } from './city/messages.ts';
import { runSimulator } from './host.ts';

/**
 * Enterprise gates: a truck arrives, the gate asks the platform, decides alone if there is no answer, and the truck passes or turns
 * back by what the gate was told. Who was turned back does not come out again.
 */
await runSimulator(
  'gate',
  (event) => (event.type === 'visit' ? event.gate : event.type === 'line' && event.kind === 'gate' ? event.device : undefined),
  async (host) => {
    const gates = new Map<string, Gate>();
    const turnedBack = new Set<string>();
    const count = (what: string) => (host.tally[what] = (host.tally[what] ?? 0) + 1);
    for (const [id, device] of host.devices) {
      const gate = createGate({ device, dir: host.dir(id) });
      await gate.start();
      gates.set(id, gate);
    }

    async function visit(event: Visit): Promise<void> {
      const device = host.devices.get(event.gate);
      const gate = gates.get(event.gate);
      if (!device || !gate) return;
      const who = `${event.who} ${event.enterpriseId}`;
      if (event.direction === 'out' && turnedBack.delete(who)) return;
      const photos = await host.photos(event);
      const arrived = { ...arrivalBody(event), direction: event.direction, plate: event.plate, ...photos };
      if (event.simple) {
        if (await host.until(event.at + event.passAfter))
          await device.send('passage', {
            ...passageBody(event, event.expect),
            ...photos,
            at: formatInstant(event.at + event.passAfter),
          });
        return;
      }
      const verdict = await gate.arrive({ ...arrived, at: formatInstant(event.at) });
      const body: ReturnType<typeof passageBody> = { ...passageBody(event, verdict.decision), ...photos };
      if (verdict.source === 'policy') count('alone');
      if (verdict.decision === 'refuse') count('refused');
      if (body.outcome === 'passed') count('passed');
      if (event.direction === 'in' && body.outcome === 'turned-back') turnedBack.add(who);
      const at = Math.max(event.at + event.passAfter, verdict.at);
      if (!(await host.until(at))) return;
      await gate.pass(verdict, { ...body, outcome: body.outcome as 'passed' | 'turned-back', at: formatInstant(at) });
    }

    return async (event: CityEvent) => {
      if (event.type === 'visit') await visit(event);
      else if (event.type === 'line') host.devices.get(event.device)?.line(event.up);
    };
  },
);
