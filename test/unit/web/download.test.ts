import { expect } from 'chai';
import { csvFile, endCount, endsZip } from '../../../web/src/list/download.ts';

describe('a downloaded list', () => {
  it('is complete only with its last line', () => {
    const cases: [tail: string, count: number | null][] = [
      ['a,b\r\n1,2\r\n#end 1\n', 1],
      ['#end 0\n', 0],
      ['#end 12', 12],
      ['a,b\r\n1,2\r\n', null],
      ['"#end 3"\n', null],
      ['{"note":"#end 7"}\n{"b":', null],
      ['x#end 3\n', null],
      ['#end 3\n1,2\n', null],
      ['', null],
    ];
    for (const [tail, count] of cases) expect(endCount(tail), JSON.stringify(tail)).to.equal(count);
  });

  it('is a whole workbook only with the directory at its end', () => {
    const whole = new Uint8Array(40);
    whole.set([0x50, 0x4b, 0x05, 0x06], 12);
    expect(endsZip(whole)).to.equal(true);
    expect(endsZip(whole.slice(0, 30))).to.equal(false);
    expect(endsZip(new Uint8Array(3))).to.equal(false);
  });

  it('made in the console is safe from formulas and quotes what must be', async () => {
    const bytes = await csvFile([
      ['=1+1', 'a"b', 3],
      ['x,y', '－2', -4],
    ]).arrayBuffer();
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    expect(text).to.equal('\ufeff\'=1+1,"a""b",3\r\n"x,y",\'－2,-4\r\n');
  });
});
