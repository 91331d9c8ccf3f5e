import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { expect } from 'chai';
import { makeCertificate, writeCertificate } from '../support/certificate.ts';
import { ConfigError, isLoopback, readConfig, SETTING_DEFAULTS, settingsSchema, withEnvFile } from '../../server/config.ts';

/** Settings that stop the start, each with what its line must say. */
const WRONG: [name: string, env: NodeJS.ProcessEnv, says: RegExp][] = [
  ['a port that is no number', { PORT: 'http' }, /^PORT: .*whole number from 0 to 65535 \("http"\)$/],
  ['a port beyond the last', { PORT: '65536' }, /^PORT: /],
  ['a negative port', { MQTT_PORT: '-1' }, /^MQTT_PORT: /],
  ['an unknown log level', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL: .*must be one of trace/],
  ['a yes that is none', { MQTT_SHARED: 'maybe' }, /^MQTT_SHARED: .*true or false/],
  ['a database that is none', { MONGODB_URI: 'http://db' }, /^MONGODB_URI: .*mongodb:\/\//],
  ['a broker that is none', { MQTT_URL: 'broker:1883' }, /^MQTT_URL: /],
  ['a start of the clock without an offset', { CLOCK_START: '2021-11-15T08:00:00' }, /^CLOCK_START: .*offset/],
  ['a clock that stands still', { CLOCK_SPEED: '0' }, /^CLOCK_SPEED: /],
  ['a clock that runs backwards', { CLOCK_SPEED: '-2' }, /^CLOCK_SPEED: /],
  ['an instance with a space', { INSTANCE: 'a b' }, /^INSTANCE: /],
  ['a short administrator password', { ADMIN_PASSWORD: 'short' }, /^ADMIN_PASSWORD: .*at least 8/],
  ['tiles without places for their numbers', { TILE_URL: 'https://tiles.example/x.png' }, /^TILE_URL: .*\{z\}/],
  ['shared subscriptions on the embedded broker', { MQTT_SHARED: 'true' }, /^MQTT_SHARED: .*set MQTT_URL/],
  ['broker credentials without a broker', { MQTT_USERNAME: 'platform' }, /^MQTT_USERNAME: .*together with MQTT_URL/],
  ['listening for other machines in plain text', { HOST: '0.0.0.0' }, /^HOST: .*ALLOW_PLAINTEXT=true/],
  ['listening on every address of IPv6 in plain text', { HOST: '::' }, /^HOST: /],
  ['a certificate without its key', { TLS_CERT: 'cert.pem' }, /^TLS_KEY: .*set both/],
  ['a key without its certificate', { HOST: '0.0.0.0', TLS_KEY: 'key.pem' }, /^TLS_CERT: .*set both/],
  ['a certificate that is not there', { TLS_CERT: '/nowhere/c.pem', TLS_KEY: '/nowhere/k.pem' }, /^TLS_CERT: .*no file/],
  ['a certificate that is none', { TLS_CERT: 'package.json', TLS_KEY: 'package.json' }, /^TLS_CERT: .*no certificate in PEM/],
];

describe('the settings', () => {
  const linesOf = (env: NodeJS.ProcessEnv): string[] => {
    try {
      readConfig(env);
      return [];
    } catch (error) {
      expect(error).instanceOf(ConfigError);
      return (error as ConfigError).lines;
    }
  };

  for (const [name, env, says] of WRONG) {
    it(`do not allow ${name}`, () => {
      const lines = linesOf(env);
      expect(lines).lengthOf(1);
      expect(lines[0]).match(says);
      expect(lines[0]).match(/[\u4e00-\u9fff]/);
    });
  }

  it('take TLS for other machines without ALLOW_PLAINTEXT; a key of another certificate is named', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cleanhaul-config-'));
    try {
      const [own, other] = [await makeCertificate(), await makeCertificate()];
      const files = await writeCertificate(directory, own);
      expect(readConfig({ HOST: '0.0.0.0', ...files }))
        .include({ plaintext: false })
        .and.property('tls');
      expect(readConfig({ HOST: '0.0.0.0', ALLOW_PLAINTEXT: 'true' }).tls).equal(undefined);
      await writeCertificate(directory, { ...own, key: other.key });
      expect(linesOf(files)).lengthOf(1);
      expect(linesOf(files)[0]).match(/^TLS_KEY: .*does not belong/);
      await writeCertificate(directory, { ...own, key: own.cert });
      expect(linesOf(files)[0]).match(/^TLS_KEY: .*no private key/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('are all optional', () => {
    const config = readConfig({});
    expect(config).include({
      port: 8080,
      host: '127.0.0.1',
      instance: '1',
      logLevel: 'info',
      plaintext: false,
      mongodbUri: undefined,
    });
    expect(config.mqtt).eql({ url: undefined, username: undefined, password: undefined, port: 1883, shared: false });
    expect(config.clock).eql({ start: undefined, speed: 1 });
    expect(config.bounds).eql({ clockAheadMs: 300_000, tooOldMs: 172_800_000, tooOldBackfillMs: 34_560_000_000 });
    expect(config.limits).eql({ gatePerSecond: 20, devicePerSecond: 50, burst: 600, deadLettersPerDay: 1000 });
    expect(isAbsolute(config.dataDir)).equal(true);
  });

  it('read an empty string, or blanks, as absent', () => {
    expect(readConfig({ PORT: '', MONGODB_URI: ' ', MQTT_URL: '', CLOCK_START: '' })).eql(readConfig({}));
  });

  it('ignore what is not theirs', () => {
    expect(readConfig({ PATH: '/bin', SOMETHING: 'x' })).eql(readConfig({}));
  });

  it('name every wrong one at once', () => {
    const lines = linesOf({ PORT: 'x', LOG_LEVEL: 'y', CLOCK_SPEED: 'z' });
    expect(lines.map((line) => line.split(':')[0])).have.members(['PORT', 'LOG_LEVEL', 'CLOCK_SPEED']);
  });

  it('never repeat a secret', () => {
    const lines = linesOf({ ADMIN_PASSWORD: 'hush', MONGODB_URI: 'hush://u:hush@db', MQTT_URL: 'hush', PORT: 'x' });
    expect(lines).lengthOf(4);
    expect(lines.join()).not.contain('hush');
  });

  it('take a platform clock and an outside broker with several processes', () => {
    const config = readConfig({
      CLOCK_START: '2021-11-15T08:00:00+08:00',
      CLOCK_SPEED: '60',
      MQTT_URL: 'mqtt://broker',
      MQTT_USERNAME: 'platform',
      MQTT_PASSWORD: 'p',
      MQTT_SHARED: 'yes',
      INSTANCE: '2',
    });
    expect(config.clock).eql({ start: Date.parse('2021-11-15T00:00:00Z'), speed: 60 });
    expect(config.mqtt).include({ url: 'mqtt://broker', username: 'platform', password: 'p', shared: true });
  });

  it('let the platform listen for other machines where that is allowed, and say so', () => {
    expect(readConfig({ HOST: '0.0.0.0', ALLOW_PLAINTEXT: 'true' }).plaintext).equal(true);
    expect(readConfig({ ALLOW_PLAINTEXT: 'true' }).plaintext).equal(false);
  });

  it('know loopback when they see it', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) expect(isLoopback(host), host).equal(true);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example', '1127.0.0.1'])
      expect(isLoopback(host), host).equal(false);
  });

  it('come from a .env file too, where the environment says nothing', () => {
    const directory = mkdtempSync(join(tmpdir(), 'cleanhaul-env-'));
    try {
      expect(withEnvFile(directory, { PORT: '1' })).eql({ PORT: '1' });
      writeFileSync(join(directory, '.env'), 'PORT=9000\nLOG_LEVEL="warn" # quiet\n');
      expect(readConfig(withEnvFile(directory, { PORT: '1' }))).include({ port: 1, logLevel: 'warn' });
      expect(readConfig(withEnvFile(directory, {})).port).equal(9000);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('stand in the operations page, each with its default and what it does', () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    for (const [name, schema] of Object.entries(settingsSchema.shape)) {
      const fallback = SETTING_DEFAULTS[name as keyof typeof SETTING_DEFAULTS];
      expect(schema.description, name).to.be.a('string');
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
      expect(
        row?.split('|').map((cell) => cell.trim()),
        name,
      ).eql(['', `\`${name}\``, fallback === undefined ? '–' : `\`${fallback}\``, schema.description, '']);
    }
  });
});
