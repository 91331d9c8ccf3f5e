import { expect } from 'chai';
import { mosquittoAcl, mosquittoConfig, mosquittoHash, mosquittoPasswords } from '../../../server/embedded/mosquitto.ts';

describe("Mosquitto's configuration", () => {
  it("keeps a secret as Mosquitto's own mosquitto_passwd does", () => {
    // Made with `mosquitto_passwd` 2.0.11 for the password "known-secret".
    const known =
      '$7$101$Yx+mEOt8PcjZejFO$jH4o/pGvTIqI0PDwqm+Z4jMEUMwUqgoZqEC1PEPdLgZn1bzp73YbcQe4eLhHbpvsghQE9MCjLPKNYUEA11MmxQ==';
    const salt = Buffer.from(known.split('$')[3] ?? '', 'base64');
    expect(mosquittoHash('known-secret', salt)).equal(known);
  });

  it('salts every secret anew', () => {
    expect(mosquittoHash('same')).not.equal(mosquittoHash('same'));
    expect(mosquittoHash('same')).match(/^\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$/);
  });

  it('lets nobody in without a password and drops nothing a platform of batches needs', () => {
    const lines = mosquittoConfig('/etc/mosquitto/cleanhaul', { host: '127.0.0.1', port: 1883 }).split('\n');
    expect(lines).include.members([
      'listener 1883 127.0.0.1',
      'allow_anonymous false',
      'password_file /etc/mosquitto/cleanhaul/passwords',
      'acl_file /etc/mosquitto/cleanhaul/acl',
      'set_tcp_nodelay true',
      'message_size_limit 1048576',
    ]);
    expect(lines.some((line) => line.startsWith('user '))).equal(false);
  });

  it("gives each device its own kind's messages, and all of them their own answers", () => {
    const acl = mosquittoAcl([
      { kind: 'gate', deviceId: 'G1', hash: 'h1' },
      { kind: 'on-board', deviceId: 'LVIN', hash: 'h2' },
    ]);
    expect(acl.split('\n').filter((line) => line !== '')).eql([
      'pattern write cleanhaul/v1/%u/status',
      'pattern read cleanhaul/v1/%u/decision',
      'pattern read cleanhaul/v1/%u/policy',
      'pattern read cleanhaul/v1/%u/receipt',
      'pattern read cleanhaul/v1/%u/rejected',
      'user platform',
      'topic readwrite cleanhaul/#',
      'user gate/G1',
      'topic write cleanhaul/v1/gate/G1/arrival',
      'topic write cleanhaul/v1/gate/G1/passage',
      'user on-board/LVIN',
      'topic write cleanhaul/v1/on-board/LVIN/telemetry',
    ]);
  });

  it('names the platform and every device in the password file', () => {
    expect(mosquittoPasswords('p', [{ kind: 'gate', deviceId: 'G1', hash: 'h' }])).equal('platform:p\ngate/G1:h\n');
  });
});
