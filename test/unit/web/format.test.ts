import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { measureRows } from '../../../server/http/contract/law/measures.ts';
import { factRows, isTelling } from '../../../web/src/format/measure.ts';
import { likelyColors, plateShape, plateText, typedPlate } from '../../../web/src/format/plate.ts';
import { withdrawnKey } from '../../../web/src/format/withdrawn.ts';
import { ago, endTime, fullTime, shortTime } from '../../../web/src/format/time.ts';

describe('a plate as it is drawn', () => {
  it('has the real width and even margins with seven characters', () => {
    const shape = plateShape('晋H12345');
    const last = shape.characters.at(-1)!;
    expect(shape.width).to.equal(440);
    expect(last.x + last.width).to.be.closeTo(440 - 15.5, 1e-9);
    expect(shape.dot).to.be.closeTo(134.5, 1e-9);
  });

  it('is longer with eight characters', () => {
    const shape = plateShape('晋HD12345');
    const last = shape.characters.at(-1)!;
    expect(shape.width).to.equal(480);
    expect(last.x + last.width).to.be.closeTo(480 - 15.5, 1e-9);
  });

  it('takes any length without a dot', () => {
    for (const number of ['', 'A', 'WJ14X1234X', '😀😀']) expect(plateShape(number).dot).to.equal(null);
  });

  it('is written with its dot, and read from what people type', () => {
    expect(plateText('晋H12345')).to.equal('晋H·12345');
    expect(plateText('无牌')).to.equal('无牌');
    expect(typedPlate(' 晋h·12345 ')).to.equal('晋H12345');
    expect(typedPlate('晋Ｈ１２３４５')).to.equal('晋H12345');
  });

  it('guesses new energy from eight characters', () => {
    expect(likelyColors('晋HD12345')[0]).to.equal('yellow-green');
    expect(likelyColors('晋H12345')[0]).to.equal('yellow');
  });
});

describe('times as people here read them', () => {
  const now = Date.parse('2021-11-15T21:42:10+08:00');

  it('are civil, whatever the computer’s zone', () => {
    expect(fullTime(Date.parse('2021-11-15T16:30:00Z'))).to.equal('2021-11-16 00:30:00');
  });

  it('are short today, with the day this year, a date before', () => {
    expect(shortTime(Date.parse('2021-11-15T08:00:00+08:00'), now)).to.equal('08:00');
    expect(shortTime(Date.parse('2021-10-05T10:20:00+08:00'), now)).to.equal('10-05 10:20');
    expect(shortTime(Date.parse('2020-12-31T23:00:00+08:00'), now)).to.equal('2020-12-31');
  });

  it('end at 24:00 of the day, as an order says it', () => {
    expect(endTime(Date.parse('2021-11-17T00:00:00+08:00'))).to.equal('11-16 24:00');
    expect(endTime(Date.parse('2021-11-16T12:30:00+08:00'))).to.equal('11-16 12:30');
  });

  it('are told by how long ago', () => {
    expect(ago(now - 59_000, now)).to.deep.equal({ key: 'now', n: 0 });
    expect(ago(now - 60_000, now)).to.deep.equal({ key: 'minutes', n: 1 });
    expect(ago(now - 3 * 3_600_000, now)).to.deep.equal({ key: 'hours', n: 3 });
    expect(ago(now + 5_000, now).key).to.equal('now');
  });
});

describe('measured against limit', () => {
  it('puts the same key side by side, with a bar for amounts', () => {
    const rows = measureRows({ opacity: 45, ringelmann: null }, { opacity: 30, ringelmann: 1 });
    expect(rows.map((row) => row.key)).to.deep.equal(['opacity', 'ringelmann']);
    expect(rows[0]?.bar?.limit).to.be.lessThan(rows[0]?.bar?.measured ?? 0);
    expect(rows[1]).to.not.have.property('bar');
  });

  it('shows a bound of another name beside what it bounds', () => {
    const rows = measureRows({ stage: '4', annualFreightTonnes: 2_100_000 }, { stage: 6, minAnnualFreightTonnes: 1_500_000 });
    expect(rows.find((row) => row.key === 'annualFreightTonnes')).to.include({ measured: 2_100_000, limit: 1_500_000 });
  });

  it('bounds the first and the second of two passes by one limit', () => {
    const rows = measureRows(
      { firstOpacity: 46, secondOpacity: 44, firstRingelmann: null, secondRingelmann: null },
      { opacity: 30, ringelmann: 1 },
    );
    expect(rows.map((row) => [row.key, row.measured, row.limit])).to.deep.equal([
      ['firstOpacity', 46, 30],
      ['secondOpacity', 44, 30],
    ]);
  });

  it('says that a stage is unknown', () => {
    expect(measureRows({ stage: null }, { stageMax: 3 })).to.deep.equal([{ key: 'stage', measured: null, limit: 3 }]);
  });

  it('leaves moments without a bar and unknown values out', () => {
    const rows = measureRows({ scrapDue: 1_636_000_000_000, a: null }, { scrapDue: 1_635_000_000_000 });
    expect(rows).to.have.length(1);
    expect(rows[0]).to.not.have.property('bar');
  });

  it('flattens facts by one level', () => {
    expect(factRows({ zone: 'Z', vehicle: { stage: '4', none: null }, gone: undefined })).to.deep.equal([
      { key: 'zone', value: 'Z' },
      { key: 'stage', parent: 'vehicle', value: '4' },
    ]);
  });
});

describe('the facts that are shown first', () => {
  const facts = {
    device: { version: 'gate/g#1', nameZh: '东门' },
    vehicle: { version: '晋H1,yellow#3', vin: 'L', stage: '4', fuel: 'B', status: 'in-use', validFrom: 0 },
    enterprise: { version: 'E1#1', nameZh: '某厂', annualFreightTonnes: 2_100_000, planningArea: false },
    recognition: { outcome: 'matched', read: '晋H1' },
  };
  const telling = (more: object = {}) =>
    factRows({ ...facts, ...more })
      .filter(isTelling)
      .map(({ parent, key }) => `${parent}.${key}`);

  it('are those a verdict turns on, without versions and what is as one expects', () => {
    expect(telling()).to.deep.equal(['vehicle.stage', 'vehicle.fuel', 'enterprise.nameZh', 'enterprise.annualFreightTonnes']);
  });

  it('name what is not as one expects', () => {
    expect(telling({ vehicle: { status: 'scrapped' }, recognition: { outcome: 'corrected' } })).to.include.members([
      'vehicle.status',
      'recognition.outcome',
    ]);
  });
});

describe('why a finding was taken back', () => {
  it('has words in the console for every sentence of the platform', () => {
    const folder = new URL('../../../server/intake/histories/', import.meta.url);
    const sentences = readdirSync(folder).flatMap((file) =>
      [...readFileSync(new URL(file, folder), 'utf8').matchAll(/withdrawnReason: '([^']+)'/g)].map((match) => match[1]!),
    );
    expect(sentences).to.have.length.above(3);
    expect(sentences.filter((sentence) => withdrawnKey(sentence) === undefined)).to.deep.equal([]);
    expect(withdrawnKey('something newer')).to.equal(undefined);
  });
});
