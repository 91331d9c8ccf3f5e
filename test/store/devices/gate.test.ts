import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision, GatePolicy } from '../../../devices/contract/answers.ts';
import { createDevice, createGate, type Device, type Gate } from '../../../devices/client/index.ts';
import { startFakePlatform, type FakePlatform } from './fake-platform.ts';

const policy: GatePolicy = {
  payloadId: 'xinzhou-2021.1#7',
  at: '2021-01-01T00:00:00+08:00',
  validUntil: '2099-01-01T00:00:00+08:00',
  requirements: [
    {
      rule: 'emission-standard',
      code: 'below-stage',
      zh: '国五以下禁止入厂',
      from: '2021-01-01T00:00:00+08:00',
      directions: ['in', 'out'],
      types: ['H', 'Q'],
      minStage: '5',
      answer: 'refuse',
    },
  ],
  vehicles: [
    ['晋HKXWT4', 'yellow', '4', 'B', 'H11', 'F', false],
    ['晋HKXWT6', 'yellow', '6', 'B', 'H11', 'F', false],
  ],
  unknownVehicle: 'review',
};
const truck = (number: string, lane = '1') => ({ direction: 'in' as const, lane, plate: { number, color: 'yellow' as const } });

describe('a gate', () => {
  let platform: FakePlatform;
  let dir: string;
  let device: Device;
  let gate: Gate;
  const open = async (decisionTimeout: number) => {
    device = createDevice({
      kind: 'gate', deviceId: 'g1', secret: 's', url: platform.url, dir,
      settings: { reconnect: { first: 10, max: 50 }, resend: { first: 100, max: 400, jitter: 0 } },
    }); // prettier-ignore
    gate = createGate({ device, dir, decisionTimeout });
    await gate.start();
    await device.start();
    await platform.until(() => device.isUp(), 'the line');
  };
  const decide = (arrivalId: string, changes: Partial<Decision> = {}) =>
    platform.say('cleanhaul/v1/gate/g1/decision', {
      arrivalId,
      lane: '1',
      decision: 'admit',
      reasons: [],
      vehicle: { number: '晋HKXWT6', color: 'yellow', stage: '6', known: true },
      control: { level: 'none' },
      display: { lines: ['放行'], color: 'green' },
      ref: 'A1',
      policyVersion: 'xinzhou-2021.1',
      at: new Date().toISOString(),
      validUntil: new Date(Date.now() + 60_000).toISOString(),
      ...changes,
    });
  beforeEach(async () => {
    platform = await startFakePlatform();
    dir = await mkdtemp(join(tmpdir(), 'cleanhaul-gate-'));
  });
  afterEach(async () => {
    await device.stop();
    await platform.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('goes by the platform and says so in its passage', async () => {
    platform.answer((r) => {
      platform.receipt(r);
      if (r.message === 'arrival') decide(r.json.id, { decision: 'refuse' });
    });
    await open(10_000);
    const verdict = await gate.arrive(truck('晋HKXWT6'));
    expect(verdict).to.include({ source: 'platform', decision: 'refuse', lane: '1' });
    await gate.pass(verdict, { ...truck('晋HKXWT6'), outcome: 'passed', release: { mode: 'forced', reason: '急件' } });
    await platform.until(() => platform.received.length === 2, 'the passage');
    const passage = platform.received[1]!.json;
    expect(passage).to.include({ arrivalId: verdict.arrivalId, outcome: 'passed' });
    expect(passage.decided).to.include({ source: 'platform', decision: 'refuse' });
    expect(passage.release).to.deep.equal({ mode: 'forced', reason: '急件' });
  });

  it('decides alone by its policy when the decision is lost', async () => {
    await open(200);
    platform.say('cleanhaul/v1/gate/g1/policy', policy, true);
    await platform.until(() => gate.policy() !== undefined, 'the policy');
    expect(await gate.arrive(truck('晋HKXWT4'))).to.include({
      source: 'policy',
      decision: 'refuse',
      payloadId: policy.payloadId,
    });
    expect(await gate.arrive(truck('晋HKXWT6'))).to.include({ source: 'policy', decision: 'admit' });
    expect(await gate.arrive(truck('蒙AKXWT6'))).to.include({ source: 'policy', decision: 'review' });
  });

  it('asks a person when it never had a policy', async () => {
    await open(50);
    const verdict = await gate.arrive(truck('晋HKXWT6'));
    expect(verdict).to.include({ source: 'policy', decision: 'review' });
    expect(verdict).not.to.have.property('payloadId');
  });

  it('keeps the policy across a restart without the platform', async () => {
    await open(50);
    platform.say('cleanhaul/v1/gate/g1/policy', policy, true);
    await platform.until(() => gate.policy() !== undefined, 'the policy');
    await platform.until(() => existsSync(join(dir, 'policy.json')), 'the policy on disk');
    await device.stop();
    await platform.stop();
    platform = await startFakePlatform();
    await open(50);
    expect(await gate.arrive(truck('晋HKXWT4'))).to.include({ source: 'policy', decision: 'refuse' });
  });

  it('does not apply a decision of another arrival, another lane, or past its time', async () => {
    platform.answer((r) => {
      platform.receipt(r);
      if (r.message !== 'arrival') return;
      decide('someone-else');
      decide(r.json.id, { lane: '2' });
      decide(r.json.id, { validUntil: new Date(Date.now() - 1).toISOString() });
    });
    await open(300);
    expect(await gate.arrive(truck('晋HKXWT6'))).to.include({ source: 'policy', decision: 'review' });
  });

  it('lets each lane wait for its own, and a new arrival ends the wait before it', async () => {
    const arrivals: string[] = [];
    platform.answer((r) => {
      platform.receipt(r);
      if (r.message === 'arrival') arrivals.push(r.json.id);
    });
    await open(10_000);
    const first = gate.arrive(truck('晋HKXWT6', '1'));
    const other = gate.arrive(truck('晋HKXWT4', '2'));
    await platform.until(() => arrivals.length === 2, 'both arrivals');
    const second = gate.arrive(truck('晋HKXWT6', '1'));
    expect(await first).to.include({ source: 'policy' });
    await platform.until(() => arrivals.length === 3, 'the third arrival');
    decide(arrivals[2]!);
    decide(arrivals[1]!, { lane: '2', decision: 'refuse' });
    expect(await second).to.include({ source: 'platform', decision: 'admit' });
    expect(await other).to.include({ source: 'platform', decision: 'refuse' });
  });
});
