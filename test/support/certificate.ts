import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface TestCertificate {
  /** PEM. */
  cert: string;
  key: string;
}

/** A certificate of this machine's own name and address, signed by itself. */
export async function makeCertificate(): Promise<TestCertificate> {
  const altNames = [
    { type: 2 as const, value: 'localhost' },
    { type: 7 as const, ip: '127.0.0.1' },
  ];
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  return { cert: made.cert, key: made.private };
}

/** Writes both files into a directory. @returns the settings that name them */
export async function writeCertificate(
  directory: string,
  { cert, key }: TestCertificate,
): Promise<Record<'TLS_CERT' | 'TLS_KEY', string>> {
  const files = { TLS_CERT: join(directory, 'cert.pem'), TLS_KEY: join(directory, 'key.pem') };
  await Promise.all([writeFile(files.TLS_CERT, cert), writeFile(files.TLS_KEY, key)]);
  return files;
}
