import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createUploader, type Uploader, type UploaderOptions } from '../../../devices/client/index.ts';
import { listen } from '../../support/http.ts';
import { until } from '../../support/until.ts';

const sha = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const picture = (n: number) => Buffer.from(`picture ${n} ${'.'.repeat(5_000)}`);

interface Seen {
  method: string;
  sha256: string;
  authorization: string | undefined;
  type: string | undefined;
}

describe('the uploader of pictures', function () {
  this.timeout(60_000);
  let dir: string;
  let platform: Awaited<ReturnType<typeof listen>>;
  /** What the platform has, and all it was asked. */
  let kept: Map<string, Buffer>;
  let seen: Seen[];
  /** Says the status of a PUT; 201 unless it does. */
  let answer: (sha256: string) => number | undefined;
  let uploaders: Uploader[];

  function serve(req: IncomingMessage, res: ServerResponse): void {
    const sha256 = String(req.url).split('/').at(-1) ?? '';
    const method = String(req.method);
    seen.push({ method, sha256, authorization: req.headers.authorization, type: req.headers['content-type'] });
    const pieces: Buffer[] = [];
    req.on('data', (piece: Buffer) => pieces.push(piece));
    req.on('end', () => {
      if (method === 'HEAD') return void res.writeHead(kept.has(sha256) ? 200 : 404).end();
      const status = answer(sha256) ?? 201;
      const content = Buffer.concat(pieces);
      if (status < 300 && sha(content) === sha256) kept.set(sha256, content);
      res.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  }

  async function start(more: Partial<UploaderOptions> = {}): Promise<Uploader> {
    const uploader = createUploader({
      kind: 'gate',
      deviceId: 'G1',
      secret: 'the secret',
      url: platform.url,
      dir,
      retry: { first: 10, max: 40 },
      ...more,
    });
    uploaders.push(uploader);
    await uploader.start();
    return uploader;
  }

  beforeEach(async () => {
    [kept, seen, uploaders, answer] = [new Map(), [], [], () => undefined];
    dir = await mkdtemp(join(tmpdir(), 'cleanhaul-pictures-'));
    platform = await listen(serve);
  });
  afterEach(async () => {
    await Promise.all(uploaders.map((uploader) => uploader.stop()));
    await platform.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('puts a picture under its digest with the credentials of the device, once, and forgets it', async () => {
    const uploader = await start();
    const sha256 = await uploader.add(picture(1));
    expect(sha256).to.equal(sha(picture(1)));
    await until(() => uploader.counts().uploaded === 1);
    const authorization = `Basic ${Buffer.from('gate/G1:the secret').toString('base64')}`;
    expect(seen).to.deep.equal([{ method: 'PUT', sha256, authorization, type: 'image/jpeg' }]);
    expect(kept.get(sha256)?.equals(picture(1))).to.equal(true);
    expect(await readdir(join(dir, 'pictures'))).to.deep.equal([]);
  });

  it('tries again while the platform is away, busy or refuses the secret, in the end once each', async () => {
    const statuses = [503, 429, 401, 500];
    answer = () => statuses.shift();
    const uploader = await start();
    await Promise.all([uploader.add(picture(1)), uploader.add(picture(2))]);
    await until(() => uploader.counts().uploaded === 2);
    expect(uploader.counts()).to.deep.equal({ waiting: 0, uploaded: 2, refused: 0, dropped: 0 });
    expect(kept.size).to.equal(2);
  });

  it('lets a picture go that is refused for good, and none is held up by one that never succeeds', async () => {
    const [bad, stuck] = [sha(picture(1)), sha(picture(2))];
    answer = (sha256) => (sha256 === bad ? 422 : sha256 === stuck ? 500 : undefined);
    const uploader = await start();
    for (let i = 1; i <= 6; i++) await uploader.add(picture(i));
    await until(() => uploader.counts().uploaded === 4);
    expect(uploader.counts()).to.include({ waiting: 1, refused: 1 });
  });

  it('holds a picture back for the device time it was told, and lets others go first', async () => {
    let now = 1_000_000;
    const uploader = await start({ clock: { now: () => now, speed: 1_000 } });
    const late = await uploader.add(picture(1), { after: 60_000 });
    const first = await uploader.add(picture(2));
    await until(() => kept.has(first));
    expect(kept.has(late)).to.equal(false);
    now += 61_000;
    await until(() => kept.has(late));
  });

  it('gives up the oldest when its share of the disk is full, and counts them', async () => {
    answer = () => 503;
    const uploader = await start({ maxBytes: 5 * picture(0).length + 100, retry: { first: 60_000, max: 60_000 } });
    let now = 0;
    for (let i = 0; i < 8; i++) await uploader.add(picture(i), { after: now++ });
    expect(uploader.counts()).to.include({ waiting: 5, dropped: 3 });
  });

  it('takes up what waited when it was stopped, asks for what may have arrived, and removes what was half written', async () => {
    answer = () => 503;
    const before = await start();
    const [a, b] = await Promise.all([before.add(picture(1)), before.add(picture(2), { contentType: 'image/png' })]);
    await before.stop();
    await writeFile(join(dir, 'pictures', `00000000000001-${'0'.repeat(64)}.jpg.new`), 'half');
    kept.set(a, picture(1)); // its answer was lost
    [seen, answer] = [[], () => undefined];
    const after = await start();
    await until(() => after.counts().uploaded === 2);
    expect([...kept.keys()]).to.have.members([a, b]);
    expect(seen.filter((s) => s.method === 'PUT').map((s) => [s.sha256, s.type])).to.deep.equal([[b, 'image/png']]);
    expect(await readdir(join(dir, 'pictures'))).to.deep.equal([]);
  });

  it('loses none that it named when it is killed at any moment', async () => {
    const named: string[] = [];
    let served = 0;
    answer = () => (served++ % 3 === 0 ? 503 : undefined);
    for (let round = 0; round < 3; round++) {
      const script = join(import.meta.dirname, 'uploader-process.ts');
      const child = spawn(process.execPath, ['--import', 'tsx', script, platform.url, dir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const wanted = named.length + 20 + 7 * round;
      createInterface({ input: child.stdout }).on('line', (line) => {
        named.push(line);
        if (named.length >= wanted) child.kill('SIGKILL');
      });
      await once(child, 'close');
    }
    const uploader = await start();
    await until(() => uploader.counts().waiting === 0);
    expect(new Set(named).size).to.be.at.least(20);
    expect(named.filter((sha256) => !kept.has(sha256))).to.deep.equal([]);
  });
});
