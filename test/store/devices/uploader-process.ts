import { createUploader } from '../../../devices/client/index.ts';

/** A device that takes pictures until it is killed: prints the digest of each once it is kept. */
const [url, dir] = process.argv.slice(2) as [string, string];
const uploader = createUploader({ kind: 'gate', deviceId: 'G1', secret: 'secret', url, dir, retry: { first: 20, max: 50 } });
await uploader.start();
for (let i = 0; ; i++) console.log(await uploader.add(Buffer.from(`picture ${i} ${'x'.repeat(20_000)}`)));
