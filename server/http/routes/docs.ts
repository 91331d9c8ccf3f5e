import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Router, type Response } from 'express';
import { AppError } from '../../errors.ts';
import { openApi } from '../openapi/document.ts';

/** Where Swagger UI's own files lie; nothing is loaded from elsewhere. */
const FILES = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const SERVED = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const PAGE = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>清运 CleanHaul · API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/page.css">
</head>
<body>
<main id="page"><p>接口说明以 <a href="openapi.json">OpenAPI 3.1</a> 文档提供；本页用脚本显示它。</p>
<p lang="en">The API is described by an <a href="openapi.json">OpenAPI 3.1</a> document; this page shows it by script.</p></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/page.js"></script>
</body>
</html>
`;

/** Whoever is signed in to the console in the same browser tries things as that user. */
const SCRIPT = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#page',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  filter: true,
  showExtensions: true,
  tryItOutEnabled: false,
  validatorUrl: null,
  syntaxHighlight: { activated: false },
});
`;

const STYLE = `body { margin: 0; background: #fff; }
.swagger-ui .opblock-summary-description { overflow-wrap: anywhere; }
.swagger-ui .wrapper { box-sizing: border-box; }
`;

const TEXTS: Record<string, [type: string, text: string]> = {
  'page.js': ['text/javascript', SCRIPT],
  'page.css': ['text/css', STYLE],
};

/** `/openapi.json`, and `/docs` with its files: the contract as generated, for anybody. */
export function docsRouter(): Router {
  const router = Router();
  let document: { text: string; etag: string } | undefined;

  router.get('/openapi.json', (_req, res) => {
    const text = document?.text ?? JSON.stringify(openApi());
    document ??= { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
    kept(res).set('ETag', document.etag).type('json').send(text);
  });

  router.get('/docs', (_req, res) => {
    kept(res).type('html').send(PAGE);
  });

  router.get('/docs/:file', (req, res, next) => {
    const { file } = req.params;
    const own = Object.hasOwn(TEXTS, file) ? TEXTS[file] : undefined;
    if (own) return void kept(res).type(own[0]).send(own[1]);
    if (!SERVED.includes(file))
      throw new AppError(404, 'not-found', { zh: '没有这个地址', en: 'there is nothing at this address' });
    kept(res).sendFile(join(FILES, file), { cacheControl: false }, (error) => error && next(error));
  });

  return router;
}

/** It may be kept, and is asked for again. */
function kept(res: Response): Response {
  return res.set('Cache-Control', 'no-cache');
}
