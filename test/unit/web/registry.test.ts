import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { ROW_SCHEMAS } from '../../../server/http/contract/registry.ts';
import { REGISTRY_ACCESS } from '../../../server/http/access.ts';
import { readRows } from '../../../server/registry/rows.ts';
import { Readable } from 'node:stream';
import { zhCN } from '../../../web/src/i18n/zh-CN.ts';
import { changesBetween, story } from '../../../web/src/registry/changes.ts';
import { COLLECTIONS, keyOf, SHOWN, template, VERSION_FIELDS } from '../../../web/src/registry/collections.ts';
import { formatOf, inUtf8 } from '../../../web/src/registry/upload.ts';

describe('the registry in the console', () => {
  for (const collection of COLLECTIONS) {
    describe(collection, () => {
      const shown = SHOWN[collection];

      it('knows every field of a row, and no other, and names each', () => {
        const fields = Object.keys(ROW_SCHEMAS[collection].shape);
        expect([...shown.fields, ...VERSION_FIELDS, 'recordedAt'].sort()).to.deep.equal(fields.sort());
        for (const field of fields) expect(zhCN.office.fields, field).to.have.property(field);
        for (const { field } of shown.columns) expect(shown.fields).to.include(field);
      });

      it('is read and imported by the roles the platform allows', () => {
        expect([...shown.read].sort()).to.deep.equal([...REGISTRY_ACCESS[collection].read].sort());
        expect([...shown.import].sort()).to.deep.equal([...REGISTRY_ACCESS[collection].import].sort());
      });

      it('has templates whose row is right as it stands, in both formats', async () => {
        for (const format of ['csv', 'ndjson'] as const) {
          const rows = [];
          for await (const record of readRows(Readable.from([Buffer.from(template(collection, format))]), format, collection))
            rows.push('value' in record ? record.value : record.error);
          expect(rows).to.have.length(1);
          const { success, error } = ROW_SCHEMAS[collection].safeParse(rows[0]);
          expect(success, `${format}: ${error?.message ?? ''}`).to.equal(true);
        }
        const [head] = parse(template(collection, 'csv'), { bom: true });
        expect(head).to.deep.equal([...shown.fields, ...VERSION_FIELDS]);
      });
    });
  }

  it('tells a file’s format by its name, and reads GBK as spreadsheets here write it', async () => {
    expect(['a.csv', 'A.CSV', 'b.ndjson', 'c.jsonl', 'd.xlsx', 'csv'].map(formatOf)).to.deep.equal([
      'csv', 'csv', 'ndjson', 'ndjson', null, null,
    ]); // prettier-ignore
    const gbk = new Blob([new Uint8Array([0xbd, 0xfa, 0x48, 0x31])]);
    const read = await inUtf8(gbk);
    expect(read.converted).to.equal(true);
    expect(await read.body.text()).to.equal('晋H1');
    expect((await inUtf8(new Blob(['晋H1']))).converted).to.equal(false);
  });

  it('tells a row’s story by what each version changed, the latest first', () => {
    const version = (n: number, more: object) => ({ version: `E1#${n}`, recordedAt: `2021-0${n}-01T00:00:00+08:00`, ...more });
    const first = version(1, { grade: 'C', nameZh: '一' });
    const second = version(2, { grade: 'B', nameZh: '一', validFrom: '2021-10-01T00:00:00+08:00' });
    const corrected = version(3, { grade: 'B', nameZh: '二', validFrom: '2021-10-01T00:00:00+08:00' });
    expect(changesBetween(first, second)).to.deep.equal([{ field: 'grade', before: 'C', after: 'B' }]);
    expect(story([second, corrected, first]).map((step) => [step.item.version, step.changes?.length ?? null])).to.deep.equal([
      ['E1#3', 1],
      ['E1#2', 1],
      ['E1#1', null],
    ]);
    expect(keyOf({ version: '晋H1#2,yellow#12' })).to.equal('晋H1#2,yellow');
  });
});
