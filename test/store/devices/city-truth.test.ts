import { expect } from 'chai';
import { DAY, HOUR } from '../../../devices/contract/instant.ts';
import { planDay } from '../../../devices/simulators/city/day.ts';
import type { Truth } from '../../../devices/simulators/city/events.ts';
import { dayMessages } from '../../../devices/simulators/city/messages.ts';
import { isCollection } from '../../../server/registry/types.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { until } from '../../support/until.ts';

/** The rules whose truth the city tells whole; of the others it plants only examples. */
const JUDGED = new Set([
  'identification', 'emission-standard', 'planning-area', 'peak-shift', 'phase-out', 'remote-sensing', 'diversion', 'forced-release',
  'urea-use', 'sale-ban', 'route', 'cloned-plate', 'attribute-mismatch', 'nonroad-registration',
]); // prettier-ignore
interface Found {
  rule: string;
  code: string;
  severity: string;
  status: string;
  at: Date;
  vin?: string;
  /** `number,colour` */
  plate?: string;
  enterprise?: string;
  /** `<kind>/<id>` */
  device?: string;
}
/** Whether a finding's moment lies in the window of a truth. */
const within = (f: Found, t: Truth) => f.at.getTime() >= Date.parse(t.from) && f.at.getTime() <= Date.parse(t.to);

describe('a day of the simulated city', function () {
  this.timeout(240_000);
  const day = planDay({ seed: 7, date: '2021-11-15', scale: 0.25 });
  let core: TestCore;
  let findings: Found[];

  before(async () => {
    core = await startCore({ at: '2021-11-15T00:00:00+08:00', sweeps: true, judgeAfterMs: 0 });
    for (const [collection, rows] of Object.entries(day.registry))
      if (isCollection(collection)) await core.rows(collection, rows);
    const messages = dayMessages(day);
    for (let i = 0; i < messages.length;) {
      // Half an hour of the day at once, in any order within it, as so many devices would send it.
      const end = (messages[i]?.sendAt ?? 0) + HOUR / 2;
      const part = messages.slice(i).filter((m) => m.sendAt < end);
      i += part.length;
      core.clock.set(end);
      for (let j = 0; j < part.length; j += 500) {
        const outcomes = await Promise.all(
          part.slice(j, j + 500).map((m) => core.send(m.kind, m.device, m.message, { ...m.body, backfill: true })),
        );
        const refused = outcomes.find((o) => o && !o.stored);
        if (refused) throw new Error(JSON.stringify(refused));
      }
    }
    core.clock.set(day.dayStart + 5 * DAY);
    const waiting = () => core.store.db.collection('findings').countDocuments({ status: 'pending' });
    const due = async (name: string) => core.store.db.collection(name).countDocuments({});
    await until(async () => (await due('due_work')) + (await due('due_moments')) + (await waiting()) === 0, 60_000);
    findings = (await core.store.db.collection('findings').find({}).toArray()) as unknown as Found[];
  });
  after(() => core?.stop());

  it('finds everything that was planted', () => {
    for (const t of day.truth) {
      if (t.truth !== 'expected') continue;
      expect(JUDGED.has(t.rule), t.rule).to.equal(true);
      const found = findings.filter((f) => f.rule === t.rule && f.code === t.code && f.status === 'confirmed' && concerns(f, t));
      expect(found.length, `${t.rule} ${t.code} ${t.vin}: ${t.why}`).to.be.at.least(1);
      expect(new Set(found.map((f) => f.severity))).to.include(t.severity);
    }
  });

  it('finds nothing in the honest who only look like it', () => {
    for (const t of day.truth) {
      if (t.truth !== 'honest') continue;
      const found = findings.filter(
        (f) =>
          f.rule === t.rule &&
          (t.code === undefined || f.code === t.code) &&
          f.status !== 'withdrawn' &&
          f.severity !== 'info' &&
          concerns(f, t) &&
          within(f, t),
      );
      expect(found, `${t.rule} ${t.vin}: ${t.why}`).to.deep.equal([]);
    }
  });

  it('takes back what later messages excuse', () => {
    for (const t of day.truth) {
      if (!t.withdrawn) continue;
      const found = findings.filter((f) => f.rule === t.rule && concerns(f, t));
      expect(
        found.map((f) => f.status),
        t.why,
      ).to.deep.equal(['withdrawn']);
    }
  });

  it('warns of nobody else', () => {
    const planted = new Set(day.truth.filter((t) => t.truth === 'expected').map((t) => `${t.rule}|${t.code}`));
    const vins = new Set(day.truth.filter((t) => t.truth === 'expected').map((t) => `${t.rule}|${t.code}|${t.vin}`));
    const others = findings.filter(
      (f) =>
        f.status === 'confirmed' &&
        f.severity !== 'info' &&
        JUDGED.has(f.rule) &&
        f.vin !== undefined &&
        !vins.has(`${f.rule}|${f.code}|${f.vin}`),
    );
    expect(others.map((f) => [f.rule, f.code, f.vin])).to.deep.equal([]);
    for (const f of findings)
      if (f.severity !== 'info' && JUDGED.has(f.rule))
        expect(planted.has(`${f.rule}|${f.code}`), `${f.rule} ${f.code}`).to.equal(true);
  });
});

/** Whether a finding speaks of the vehicle (or, without one, of the plate) of a truth. */
function concerns(f: Found, t: Truth): boolean {
  if (f.vin !== undefined) return f.vin === t.vin;
  if (t.vin === undefined && t.plate === undefined) return f.device === `${t.device?.kind}/${t.device?.id}` && within(f, t);
  return (
    (f.plate?.split(',')[0] ?? '') === (t.plate?.number ?? '-') && (t.enterprise === undefined || t.enterprise === f.enterprise)
  );
}
