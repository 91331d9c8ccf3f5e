import { pino, type Logger } from 'pino';

export type { Logger };

/** A plate for a log line: province and authority, the rest starred. No plate, secret or token stands in clear in a log. */
export function maskPlate(number: string): string {
  const characters = [...number];
  return characters.length <= 2
    ? '*'.repeat(characters.length)
    : characters.slice(0, 2).join('') + '*'.repeat(characters.length - 2);
}

/** The platform's log: JSON lines on standard output, secrets redacted wherever they stand. */
export function createLog(level: string): Logger {
  return pino({
    level,
    redact: {
      paths: [
        'password',
        'secret',
        'token',
        'authorization',
        'cookie',
        '*.password',
        '*.secret',
        '*.token',
        '*.authorization',
        '*.cookie',
        'req.headers.authorization',
        'req.headers.cookie',
        'res.headers["set-cookie"]',
      ],
      censor: '[redacted]',
    },
  });
}
