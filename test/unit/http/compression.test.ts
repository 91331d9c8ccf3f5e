import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import express from 'express';
import { compressed } from '../../../server/http/compression.ts';
import { consoleRouter } from '../../../server/http/console.ts';
import { listen } from '../../support/http.ts';

const items = Array.from({ length: 100 }, (_, i) => ({ id: `晋H${i}`, state: 'open' }));

describe('compression of answers', () => {
  let web: Awaited<ReturnType<typeof listen>>;
  let directory: string;
  let nextRow: () => void;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cleanhaul-console-'));
    await writeFile(join(directory, 'index.html'), `<!doctype html>${'<p>清运</p>'.repeat(200)}`);
    await writeFile(join(directory, 'counties.geojson'), JSON.stringify({ items }));
    const app = express();
    app.use(compressed());
    app.get('/api/list', (_req, res) => void res.json({ items }));
    app.get('/api/one', (_req, res) => void res.json(items[0]));
    app.get('/api/export', (_req, res) => {
      res.set('Content-Type', 'text/csv; charset=utf-8');
      res.write(`${'first,'.repeat(500)}\r\n`);
      nextRow = () => void res.end('second\r\n');
    });
    app.use(consoleRouter(directory));
    web = await listen(app);
  });
  after(async () => {
    await web.close();
    await rm(directory, { recursive: true });
  });

  async function get(path: string, headers: Record<string, string> = { 'accept-encoding': 'gzip' }): Promise<IncomingMessage> {
    const [answer] = (await once(request(web.url + path, { headers }).end(), 'response')) as [IncomingMessage];
    return answer;
  }
  async function bytes(answer: IncomingMessage): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    return Buffer.concat(parts);
  }

  it('packs JSON for those who ask for it, and says that it depends', async () => {
    const answer = await get('/api/list');
    expect(answer.headers).to.include({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(JSON.parse(gunzipSync(await bytes(answer)).toString())).to.deep.equal({ items });
    const plain = await get('/api/list', {});
    expect(plain.headers['content-encoding']).to.equal(undefined);
    expect(JSON.parse((await bytes(plain)).toString())).to.deep.equal({ items });
  });

  it('leaves a short answer alone', async () => {
    const answer = await get('/api/one');
    expect(answer.headers['content-encoding']).to.equal(undefined);
    await bytes(answer);
  });

  it('packs the console’s page and the county borders', async () => {
    for (const [path, accept] of [
      ['/', 'text/html'],
      ['/counties.geojson', '*/*'],
    ] as const) {
      const answer = await get(path, { 'accept-encoding': 'gzip', accept });
      expect(answer.headers['content-encoding'], path).to.equal('gzip');
      await bytes(answer);
    }
  });

  it('sends the rows of an export as they are written', async () => {
    const answer = await get('/api/export');
    expect(answer.headers['content-encoding']).to.equal(undefined);
    const [row] = (await once(answer, 'data')) as [Buffer];
    expect(row.toString()).to.match(/^first/);
    nextRow();
    expect((await bytes(answer)).toString()).to.equal('second\r\n');
  });
});
