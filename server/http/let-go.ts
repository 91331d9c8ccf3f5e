import type { Request, Response } from 'express';

/** What is still coming in after an answer is thrown away for so long, in real ms: a client that only writes hears the answer then. */
const DISCARD_MS = 10_000;

/** After an answer that comes before the body is over, the rest of it is thrown away; who never ends it loses the connection. */
export function letGo(req: Request, res: Response): void {
  if (req.complete || req.destroyed) return;
  req.resume();
  res.once('finish', () => setTimeout(() => req.complete || req.destroy(), DISCARD_MS).unref());
}
