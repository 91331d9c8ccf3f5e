import { MINUTE, parseInstant } from '../../../devices/contract/instant.ts';
import { listedOnRoad } from '../../rules/phase-out.ts';
import { readingReasons } from '../../rules/reading-validity.ts';
import { SMOKE } from '../../rules/remote-sensing-history.ts';
import { exceedances } from '../../rules/remote-sensing.ts';
import { isDiesel } from '../../rules/words.ts';
import type { Work } from '../types.ts';

/** Telemetry that reaches back further is found by an index of its own. */
export const LONG_MS = 10 * MINUTE;

/** What each message says alone: a reading's validity and smoke, a listed vehicle, a turned-back passage, telemetry that reaches far back. */
export function markOwn(works: Work[]): void {
  for (const work of works) markOne(work);
}

function markOne(work: Work): void {
  const { observation, doc, recognition, vehicle, device, policy } = work;
  if (observation.kind === 'remote-sensing') {
    doc.invalid = readingReasons(observation.body, {
      recognition: recognition!,
      device,
      unsynced: observation.unsynced,
      at: observation.at,
      policy,
    });
    if (doc.invalid.length === 0 && vehicle && isDiesel(vehicle)) {
      const { opacity, ringelmann, no } = observation.body.measured;
      const exceeded = exceedances(observation.body, policy);
      const over = SMOKE.filter((pollutant) => exceeded.includes(pollutant));
      doc.smoke = { ...(opacity !== undefined && { opacity }), ...(ringelmann !== undefined && { ringelmann }), over };
      if (over.length > 0) doc.over = true;
      if (no !== undefined) doc.no = no;
    }
  }
  if (
    (observation.kind === 'remote-sensing' || observation.kind === 'checkpoint') &&
    vehicle &&
    recognition?.outcome === 'matched'
  ) {
    const listed = listedOnRoad(vehicle, observation.at, policy);
    if (listed.length > 0) doc.listed = listed;
  }
  if (observation.kind === 'on-board') {
    const first = Math.min(...observation.body.samples.map((s) => parseInstant(s.at)));
    if (observation.at - first > LONG_MS) doc.long = true;
  }
  if (observation.kind === 'gate') doc.direction = observation.body.direction;
  if (observation.kind === 'gate' && observation.message === 'passage') {
    const { arrivalId, outcome } = observation.body;
    if (arrivalId !== undefined) doc.arrival = `gate/${observation.deviceId}/${arrivalId}`;
    if (outcome === 'turned-back') doc.turnedBack = true;
    else if (recognition && recognition.outcome !== 'unplated' && recognition.outcome !== 'trailer') doc.row = true;
  }
}
