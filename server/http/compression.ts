import compression from 'compression';
import type { RequestHandler } from 'express';

/** Files of rows are written row by row and read by programs while they come: they leave as they are written. */
const STREAMED = /^(text\/csv|application\/x-ndjson|application\/zip|application\/vnd\.)/;

/** Compresses what is worth it (1 kB and more of JSON, script, style, page, borders), for clients that ask for it. */
export function compressed(): RequestHandler {
  return compression({
    filter: (req, res) => !STREAMED.test(String(res.getHeader('Content-Type') ?? '')) && compression.filter(req, res),
  });
}
