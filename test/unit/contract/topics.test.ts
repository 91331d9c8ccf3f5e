import { expect } from 'chai';
import { deviceTopic, deviceUsername, isClientIdOf, parseTopic } from '../../../devices/contract/topics.ts';

describe('A topic', () => {
  it('is read into kind, device and message', () => {
    expect(parseTopic(deviceTopic('gate', 'g-01', 'arrival'))).to.deep.equal({
      kind: 'gate',
      deviceId: 'g-01',
      message: 'arrival',
    });
  });

  it('is none of the contract’s in any other form', () => {
    for (const topic of [
      '',
      'cleanhaul/v1/gate/g-01',
      'cleanhaul/v2/gate/g-01/arrival',
      '/cleanhaul/v1/gate/g-01/arrival',
      'cleanhaul/v1/door/g-01/arrival',
      'cleanhaul/v1/gate/g 01/arrival',
      'cleanhaul/v1/gate//arrival',
      'cleanhaul/v1/gate/g-01/arrival/',
      `cleanhaul/v1/gate/${'g'.repeat(65)}/arrival`,
      'cleanhaul/v1/toString/g/arrival',
    ]) {
      // prettier-ignore
      expect(parseTopic(topic), topic).to.equal(null);
    }
  });
});

describe('A client id', () => {
  const username = deviceUsername('remote-sensing', 'rs_1');
  it('is the user name with an underscore, and perhaps a short suffix', () => {
    for (const id of ['remote-sensing_rs_1', 'remote-sensing_rs_1.a', 'remote-sensing_rs_1.0123456789abcdef'])
      expect(isClientIdOf(id, username), id).to.equal(true);
  });

  it('is refused in any other form', () => {
    for (const id of [
      '',
      'remote-sensing/rs_1',
      'remote-sensing_rs_2',
      'remote-sensing_rs_1.',
      'remote-sensing_rs_1.a-b',
      'remote-sensing_rs_1.0123456789abcdefg',
      'remote-sensing_rs_1x',
    ]) {
      expect(isClientIdOf(id, username), id).to.equal(false);
    }
  });
});
