import { expect } from 'chai';
import fc from 'fast-check';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import {
  gatePhotos,
  judgeArrival,
  judgePairing,
  judgeUploads,
  ledgerRows,
  type ArrivalFacts,
  type LedgerPassage,
  type NamedPicture,
} from '../../../server/rules/gate-ledger.ts';
import { arrival, expectWellFormed, gate, given, passage, recognition, sighting, t } from '../../support/rules.ts';

const DAY = '2021-11-15T';
const at = (time: string) => t(time.includes('T') ? time : DAY + time);
/** `in 08:00`, or with a gate or an id: `in@g2 08:00 b`. */
function row(text: string, changes: Partial<LedgerPassage> = {}): LedgerPassage {
  const [way = '', time = '', id = time] = text.split(' ');
  const [direction, deviceId = 'g1'] = way.split('@');
  return {
    ref: `gate/${deviceId}/${id}`,
    kind: 'gate',
    deviceId,
    id,
    at: at(time),
    receivedAt: at(time),
    identity: 'VIN1',
    direction: direction as 'in' | 'out',
    policy: xinzhou2021,
    ...changes,
  };
}
const rows = (...texts: string[]) => texts.map((text) => row(text));
const found = (drafts: ReturnType<typeof judgePairing>) => drafts.map(({ draft }) => `${draft.code} ${draft.subject}`);

describe('the rows of a gate’s ledger', () => {
  const table: { what: string; passages: LedgerPassage[]; counted: string[] }[] = [
    { what: 'nothing', passages: [], counted: [] },
    { what: 'two 120 s apart exactly', passages: rows('in 08:00:00', 'in 08:02:00'), counted: ['08:00:00'] },
    { what: 'two 120.001 s apart', passages: rows('in 08:00:00', 'in 08:02:00.001'), counted: ['08:00:00', '08:02:00.001'] },
    {
      what: 'a third that is near the second, which did not count, but not near the first',
      passages: rows('in 08:00:00', 'in 08:01:40', 'in 08:03:20'),
      counted: ['08:00:00', '08:03:20'],
    },
    { what: 'the other direction', passages: rows('in 08:00:00', 'out 08:00:30'), counted: ['08:00:00', '08:00:30'] },
    { what: 'another gate', passages: rows('in 08:00:00', 'in@g2 08:00:30'), counted: ['08:00:00', '08:00:30'] },
    {
      what: 'another identity',
      passages: [row('in 08:00:00'), row('in 08:00:30', { identity: '晋H1,yellow' })],
      counted: ['08:00:00', '08:00:30'],
    },
    {
      what: 'a double around a row the other way',
      passages: rows('in 08:00:00', 'out 08:00:30', 'in 08:01:00'),
      counted: ['08:00:00', '08:00:30'],
    },
    { what: 'equal times: the smaller id counts', passages: rows('in 08:00 b', 'in 08:00 a'), counted: ['a'] },
  ];
  for (const { what, passages, counted } of table) {
    it(`of ${what}: ${counted.length}`, () => {
      expect(ledgerRows(passages).map((r) => r.id)).to.deep.equal(counted);
    });
  }

  it('do not depend on the order in which passages came', () => {
    const passages = fc.array(
      fc.record({
        direction: fc.constantFrom('in', 'out'),
        gate: fc.constantFrom('g1', 'g2'),
        s: fc.integer({ min: 0, max: 900 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(passages, (list) => {
        const made = list.map(({ direction, gate: deviceId, s }, i) =>
          row(`${direction}@${deviceId} 08:00 m${i}`, { at: at('08:00') + s * 1000 }),
        );
        expect(ledgerRows([...made].reverse())).to.deep.equal(ledgerRows(made));
      }),
    );
  });
});

describe('pairing at an enterprise', () => {
  const table: { what: string; rows: string[]; finds?: string[] }[] = [
    { what: 'in and out', rows: ['in 08:00', 'out 09:00'] },
    { what: 'in at one gate and out at another', rows: ['in 08:00', 'out@g2 09:00'] },
    { what: 'an out without anything', rows: ['out 09:00'], finds: ['exit-without-entry gate/g1/09:00'] },
    { what: 'two outs', rows: ['in 08:00', 'out 09:00', 'out 10:00'], finds: ['exit-without-entry gate/g1/10:00'] },
    { what: 'two ins', rows: ['in 08:00', 'in 09:00', 'out 10:00'], finds: ['no-exit gate/g1/08:00'] },
    { what: 'an in without anything', rows: ['in 08:00'], finds: ['no-exit gate/g1/08:00'] },
    { what: 'an out 48 h later exactly', rows: ['in 08:00', 'out 2021-11-17T08:00'] },
    {
      what: 'an out 48 h and 1 ms later: no exit, yet its entry is known',
      rows: ['in 08:00', 'out 2021-11-17T08:00:00.001'],
      finds: ['no-exit gate/g1/08:00'],
    },
    {
      what: 'an in beyond 48 h later',
      rows: ['in 08:00', 'in 2021-11-19T08:00', 'out 2021-11-19T09:00'],
      finds: ['no-exit gate/g1/08:00'],
    },
  ];
  for (const { what, rows: texts, finds = [] } of table) {
    it(`of ${what}: ${finds.join(', ') || 'nothing'}`, () => {
      const drafts = judgePairing(rows(...texts));
      expect(found(drafts)).to.deep.equal(finds);
      for (const { draft } of drafts) {
        expect(draft).to.include({ rule: 'gate-ledger', severity: 'info', proposal: 'none', status: 'confirmed' });
        expectWellFormed(draft);
      }
    });
  }

  it('orders equal times by gate and id', () => {
    expect(found(judgePairing(ledgerRows(rows('out@g2 08:00 a', 'in@g1 08:00 b'))))).to.deep.equal([]);
    expect(found(judgePairing(ledgerRows(rows('out@g1 08:00 a', 'in@g2 08:00 b'))))).to.deep.equal([
      'exit-without-entry gate/g1/a',
      'no-exit gate/g2/b',
    ]);
  });

  it('waits ten minutes for an entry and 48 hours for an exit, from when the row came if that was later', () => {
    const late = { receivedAt: at('12:00') };
    expect(judgePairing([row('out 09:00')])[0]!.due).to.equal(at('09:10'));
    expect(judgePairing([row('out 09:00', late)])[0]!.due).to.equal(at('12:10'));
    expect(judgePairing([row('in 09:00')])[0]!.due).to.equal(at('2021-11-17T09:00'));
    expect(judgePairing([row('in 09:00', late)])[0]!.due).to.equal(at('2021-11-17T12:00'));
  });

  it('asks neither the entry of the first row nor the exit of the last where the stretch is cut off', () => {
    const cut = { fromBeginning: false, toEnd: false };
    expect(found(judgePairing(rows('out 08:00', 'in 09:00'), cut))).to.deep.equal([]);
    expect(found(judgePairing(rows('in 08:00', 'in 09:00'), cut))).to.deep.equal(['no-exit gate/g1/08:00']);
    expect(found(judgePairing(rows('out 08:00', 'out 09:00'), cut))).to.deep.equal(['exit-without-entry gate/g1/09:00']);
  });
});

describe('the arrival of a row', () => {
  const none: ArrivalFacts = { interactive: true, named: false, arrivals: [] };
  const table: { what: string; row: string; facts?: Partial<ArrivalFacts>; missing: boolean }[] = [
    { what: 'none', row: 'in 08:00', missing: true },
    { what: 'one named', row: 'in 08:00', facts: { named: true }, missing: false },
    { what: 'one 30 min before exactly', row: 'in 08:00', facts: { arrivals: [at('07:30')] }, missing: false },
    { what: 'one 30 min and 1 ms before', row: 'in 08:00', facts: { arrivals: [at('07:29:59.999')] }, missing: true },
    { what: 'one at the same moment', row: 'in 08:00', facts: { arrivals: [at('08:00')] }, missing: false },
    { what: 'one a millisecond after', row: 'in 08:00', facts: { arrivals: [at('08:00:00.001')] }, missing: true },
    { what: 'none, on the way out', row: 'out 08:00', missing: false },
    { what: 'none, at a gate that does not ask', row: 'in 08:00', facts: { interactive: false }, missing: false },
  ];
  for (const { what, row: text, facts, missing } of table) {
    it(`with ${what} is ${missing ? 'missing' : 'not missing'}`, () => {
      const drafts = judgeArrival(row(text), { ...none, ...facts });
      expect(found(drafts)).to.deep.equal(missing ? ['no-arrival gate/g1/08:00'] : []);
      for (const { draft, due } of drafts) {
        expect(draft).to.include({ severity: 'info', proposal: 'none' });
        expect(due).to.equal(at('08:10'));
        expectWellFormed(draft);
      }
    });
  }
});

describe('photos a gate is required to take', () => {
  const image = (role: 'vehicle' | 'head' | 'plate' | 'cargo') => ({ role, sha256: '0'.repeat(64), contentType: 'image/jpeg' });
  const device = gate({ requiredPhotos: ['vehicle', 'plate'] });
  function passed(...roles: Parameters<typeof image>[0][]) {
    const made = passage();
    return { ...made, body: { ...made.body, images: roles.map(image) } } as typeof made;
  }

  it('are missing where a passage names none or not all of them, and said in one finding', () => {
    const [none] = given({ device }).when(passage()).finds(gatePhotos, 'photo-missing');
    expect(none!.measured).to.deep.equal({ missing: 'plate,vehicle' });
    given({ device })
      .when(passed('plate', 'cargo'))
      .finds(gatePhotos, { code: 'photo-missing', severity: 'info', proposal: 'none', measured: { missing: 'vehicle' } });
  });
  it('are there where all are named', () => {
    given({ device })
      .when(passed('plate', 'head', 'vehicle'))
      .findsNothing(gatePhotos);
  });
  it('are asked of trailers and of vehicles turned back too', () => {
    given({ device, recognition: recognition({ outcome: 'trailer', number: '晋H1234挂' }) })
      .when(passage({ outcome: 'turned-back', number: '晋H1234挂' }))
      .finds(gatePhotos, 'photo-missing');
  });
  it('are not asked of arrivals, of sightings, nor where none are required', () => {
    given({ device }).when(arrival()).findsNothing(gatePhotos);
    given({ device }).when(sighting()).findsNothing(gatePhotos);
    given().when(passage()).findsNothing(gatePhotos);
  });
});

describe('photos that were named and have to be uploaded', () => {
  const NOON = DAY + '12:00';
  const NEXT = '2021-11-16T';
  const shot = (role: string, uploaded?: string, digit = 'a'): NamedPicture => ({
    role,
    sha256: digit.repeat(64),
    ...(uploaded !== undefined && { uploadedAt: t(uploaded) }),
  });
  const table: { what: string; pictures: NamedPicture[]; required?: string[]; received?: string; roles: string | null }[] = [
    { what: 'named none', pictures: [], roles: null },
    { what: 'came at once', pictures: [shot('plate', NOON)], roles: null },
    { what: 'came before the passage was received', pictures: [shot('plate', DAY + '11:00')], roles: null },
    { what: 'came 24 h later exactly', pictures: [shot('plate', NEXT + '12:00')], roles: null },
    { what: 'came a millisecond after the 24 h', pictures: [shot('plate', NEXT + '12:00:00.001')], roles: 'plate' },
    { what: 'never came', pictures: [shot('plate')], roles: 'plate' },
    { what: 'never came, of a role that is not required', pictures: [shot('cargo')], roles: null },
    { what: 'never came, where none are required', pictures: [shot('plate')], required: [], roles: null },
    { what: 'came one of two', pictures: [shot('plate', NOON), shot('vehicle', undefined, 'b')], roles: 'vehicle' },
    { what: 'came one of two of a role', pictures: [shot('plate', NOON), shot('plate', undefined, 'b')], roles: 'plate' },
    { what: 'came neither of two', pictures: [shot('vehicle', undefined, 'b'), shot('plate')], roles: 'plate,vehicle' },
    { what: 'came 24 h after a late passage was received', pictures: [shot('plate', NEXT + '15:00')], received: DAY + '15:00', roles: null },
    { what: 'came later than 24 h after a late passage was received', pictures: [shot('plate', NEXT + '15:01')], received: DAY + '15:00', roles: 'plate' },
    { what: 'came within 24 h of a passage whose clock runs ahead', pictures: [shot('plate', NEXT + '12:00')], received: DAY + '11:58', roles: null },
  ]; // prettier-ignore
  for (const { what, pictures, required = ['plate', 'vehicle'], received = NOON, roles } of table) {
    it(`give ${roles === null ? 'nothing' : 'one finding'} where they ${what}`, () => {
      const passage = row('in 12:00', { receivedAt: t(received) });
      const drafts = judgeUploads(passage, required, pictures);
      expect(drafts.map(({ draft }) => draft.measured?.roles)).to.deep.equal(roles === null ? [] : [roles]);
      for (const { draft, due } of drafts) {
        expectWellFormed(draft);
        expect(draft).to.include({ code: 'photo-not-uploaded', severity: 'info', proposal: 'none', subject: passage.ref });
        expect(due - Math.max(passage.at, passage.receivedAt)).to.equal(24 * 3_600_000);
      }
    });
  }
  it('are not asked of a gate that is required to take none', () => {
    expect(judgeUploads(row('in 12:00'), undefined, [shot('plate')])).to.deep.equal([]);
    expect(judgeUploads(row('in 12:00'), ['plate'])).to.deep.equal([]);
  });
});
