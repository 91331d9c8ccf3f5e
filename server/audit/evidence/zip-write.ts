import { Readable } from 'node:stream';
import yazl from 'yazl';
import type { PackageFile } from './assemble.ts';

/**
 * The files as a ZIP, one after another while it is read; pictures are stored, everything else is deflated. A file that cannot be read
 * destroys the stream: the ZIP has no end then, and no reader takes it for a whole one.
 */
export function zipOf(files: readonly PackageFile[], mtime: Date): Readable {
  const zip = new yazl.ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  for (const { file, content } of files) {
    const options = { mtime, mode: 0o100644, compress: !file.startsWith('images/') };
    zip.addReadStreamLazy(file, options, (done) => {
      Promise.resolve(typeof content === 'function' ? content() : content).then(
        (bytes) => done(null, Readable.from(bytes.length === 0 ? [] : [bytes])),
        (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }
  zip.end();
  return output;
}
