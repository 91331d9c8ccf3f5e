import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createTally } from '../../../server/audit/tally.ts';
import type { PhotoRow } from '../../../web/src/api/enterprise.ts';
import { bodyOf, readPasted, stateOf } from '../../../web/src/enterprise/declarations.ts';
import { byMonth, freshId } from '../../../web/src/enterprise/deliveries.ts';
import { digestOf, isWhole, lackingOf, pictureType, withPicture } from '../../../web/src/enterprise/picture.ts';
import { MEASURES, shareOf } from '../../../web/src/enterprise/quality.ts';

describe('machines that are declared', () => {
  const now = Date.parse('2021-11-15T12:00:00+08:00');
  const CASES: [what: string, from: string, to: string | undefined, state: string][] = [
    ['begins tomorrow', '2021-11-16', undefined, 'ahead'],
    ['has no end', '2021-11-01', undefined, 'now'],
    ['ends today: the day still counts', '2021-11-01', '2021-11-15', 'soon'],
    ['ended yesterday', '2021-11-01', '2021-11-14', 'over'],
    ['ends in a week less a little', '2021-11-01', '2021-11-21', 'soon'],
    ['ends in more than a week', '2021-11-01', '2021-11-22', 'now'],
    ['ends at a moment that has come', '2021-11-01', '2021-11-15T12:00:00+08:00', 'over'],
  ];
  for (const [what, from, to, state] of CASES) {
    it(`${what}: ${state}`, () => expect(stateOf({ from, ...(to !== undefined && { to }) }, now)).to.equal(state));
  }

  it('are pasted as codes, in lines or beside one another, each once', () => {
    const codes = (text: string) => readPasted(text).map(({ registrationCode }) => registrationCode);
    expect(codes('晋H-A1\r\n晋H-A2\n\n晋H-A1')).to.deep.equal(['晋H-A1', '晋H-A2']);
    expect(codes('A1, A2；A3\tA4、A5')).to.deep.equal(['A1', 'A2', 'A3', 'A4', 'A5']);
    expect(codes('  \n')).to.deep.equal([]);
  });

  it('are pasted as CSV with a header, in any order of its fields', () => {
    expect(readPasted('\ufefffrom,registrationCode,siteId\n2021-11-15,"A1",M1\n,A2,\n2021-11-16,,M1')).to.deep.equal([
      { registrationCode: 'A1', siteId: 'M1', from: '2021-11-15' },
      { registrationCode: 'A2' },
    ]);
  });

  it('are sent without an end that was left open', () => {
    const row = { key: 1, registrationCode: ' A1 ', siteId: 'M1', from: '2021-11-15', to: '' };
    expect(bodyOf(row)).to.deep.equal({ siteId: 'M1', registrationCode: 'A1', from: '2021-11-15' });
    expect(bodyOf({ ...row, to: '2021-11-20' })).to.have.property('to', '2021-11-20');
  });
});

describe('deliveries that are entered', () => {
  const delivery = (id: string, month: string, mode: 'rail' | 'pipe', tonnes: number) => ({ id, enterpriseId: 'E1', month, mode, cargo: '煤', tonnes, direction: 'in' as const }); // prettier-ignore

  it('add up by month and mode without the dust of floating point', () => {
    const months = byMonth([delivery('a', '2021-10', 'rail', 0.1), delivery('b', '2021-10', 'rail', 0.2), delivery('c', '2021-11', 'pipe', 5)], ['2021-09']); // prettier-ignore
    expect(months.map(({ month, sum, entries }) => [month, sum, entries])).to.deep.equal([
      ['2021-11', 5, 1],
      ['2021-10', 0.3, 2],
      ['2021-09', 0, 0],
    ]);
    expect(months[1]!.tonnes).to.deep.equal({ rail: 0.3, water: 0, pipe: 0, conveyor: 0 });
  });

  it('get an id that nobody has', () => {
    const of = { month: '2021-10', mode: 'rail', direction: 'in' } as const;
    expect(freshId('E1', of, [])).to.equal('E1-2021-10-rail-in');
    expect(freshId('E1', of, ['E1-2021-10-rail-in', 'E1-2021-10-rail-in-2'])).to.equal('E1-2021-10-rail-in-3');
  });
});

describe('pictures that are added', () => {
  const row = (id: string, ...digests: [sha256: string, there?: true][]): PhotoRow => ({
    id, observation: { kind: 'gate', device: 'g1', id }, at: '', receivedAt: '', gate: 'g1', gateName: '东门', direction: 'in', state: 'late', due: '',
    pictures: digests.map(([sha256, there]) => ({ role: 'plate', sha256, ...(there && { uploaded: { at: 'x' } }) })), unnamed: [],
  }); // prettier-ignore

  it('are known by their digest, also where the browser has none to offer', async () => {
    const file = new Blob(['a picture of a truck']);
    const right = createHash('sha256').update('a picture of a truck').digest('hex');
    expect(await digestOf(file)).to.equal(right);
    const { subtle } = crypto;
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
    try {
      expect(await digestOf(file)).to.equal(right);
    } finally {
      Object.defineProperty(crypto, 'subtle', { value: subtle, configurable: true });
    }
  });

  it('are found among what lacks, and make their passage whole when the last came', () => {
    const one = row('m1', ['aa'], ['bb'], ['cc', true]);
    expect([...lackingOf([one, row('m2', ['dd'])])].map(([sha256, { row: of }]) => [sha256, of.id])).to.deep.equal([
      ['aa', 'm1'],
      ['bb', 'm1'],
      ['dd', 'm2'],
    ]);
    const first = withPicture(one, 'aa', 'now', 'zhao');
    expect(isWhole(first)).to.equal(false);
    expect(first.pictures[0]!.uploaded).to.deep.equal({ at: 'now', by: 'zhao' });
    expect(isWhole(withPicture(first, 'bb', 'now', 'zhao'))).to.equal(true);
  });

  it('are JPEG or PNG by their first bytes, whatever they are called', async () => {
    const typed = (...bytes: number[]) => pictureType(new Blob([new Uint8Array(bytes)]));
    expect(await typed(0xff, 0xd8, 0xff, 0xe0)).to.equal('image/jpeg');
    expect(await typed(0x89, 0x50, 0x4e, 0x47, 0x0d)).to.equal('image/png');
    expect(await typed(0x47, 0x49, 0x46, 0x38)).to.equal(null);
  });
});

describe('data quality', () => {
  const beside = { refused: 0, transmission: { gates: 1, heardMinutes: 9, expectedMinutes: 10 }, limits: { minPercent: 80, defaultTonnes: 30, qualityPercent: 95 } }; // prettier-ignore
  const figures = createTally().figures(beside);
  const of = (key: string, more: object = {}) =>
    shareOf(
      MEASURES.find((one) => one.key === key)!,
      { ...figures, ...more },
    );

  it('says nothing of rows where there are none, and of photos where none had to be taken', () => {
    expect(['quality', 'named', 'uploaded', 'pairing', 'cargo'].map((key) => of(key))).to.deep.equal([null, null, null, null, null]); // prettier-ignore
    expect(of('transmission')).to.equal(90);
    expect(of('named', { rows: 10, photos: { required: 0, missing: 0, notUploaded: 0 } })).to.equal(null);
  });

  it('tells rows that name all their photos from those whose photos came in time', () => {
    const rows = { rows: 8, photos: { required: 16, missing: 1, notUploaded: 3 } };
    expect([of('named', rows), of('uploaded', rows)]).to.deep.equal([87.5, 62.5]);
    expect(of('named', { ...rows, rows: { road: 8 } })).to.equal(87.5);
  });
});
