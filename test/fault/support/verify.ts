import { expect } from 'chai';
import { formatInstant } from '../../../devices/contract/instant.ts';
import type { FindingDoc } from '../../../server/store/types.ts';
import type { Told } from './device-process.ts';
import type { Everything } from './store.ts';
import type { Planned, World } from './world.ts';

/** What a run left in the store and at the devices. */
export interface Result {
  world: World;
  store: Everything;
  told: Map<string, Told[]>;
  /** Message ids by tag. */
  ids: Map<string, string>;
}

/** What must hold of any run, whatever was killed. */
export function expectPromisesKept({ world, store, told, ids }: Result): void {
  const stored = new Map<string, Record<string, unknown>>();
  for (const doc of store.observations)
    stored.set(doc._id, JSON.parse(Buffer.from(doc.raw.buffer).toString('utf8')) as Record<string, unknown>);
  const refOf = ({ kind, deviceId, tag }: Planned) => `${kind}/${deviceId}/${ids.get(tag)}`;

  // Every event is stored exactly once, as it was sent.
  const lost = world.messages.filter((m) => !stored.has(refOf(m)));
  const saidOf = ({ kind, deviceId, tag }: Planned) =>
    (told.get(`${kind}/${deviceId}`) ?? []).filter((line) => Object.values(line).includes(ids.get(tag)));
  expect(
    lost.map((m) => ({ tag: m.tag, message: m.message, ref: refOf(m), told: saidOf(m) })),
    'messages not stored',
  ).to.deep.equal([]);
  expect(store.observations.length, 'stored messages').to.equal(world.messages.length);
  expect(new Set([...stored.values()].map((json) => json.tag)).size, 'different messages').to.equal(world.messages.length);
  for (const planned of world.messages) expect(stored.get(refOf(planned))).to.deep.include(planned.body);
  expect(store.deadLetters, 'dead letters').to.equal(0);

  // Every receipt is true, and nothing was refused.
  const decisions = new Map(store.decisions.map((d) => [d._id, d]));
  const unreceipted = new Set(stored.keys());
  for (const [device, lines] of told) {
    const given = new Map<string, string>();
    for (const line of lines) {
      if ('receipt' in line) {
        expect(stored.has(`${device}/${line.receipt}`), `the receipt of ${device}/${line.receipt} is true`).to.equal(true);
        unreceipted.delete(`${device}/${line.receipt}`);
      } else if ('rejected' in line) expect.fail(`${device} was refused ${line.rejected}: ${line.code}`);
      else {
        // At most one decision is published per arrival, however often: the stored one.
        const { arrivalId } = line.decision;
        const text = JSON.stringify(line.decision);
        expect(given.get(arrivalId) ?? text, `one decision for ${device}/${arrivalId}`).to.equal(text);
        given.set(arrivalId, text);
        const doc = decisions.get(`${device}/${arrivalId}`);
        expect(doc?.published, `${device}/${arrivalId} is stored as published`).to.equal(true);
        expect(line.decision, 'the stored decision').to.deep.equal(JSON.parse(JSON.stringify(doc!.decision)));
      }
    }
  }
  // The device writes a receipt down after it let go of the message: a kill between the two loses the note, not the message.
  expect(unreceipted.size, 'messages without a receipt on record').to.be.at.most(world.devices.length * 50);
  expect(store.decisions.map((d) => d._id).sort()).to.deep.equal(
    world.messages
      .filter((m) => m.kind === 'gate')
      .map(refOf)
      .sort(),
  );

  // The live log has no gap, tells no event twice, and ends with each alert as it is.
  expect(store.events.map((e) => e._id)).to.deep.equal(store.events.map((_, i) => i + 1));
  expect(new Set(store.events.map((e) => e.event)).size, 'events').to.equal(store.events.length);
  const last = new Map(store.events.map((e) => [e.alertId, e]));
  for (const alert of store.alerts.filter((a) => ofMessages(a))) {
    expect(alert.pending, `events of ${alert.key} that wait`).to.deep.equal([]);
    expect(last.get(alert._id)?.event, `the last event of ${alert.key}`).to.equal(`${alert._id}:${alert.rev}`);
    expect(alert.seq, `the number of ${alert.key}`).to.equal(last.get(alert._id)?._id);
  }
}

/** The health of devices tells of this run's own outages, and goes on telling while the store is read: everything else is compared. */
function ofMessages({ rule }: { rule: string }): boolean {
  return rule !== 'device-health';
}

/** What was judged, in words that are the same in every run: message ids are replaced by tags, and moments of the run left out. */
export interface Verdicts {
  findings: Map<string, unknown>;
  decisions: Map<string, unknown>;
  alerts: Map<string, unknown>;
}

export function verdictsOf({ store, ids }: Result): Verdicts {
  const tags = new Map([...ids].map(([tag, id]) => [id, tag]));
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replace(/[0-9a-f]{12}-\d+/g, (id) => tags.get(id) ?? id)) as unknown;
  const name = (text: string) => plain(text) as string;
  const standing = store.findings.filter((f) => f.status !== 'withdrawn' && ofMessages(f));
  return {
    findings: new Map(standing.map((f) => [name(f._id), plain(verdictOf(f))])),
    decisions: new Map(
      store.decisions.map(({ _id, message, decision, reasons, findings, rules, plate, vin, enterprise, county, rejudged }) => {
        const { at: _at, validUntil: _until, ref: _ref, ...said } = decision;
        // A pair that came and fell away again leaves a later judgement that says what was given.
        const moved = rejudged && [...rejudged.findings].sort().join() !== [...findings].sort().join();
        const later = moved ? { decision: rejudged.decision, findings: rejudged.findings } : undefined;
        const stands = [...(rejudged?.findings ?? findings)].sort();
        const given = { said, reasons, findings: [...findings].sort(), rules: [...rules].sort(), later };
        // Whether the other sighting of a pair had come when a gate asked is a fact of that moment: what stands in the end is compared.
        const ofItsMoment = [...findings, ...stands].some((f) => f.startsWith('cloned-plate|'));
        return [name(_id), plain({ message, stands, plate, vin, enterprise, county, ...(!ofItsMoment && { given }) })];
      }),
    ),
    alerts: new Map(
      store.alerts
        .filter((a) => a.count > 0 && ofMessages(a))
        .map((a) => {
          const {
            rule,
            code,
            state,
            severity,
            worst,
            count,
            provisional,
            penal,
            plate,
            enterprises,
            counties,
            audiences,
            offence,
          } = a;
          const when = { firstAt: formatInstant(a.firstAt.getTime()), lastAt: formatInstant(a.lastAt.getTime()) };
          const { findings } = plain({ findings: a.findings }) as { findings: string[] };
          return [
            a.key,
            {
              rule,
              code,
              state,
              severity,
              worst,
              count,
              provisional,
              penal,
              plate,
              enterprises,
              counties,
              audiences,
              offence,
              ...when,
              findings: findings.sort(),
            },
          ];
        }),
    ),
  };
}

function verdictOf(f: FindingDoc) {
  const { rule, code, subject, severity, proposal, status, provisional, observations, count, last, measured, limit } = f;
  const { plate, vin, device, enterprise, county, zh, en, clue, alert, dueAt } = f;
  // What a passage was compared with may be the answer published or, where none was sent in time, the passage's own.
  const { source: _source, ...limits } = limit;
  return {
    ...{ rule, code, subject, severity, proposal, status, provisional, observations, count, last, measured, limit: limits },
    ...{
      plate,
      vin,
      device,
      enterprise,
      county,
      zh,
      en,
      clue,
      alert,
      at: formatInstant(f.at.getTime()),
      due: dueAt !== undefined,
    },
  };
}

/** Two runs came to the same. Says which few differ, and how. */
export function expectSameVerdicts(got: Verdicts, wanted: Verdicts): void {
  for (const what of ['findings', 'decisions', 'alerts'] as const) {
    const differing = [...new Set([...got[what].keys(), ...wanted[what].keys()])].filter(
      (key) => !same(got[what].get(key), wanted[what].get(key)),
    );
    const shown = differing.slice(0, 3).map((key) => ({ key, got: got[what].get(key), wanted: wanted[what].get(key) }));
    expect(differing.length, `${what} that differ: ${JSON.stringify(shown, null, 1)}`).to.equal(0);
  }
}

/** An answer that was of its moment in one of two runs is not compared: the pair may have come and fallen away before it in the other. */
function same(a: unknown, b: unknown): boolean {
  const both = [a, b].every((v) => v === undefined || (v as { given?: unknown }).given !== undefined);
  const [x, y] = both ? [a, b] : [a, b].map((v) => v && { ...v, given: undefined });
  return JSON.stringify(sorted(x)) === JSON.stringify(sorted(y));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}
