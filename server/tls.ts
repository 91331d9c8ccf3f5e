import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';

/** The certificate and its key, by which HTTP and the embedded broker speak TLS. */

/** Absolute paths. */
export interface TlsFiles {
  cert: string;
  key: string;
}

/** PEM. */
export interface Tls {
  cert: string;
  key: string;
}

/** How a server speaks with them: also when they are changed, or the least version would be forgotten. */
export function speaking(tls: Tls): Tls & Pick<SecureContextOptions, 'minVersion'> {
  return { ...tls, minVersion: 'TLSv1.2' };
}

type Setting = 'TLS_CERT' | 'TLS_KEY';
type Wrong = { wrong: [Setting, { zh: string; en: string }] };

const wrong = (name: Setting, zh: string, en: string): Wrong => ({ wrong: [name, { zh, en }] });

export function tlsFiles(cert: string | undefined, key: string | undefined): TlsFiles | undefined {
  return cert === undefined || key === undefined ? undefined : { cert: resolve(cert), key: resolve(key) };
}

/** Reads both files; which of the settings is wrong, where one is. Undefined where neither is set. */
export function readTls(certFile: string | undefined, keyFile: string | undefined): Tls | Wrong | undefined {
  const files = tlsFiles(certFile, keyFile);
  if (!files) {
    if (certFile === undefined && keyFile === undefined) return undefined;
    const missing: Setting = certFile === undefined ? 'TLS_CERT' : 'TLS_KEY';
    return wrong(missing, 'TLS_CERT 与 TLS_KEY 须同时设置', 'TLS_CERT and TLS_KEY go together: set both');
  }
  const [cert, key] = [readPem(files.cert), readPem(files.key)];
  if (cert === undefined) return wrong('TLS_CERT', '文件不存在或无法读取', 'is no file that can be read');
  if (key === undefined) return wrong('TLS_KEY', '文件不存在或无法读取', 'is no file that can be read');
  if (!holds({ cert })) return wrong('TLS_CERT', '不是 PEM 格式的证书', 'is no certificate in PEM');
  if (!holds({ key })) return wrong('TLS_KEY', '不是 PEM 格式、无口令的私钥', 'is no private key in PEM without a passphrase');
  if (!holds({ cert, key }))
    return wrong('TLS_KEY', '与 TLS_CERT 的证书不匹配', 'does not belong to the certificate of TLS_CERT');
  return { cert, key };
}

/** Certificate and key as the files hold them now; undefined where none are set. @throws when they are not right, in both languages */
export function loadTls(files: TlsFiles | undefined): Tls | undefined {
  const read = readTls(files?.cert, files?.key);
  if (read && 'wrong' in read) throw new Error(`${read.wrong[0]}: ${read.wrong[1].zh} · ${read.wrong[1].en}`);
  return read;
}

function readPem(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function holds(options: Parameters<typeof createSecureContext>[0]): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
