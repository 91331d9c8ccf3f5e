import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { decodeMessage } from '../../../devices/contract/decode.ts';
import { HOUR, parseInstant } from '../../../devices/contract/instant.ts';
import type { Plate } from '../../../devices/contract/messages.ts';
import { planDay } from '../../../devices/simulators/city/day.ts';
import { expectAtGate } from '../../../devices/simulators/city/expect.ts';
import { distanceKm, insideZone, type Point } from '../../../devices/simulators/city/map.ts';
import { dayMessages } from '../../../devices/simulators/city/messages.ts';
import { vinCheckDigit } from '../../../devices/simulators/city/plates.ts';
import { cityOf } from '../../../devices/simulators/city/cities.ts';
import { levelAt } from '../../../devices/simulators/city/responses.ts';
import { ROW_SCHEMAS } from '../../../server/http/contract/registry.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { isPlateForm } from '../../../server/recognition/forms.ts';
import { normalisePlate } from '../../../server/recognition/normalise.ts';
import { recognise } from '../../../server/recognition/recognise.ts';
import { skeletonOf } from '../../../server/recognition/skeleton.ts';
import { foldDecision } from '../../../server/rules/decision.ts';
import { judgeAll } from '../../../server/rules/index.ts';
import type { EnterpriseFacts, GateObservation, ResponseFacts, VehicleFacts } from '../../../server/rules/types.ts';

/** So many plates at most differ by plan from another's in one confusable character. */
const NEIGHBOURS = 2;
/** What hangs on what was seen of the vehicle before. */
const OF_HISTORY = new Set(['failed-vehicle', 'urea-warning']);

describe('the simulated city', () => {
  const day = planDay({ seed: 7, date: '2021-11-15' });
  const messages = dayMessages(day);
  const rows = (collection: string) => day.registry[collection] as Record<string, never>[];
  const vehicles = rows('vehicles') as unknown as {
    plateNumber: string;
    plateColor: string;
    vin: string;
    vehicleType: string;
    fuel: string;
  }[];

  it('is the same for the same seed and another for another', () => {
    const digest = (seed: number) =>
      createHash('sha256').update(JSON.stringify(dayMessages(planDay({ seed, date: '2021-11-15', scale: 0.1 })))).digest('hex'); // prettier-ignore
    expect(digest(3)).to.equal(digest(3));
    expect(digest(3)).not.to.equal(digest(4));
  });

  it('sends only messages that the contract takes, each id once, in the order in which they reach the line', () => {
    const ids = new Set<string>();
    let last = 0;
    for (const m of messages) {
      const decoded = decodeMessage(m.kind, m.message, Buffer.from(JSON.stringify(m.body)));
      if (!decoded.ok) expect.fail(`${m.kind}/${m.message}: ${decoded.code} ${decoded.message} ${JSON.stringify(m.body)}`);
      ids.add(`${m.kind}/${m.device}/${m.body.id}`);
      expect(m.sendAt).to.be.at.least(last);
      last = m.sendAt;
    }
    expect(ids.size).to.equal(messages.length);
  });

  it('has a registry that the platform takes', () => {
    const schemas = Object.entries(ROW_SCHEMAS);
    for (const [collection, schema] of schemas)
      for (const row of rows(collection)) {
        const parsed = schema.safeParse(row);
        if (!parsed.success) expect.fail(`${collection}: ${parsed.error.message} ${JSON.stringify(row)}`);
      }
    const devices = new Set(rows('devices').map((d) => `${String(d.kind)}/${String(d.id)}`));
    for (const m of messages) expect(devices.has(`${m.kind}/${m.device}`), `${m.kind}/${m.device}`).to.equal(true);
  });

  it('names no real vehicle', () => {
    for (const { plateNumber, vin } of vehicles) {
      expect(isPlateForm(plateNumber), plateNumber).to.equal(true);
      const serial = plateNumber.slice(2);
      expect(serial).to.match(/^(?:[A-Z]*\d[A-Z]*|00\d{3}K|K[A-Z]00\d\d)$/);
      if (serial.length === 5) expect(serial.replace(/[^A-Z]/g, '')).to.have.length(4);
      expect(vin).to.match(/^[A-HJ-NPR-Z0-9]{17}$/);
      expect(vin[8]).not.to.equal(vinCheckDigit(vin));
    }
    expect(new Set(vehicles.map((v) => v.vin)).size).to.equal(vehicles.length);
    const skeletons = new Set(vehicles.map((v) => skeletonOf(v.plateNumber)));
    expect(skeletons.size).to.be.within(vehicles.length - NEIGHBOURS, vehicles.length - 1);
  });

  it('expects of every gate message what the rules find, message by message', () => {
    const facts = vehicles.map(
      (v) => ({ ...v, version: 'v', stage: (v as { stage?: string }).stage, useNature: (v as unknown as { useNature: string }).useNature,
        status: (v as { status?: string }).status ?? 'in-use',
        scrapDue: typeof (v as { scrapDue?: string }).scrapDue === 'string' ? parseInstant(`${(v as unknown as { scrapDue: string }).scrapDue}T00:00:00+08:00`) + 24 * HOUR : undefined,
        validFrom: 0 }) as unknown as VehicleFacts,
    ); // prettier-ignore
    let refused = 0;
    for (const visit of day.events) {
      if (visit.type !== 'visit') continue;
      const { gates: _, at: __, node: ___, annualFreight, ...e } = day.city.enterprise(visit.enterpriseId);
      const enterprise = {
        ...e,
        version: 'e',
        annualFreightTonnes: annualFreight,
        railSpurSince: e.railSpurSince === undefined ? undefined : 0,
      } as unknown as EnterpriseFacts;
      const read = recognise(
        visit.plate,
        visit.seen,
        facts.filter((f) => skeletonOf(f.plateNumber) === skeletonOf(normalisePlate(visit.plate.number))),
      );
      const level = levelAt(day.responses, enterprise.county, visit.at, day.dayStart);
      const response =
        level === 'none' ? undefined : ({ version: 'r', id: 'R', level, counties: [], start: 0, reference: '' } as ResponseFacts);
      const observation = {
        ref: 'gate/g/1', deviceId: visit.gate, id: '1', at: visit.at, receivedAt: visit.at, backfill: false, unsynced: false,
        kind: 'gate', message: 'arrival', body: { id: '1', at: '', direction: visit.direction, plate: visit.plate, ...(visit.seen && { seen: visit.seen }) },
      } as GateObservation; // prettier-ignore
      const found = judgeAll({
        observation, device: { version: 'd', kind: 'gate', id: visit.gate, nameZh: '', enabled: true, interactive: true }, policy: xinzhou2021,
        recognition: read, enterprise, ...(read.vehicle && { vehicle: read.vehicle }), ...(response && { response }),
      }); // prettier-ignore
      const codes = (all: { rule: string; code: string; severity: string }[]) =>
        all.map((f) => `${f.rule} ${f.code} ${f.severity}`).sort();
      if (visit.simple) continue; // judged as it passes
      const ofItself = visit.finds.arrival.filter((f) => !OF_HISTORY.has(f.code));
      expect(codes(found), JSON.stringify(visit)).to.deep.equal(codes(ofItself));
      if (ofItself.length === visit.finds.arrival.length)
        expect(foldDecision(found, visit.direction), JSON.stringify([visit, found])).to.equal(visit.expect);
      if (visit.expect === 'refuse') refused++;
    }
    expect(refused).to.be.at.least(10);
  });

  it('keeps honest heavy diesel out of the zone unless it has business there', () => {
    const heavy = new Map(
      vehicles.filter((v) => /^[HQ]1/.test(v.vehicleType) && v.fuel.includes('B')).map((v) => [v.plateNumber, v.vin]),
    );
    const told = new Set(day.truth.filter((t) => t.rule === 'diversion').map((t) => t.vin));
    const business = new Map<string, number[]>();
    for (const e of day.events)
      if (e.type === 'visit' && ['E11', 'E13'].includes(e.enterpriseId))
        business.set(e.who, [...(business.get(e.who) ?? []), e.at]);
    const where = new Map(rows('devices').map((d) => [`${String(d.kind)}/${String(d.id)}`, [d.lon, d.lat] as unknown as Point]));
    for (const m of messages) {
      const samples = (m.body.samples ?? []) as { at: string; lon: number; lat: number }[];
      const vin = m.kind === 'on-board' ? m.device : heavy.get((m.body.plate as Plate | undefined)?.number ?? '');
      if (vin === undefined || told.has(vin)) continue;
      const seen: [number, Point][] =
        samples.length > 0
          ? samples.map((s) => [parseInstant(s.at), [s.lon, s.lat]])
          : [[parseInstant(m.body.at), where.get(`${m.kind}/${m.device}`)!]];
      for (const [at, point] of seen)
        if (insideZone(point, day.city.ring)) expect((business.get(vin) ?? []).some((b) => Math.abs(b - at) <= 6 * HOUR), `${vin} at ${m.device}`).to.equal(true); // prettier-ignore
    }
  });

  it('lets no honest plate be in two places at once', () => {
    const told = new Set(day.truth.filter((t) => t.rule === 'cloned-plate').map((t) => t.plate?.number));
    const where = new Map(rows('devices').map((d) => [`${String(d.kind)}/${String(d.id)}`, [d.lon, d.lat] as unknown as Point]));
    const last = new Map<string, { at: number; device: string }>();
    const sightings = messages.filter((m) => m.body.plate && m.body.clock !== 'unsynced' && m.kind !== 'urea-pump');
    for (const m of sightings.sort((a, b) => parseInstant(a.body.at) - parseInstant(b.body.at))) {
      const { number, color } = m.body.plate as Plate;
      const key = `${number},${color}`;
      const device = `${m.kind}/${m.device}`;
      const at = parseInstant(m.body.at);
      const before = last.get(key);
      last.set(key, { at, device });
      if (!before || before.device === device || number === '' || number.endsWith('挂') || told.has(number)) continue;
      const d = distanceKm(where.get(before.device)!, where.get(device)!);
      expect(
        d <= 5 || d <= (150 * ((at - before.at) / 1000 + 180)) / 3600,
        `${number}: ${before.device} → ${device}, ${d} km`,
      ).to.equal(true);
    }
  });

  it('plants every kind in every city, with other vehicles, times and places for another seed', () => {
    const kinds = (seed: number, city: string) => new Set(planDay({ seed, date: '2021-11-15', scale: 0, city }).truth.map((t) => `${t.truth} ${t.kind}`)); // prettier-ignore
    const all = kinds(1, 'xinzhou');
    expect([...all].filter((k) => k.startsWith('expected')).length).to.be.at.least(45);
    expect([...all].filter((k) => k.startsWith('honest')).length).to.be.at.least(60);
    for (const [seed, city] of [
      [2, 'xinzhou'],
      [3, 'yangquan'],
      [4, 'tangshan'],
      [5, 'somewhere'],
    ] as const) {
      const own = kinds(seed, city);
      expect([...all].filter((k) => !own.has(k)).length, `${city}: ${[...all].filter((k) => !own.has(k)).join()}`).to.be.at.most(
        4,
      );
    }
    const { registry } = planDay({ seed: 3, date: '2021-11-15', scale: 0, city: 'yangquan' });
    expect((registry.enterprises ?? []).every((e) => String(e.county).startsWith('1403'))).to.equal(true);
  });

  it('plants on other days what the law says on that day', () => {
    const codes = (date: string) =>
      planDay({ seed: 7, date, scale: 0 })
        .truth.filter((t) => t.truth === 'expected')
        .map((t) => t.code);
    expect(codes('2021-09-15')).not.to.include('not-clean-road');
    const transits = (date: string) => planDay({ seed: 7, date, scale: 0 }).truth.filter((t) => t.kind === 'transit' && t.truth === 'expected'); // prettier-ignore
    expect(transits('2021-09-15')).to.deep.equal([]);
    expect(transits('2021-11-15')).not.to.deep.equal([]);
    expect(codes('2021-11-15')).to.include.members(['not-clean-road', 'through-traffic', 'released-against-decision']);
    const vehicle = { stage: '5', fuel: 'B', vehicleType: 'Q11', useNature: 'F', registered: true } as Parameters<
      typeof expectAtGate
    >[0]['vehicle'];
    const at = (instant: string) =>
      expectAtGate({
        vehicle,
        read: 'right',
        enterprise: cityOf().enterprises[3]!,
        at: parseInstant(instant),
        dayStart: 0,
        responses: [],
      }).decision;
    expect([at('2021-12-31T23:59:59+08:00'), at('2022-01-01T00:00:00+08:00')]).to.deep.equal(['admit', 'refuse']);
  });
});
