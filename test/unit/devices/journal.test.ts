import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal, readJournal } from '../../../devices/client/journal.ts';

describe('a device journal', () => {
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cleanhaul-journal-'));
    path = join(dir, 'outbox.log');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('gives back what was appended', async () => {
    const journal = await openJournal(path);
    await Promise.all([journal.append([{ a: 1 }]), journal.append([{ a: '忻州' }, { a: 3 }])]);
    await journal.close();
    const again = await openJournal(path);
    expect(again.found).to.deep.equal([{ a: 1 }, { a: '忻州' }, { a: 3 }]);
    await again.close();
  });

  it('keeps the whole lines when it is torn at any byte', async () => {
    const journal = await openJournal(path);
    const records = [{ a: 1 }, { plate: '晋HKXWT7' }, { a: 'line\nbreak' }];
    await journal.append(records);
    await journal.close();
    const bytes = await readFile(path);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { records: left, wholeBytes } = readJournal(bytes.subarray(0, cut));
      expect(left).to.deep.equal(records.slice(0, left.length));
      expect(wholeBytes).to.be.at.most(cut);
    }
    expect(readJournal(bytes).records).to.deep.equal(records);
  });

  it('cuts a torn tail off, so that the next record is whole', async () => {
    const journal = await openJournal(path);
    await journal.append([{ a: 1 }, { a: 2 }]);
    await journal.close();
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 4));
    const torn = await openJournal(path);
    expect(torn.found).to.deep.equal([{ a: 1 }]);
    await torn.append([{ a: 3 }]);
    await torn.close();
    const again = await openJournal(path);
    expect(again.found).to.deep.equal([{ a: 1 }, { a: 3 }]);
    await again.close();
  });

  it('leaves out a damaged line and keeps its neighbours', async () => {
    const journal = await openJournal(path);
    await journal.append([{ a: 1 }, { a: 2 }, { a: 3 }]);
    await journal.close();
    const bytes = await readFile(path);
    bytes[bytes.indexOf('{"a":2}') + 5] = 0x39;
    await writeFile(path, bytes);
    const again = await openJournal(path);
    expect(again.found).to.deep.equal([{ a: 1 }, { a: 3 }]);
    await again.close();
  });

  it('replaces its content at once when it is compacted', async () => {
    const journal = await openJournal(path);
    for (let i = 0; i < 50; i++) await journal.append([{ i }]);
    const before = journal.bytes();
    const compacted = journal.rewrite(() => [{ i: 49 }]);
    const after = journal.append([{ i: 50 }]);
    await Promise.all([compacted, after]);
    expect(journal.bytes()).to.be.below(before);
    await journal.close();
    const again = await openJournal(path);
    expect(again.found).to.deep.equal([{ i: 49 }, { i: 50 }]);
    await again.close();
  });
});
