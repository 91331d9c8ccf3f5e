import { expect } from 'chai';
import type { CommandStartedEvent } from 'mongodb';
import { startCore, type TestCore } from '../../support/core.ts';
import {
  after as later,
  arrival,
  feed,
  fill,
  furnish,
  INSIDE,
  passage,
  reading,
  sighting,
  telemetry,
  truck,
  type Message,
} from '../../support/intake.ts';
import { startMongo } from '../../support/mongo.ts';

const NOW = '2022-02-01T12:00:00+08:00';
const START = '2022-01-15T08:00:00.000+08:00';
const TRUCKS = Array.from({ length: 40 }, (_, i) => truck(`晋H7${String(i).padStart(2, '0').replace('7', 'C')}59`, '4'));

/** Everyday messages of one truck, with what makes each history speak: a failure, through traffic, bad urea, a forced release. */
function everyday({ plateNumber: number, vin }: (typeof TRUCKS)[number], at: string): Message[] {
  const gone = arrival(number, later(at, 100));
  return [
    reading(number, later(at, 1), 60),
    reading(number, later(at, 30), 60, 's2'),
    gone,
    passage(number, later(at, 101), { arrivalId: gone.body.id, release: { mode: 'forced' } }, 'g9'),
    passage(number, later(at, 102), { arrivalId: gone.body.id, release: { mode: 'forced' } }),
    sighting(number, later(at, -600)),
    fill(number, later(at, 50), 20),
    telemetry(vin, [{ at: later(at, 2), ...INSIDE }]),
  ];
}

describe('round trips to the database', function () {
  this.timeout(60_000);
  let mongo: Awaited<ReturnType<typeof startMongo>>;
  let t: TestCore;
  let commands: string[] = [];
  const { now } = performance;

  before(async () => {
    // What is read anew by its age alone is none of a batch's trips: nothing ages here.
    const began = performance.now();
    performance.now = () => began;
    mongo = await startMongo();
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', uri: `${mongo.uri}&monitorCommands=true`, judgeAfterMs: 0 });
    await furnish(t, TRUCKS);
    t.clock.set(NOW);
    const client = t.store.connection.getClient();
    client.on('commandStarted', (event: CommandStartedEvent) => {
      const about = (event.command as Record<string, unknown>)[event.commandName];
      if (typeof about === 'string' && about !== 'batches') commands.push(`${event.commandName} ${about}`);
    });
  });
  after(async () => {
    performance.now = now;
    await t.stop();
    await mongo.stop();
  });

  async function tripsOf(messages: Message[]): Promise<string[]> {
    commands = [];
    await feed(t, messages);
    return commands.sort();
  }

  it('are as many for 304 messages of 38 vehicles as for 8 of one', async () => {
    await feed(
      t,
      TRUCKS.flatMap((row) => everyday(row, later(START, -20 * 1440))),
    );
    // Moments that concern a gate are marked once for all its vehicles: another has done it.
    await feed(t, everyday(TRUCKS.at(-1)!, START));
    const one = await tripsOf(everyday(TRUCKS[0]!, START));
    const many = await tripsOf(TRUCKS.slice(1, -1).flatMap((row) => everyday(row, START)));
    expect(one.length, 'commands are heard of').to.be.greaterThan(10);
    expect(many).to.deep.equal(one);
  });

  it('are few where nothing is found: no more than nine for a gate message, and as many for 200', async () => {
    const far = '2021-11-01T08:00:00+08:00';
    const other = truck('晋H80000', '6');
    await t.rows('vehicles', [other]);
    await feed(t, [arrival(other.plateNumber, far, {}, 'g9')]);
    const one = await tripsOf([arrival(other.plateNumber, far, {}, 'g9')]);
    const many = await tripsOf(Array.from({ length: 200 }, () => arrival(other.plateNumber, far, {}, 'g9')));
    expect(many).to.deep.equal(one);
    expect(one.length).to.be.at.most(9);
  });
});
