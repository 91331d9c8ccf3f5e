import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router } from 'express';

const NOT_BUILT = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>CleanHaul 清运</title>
<h1>CleanHaul 清运</h1><p>控制台尚未构建，请运行 <code>npm run build</code> 后刷新。接口可用。</p>
<p lang="en">The console has not been built: run <code>npm run build</code>, then reload. The API works.</p></html>`;

/** The console: its built files, names with a digest kept for long, and its page for every address that is none of the API. */
export function consoleRouter(directory: string): Router {
  const router = Router();
  router.use('/assets', express.static(join(directory, 'assets'), { immutable: true, maxAge: '365d', index: false }));
  router.use(express.static(directory, { index: false, maxAge: 0 }));
  router.get('/{*path}', (req, res, next) => {
    // A file that is not there is not a page; neither is anything of the API.
    if (/^\/(api|assets|socket\.io)(\/|$)/.test(req.path) || !req.accepts('html')) return next();
    const page = join(directory, 'index.html');
    res.set('Cache-Control', 'no-cache');
    if (existsSync(page)) res.sendFile('index.html', { root: directory, cacheControl: false });
    else res.type('html').send(NOT_BUILT);
  });
  return router;
}
