import type { CityEvent } from './city/events.ts';
import { driveEnd, telemetryOf } from './city/telemetry.ts';
import { runSimulator } from './host.ts';

/**
 * Emission terminals: a message a minute while the engine runs. A simulation that begins in the middle of the day sends of earlier
 * drives the last message, so that a truck parked inside a works is not taken for one that never reports.
 */
await runSimulator(
  'on-board',
  (event) => (event.type === 'drive' ? event.vin : undefined),
  (host) => {
    const begun = host.clock.now();
    return Promise.resolve(async (event: CityEvent) => {
      if (event.type !== 'drive') return;
      const messages = [...telemetryOf(event)];
      const due = driveEnd(event) < begun ? messages.slice(-1) : messages.filter((m) => m.at >= begun);
      for (const { at, body } of due) {
        if (!(await host.until(at))) return;
        await host.send(event.vin, 'telemetry', at, { ...body });
      }
    });
  },
);
