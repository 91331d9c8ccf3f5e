import { expect } from 'chai';
import type { AppError } from '../../../server/errors.ts';
import { inTime } from '../../../server/images/upload.ts';

/** Pieces that come after so many ms each; one of `Infinity` never comes. */
async function* pieces(...waits: number[]): AsyncGenerator<Buffer> {
  for (const ms of waits) {
    await new Promise((done) => (ms === Infinity ? undefined : setTimeout(done, ms)));
    yield Buffer.from('x');
  }
}
async function read(body: AsyncIterator<Buffer>, idleMs: number, wholeMs: number): Promise<number | string> {
  let count = 0;
  try {
    for await (const piece of inTime(body, { idleMs, wholeMs })) count += piece.length;
    return count;
  } catch (error) {
    return (error as AppError).code;
  }
}

describe('an upload’s time', () => {
  it('is enough where pieces keep coming', async () => {
    expect(await read(pieces(0, 5, 5), 2_000, 10_000)).to.equal(3);
    expect(await read(pieces(), 2_000, 10_000)).to.equal(0);
  });
  it('is over when nothing comes any more', async () => {
    expect(await read(pieces(0, Infinity), 30, 10_000)).to.equal('too-slow');
  });
  it('is over when it drips for too long', async () => {
    expect(await read(pieces(...Array<number>(1_000).fill(5)), 2_000, 60)).to.equal('too-slow');
  });
});
