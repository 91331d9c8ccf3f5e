import { expect } from 'chai';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { uncorrected } from '../../../server/registry/in-force.ts';
import { correctedVins } from '../../../server/registry/recorded.ts';
import { isSoldBelowStage, judgeSaleBan, type StandingRow } from '../../../server/rules/sale-ban.ts';
import type { VehicleFacts } from '../../../server/rules/types.ts';
import { t, vehicle } from '../../support/rules.ts';

const DAY = t('2021-07-01T00:00');
const SOLD = { stage: '5' as const, invoiced: DAY };
const CASES: [what: string, truck: Partial<VehicleFacts>, banned: boolean][] = [
  ['invoiced on the first day', SOLD, true],
  ['invoiced a millisecond before', { stage: '5', invoiced: DAY - 1 }, false],
  ['certificate uploaded on the first day', { stage: '5', certificateUploaded: DAY }, true],
  ['certificate before, invoice after', { ...SOLD, certificateUploaded: DAY - 1 }, true],
  ['certificate after, invoice before', { stage: '5', certificateUploaded: DAY, invoiced: DAY - 1 }, true],
  ['neither date', { stage: '5' }, false],
  ['China 0', { ...SOLD, stage: '0' }, true],
  ['China 6', { ...SOLD, stage: '6' }, false],
  ['unknown stage', { ...SOLD, stage: undefined }, false],
  ['stage D', { ...SOLD, stage: 'D' }, false],
  ['diesel hybrid', { ...SOLD, fuel: 'BO' }, true],
  ['gas', { ...SOLD, fuel: 'E' }, false],
  ['electric by fuel', { ...SOLD, fuel: 'C' }, false],
  ['medium', { ...SOLD, vehicleType: 'H21' }, false],
  ['heavy lorry', { ...SOLD, vehicleType: 'H11' }, true],
  ['heavy bus: no goods vehicle', { ...SOLD, vehicleType: 'K11' }, false],
  ['scrapped since', { ...SOLD, status: 'scrapped' }, true],
];

describe('sale-ban', () => {
  for (const [what, truck, banned] of CASES)
    it(`${what}: ${banned ? 'banned' : 'nothing'}`, () => expect(isSoldBelowStage(vehicle(truck), xinzhou2021)).to.equal(banned));

  const row = (more: Partial<StandingRow> & { validFrom?: number }, truck: Partial<VehicleFacts> = SOLD) => ({
    key: '晋H12345,yellow',
    seq: 1,
    validFrom: 0,
    recordedAt: t('2021-09-01T00:00'),
    facts: vehicle({ vin: 'VIN', ...truck }),
    ...more,
  });
  const judge = (rows: StandingRow[]) => judgeSaleBan('VIN', rows, () => xinzhou2021, { ref: 'gate/g1/m', at: 5 });

  it('speaks by the row recorded first, of its recording, without an observation, and shows the sighting', () => {
    const rows = [row({ seq: 2, recordedAt: t('2021-10-01T00:00') }), row({}), row({ recordedAt: 1 }, { ...SOLD, vin: 'OTHER' })];
    for (const order of [rows, [...rows].reverse()]) {
      const { draft } = judge(order)!;
      expect(draft).to.include({ code: 'sold-below-stage', subject: 'VIN', at: t('2021-09-01T00:00'), status: 'confirmed' });
      expect(draft).to.include({ severity: 'warning', proposal: 'none' });
      expect(draft.observations).to.deep.equal([]);
      expect(draft.measured).to.deep.equal({
        stage: '5',
        certificateUploaded: null,
        invoiced: '2021-07-01',
        sighting: 'gate/g1/m',
        sightedAt: 5,
      });
      expect([draft.zh.length, draft.en.length].every((n) => n <= 120)).to.equal(true);
    }
  });

  it('stands while any row not corrected meets the ban: one of another beginning or another plate corrects nothing', () => {
    const later = { recordedAt: t('2021-11-01T00:00'), seq: 2 };
    const right = { ...SOLD, stage: '6' as const };
    expect(judge(uncorrected([row({}), row(later, right)]))).to.equal(null);
    expect(judge(uncorrected([row({ ...later, validFrom: 1 }, right), row({})]))).not.to.equal(null);
    expect(judge(uncorrected([row({}), row({ ...later, key: '晋H54321,yellow' }, right)]))).not.to.equal(null);
    expect(judge(uncorrected([row(later), row({}, right)]))).not.to.equal(null);
  });

  it('a row that corrects another concerns the vehicles of both', () => {
    const mark = (validFrom: number, vin: string) => ({ key: 'k', seq: 1, digest: '', recordedAt: 0, validFrom, vin });
    expect(correctedVins([[mark(0, 'A')], [mark(0, 'B'), mark(1, 'C')]])).to.deep.equal([]);
    expect(correctedVins([[mark(0, 'A'), mark(0, 'B'), mark(1, 'C')]])).to.deep.equal(['A', 'B']);
  });
});
