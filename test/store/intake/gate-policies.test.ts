import { expect } from 'chai';
import express from 'express';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devicesRouter } from '../../../server/http/routes/devices.ts';
import { startCore, type TestCore } from '../../support/core.ts';
import { arrival, feed, furnish, reading, truck } from '../../support/intake.ts';
import { until } from '../../support/until.ts';

const NOW = '2022-01-15T12:00:00+08:00';
const NUMBER = '晋H44001';

describe('the retained policies of gates', function () {
  let t: TestCore;

  before(async () => {
    t = await startCore({ at: '2021-06-01T00:00:00+08:00', judgeAfterMs: 0 });
    await furnish(t, [truck(NUMBER, '6')]);
    t.clock.set(NOW);
    t.registry.onChanged(() => t.core.gatePolicies.run());
  });
  after(() => t.stop());
  beforeEach(() => t.published.splice(0));

  const sent = (gate: string) => t.published.filter((p) => p.topic === `cleanhaul/v1/gate/${gate}/policy`);
  const last = (gate: string) =>
    sent(gate).at(-1)!.payload as { payloadId: string; requirements: { code: string }[]; vehicles: unknown[][] };

  it('are published for every gate when the platform starts, retained, and again, the same, on each connection', async () => {
    t.core.gatePolicies.start();
    await until(() => sent('g1').length === 1 && sent('g9').length === 1);
    expect(sent('g1')[0]!.options).to.deep.equal({ qos: 1, retain: true });
    const first = last('g1');
    t.core.gatePolicies.run();
    t.core.gatePolicies.republish();
    await until(() => sent('g1').length === 2);
    expect(last('g1')).to.deep.equal(first);
  });

  it('are made anew at once when a response is published, under a new name', async () => {
    const before = await t.core.gatePolicies.of('g1');
    await t.rows('responses', [
      {
        id: 'r-1',
        level: 'red',
        counties: ['140900'],
        start: NOW,
        end: '2022-01-16T12:00:00+08:00',
        issuedBy: '示例',
        reference: '1号',
      },
    ]);
    await until(() => sent('g1').length === 1);
    expect(last('g1').payloadId).not.to.equal(before!.payloadId);
    expect(last('g1').requirements.map((r) => r.code)).to.include('measure-hit');
  });

  it('block a vehicle seen at the gate from the moment it failed', async () => {
    const of = async () => (await t.core.gatePolicies.of('g1'))!.vehicles.find(([number]) => number === NUMBER);
    await feed(t, [arrival(NUMBER, '2022-01-14T12:00:00+08:00')]);
    expect(await of(), 'not blocked').to.satisfy(
      (row?: unknown[]) => row === undefined || row.at(-1) === false || row.at(-1) === 0,
    );
    await feed(t, [reading(NUMBER, '2022-01-13T12:00:00+08:00', 60), reading(NUMBER, '2022-01-14T13:00:00+08:00', 60, 's2')]);
    expect(Boolean((await of())?.at(-1))).to.equal(true);
  });

  it('are given over HTTP to the gate itself, with an ETag that spares the same again', async () => {
    const door = devicesRouter({
      authenticate: (kind, id, secret) => t.registry.checkSecret(`${kind}/${id}`, secret),
      submit: () => Promise.reject(new Error('not asked')),
      policyOf: (gateId) => t.core.gatePolicies.of(gateId),
      now: () => t.clock.now(),
    });
    const http = createServer(express().use(door));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/devices/gate/g1/policy`;
      const authorization = `Basic ${Buffer.from('gate/g1:gate-one-secret-0123456789').toString('base64')}`;
      const first = await fetch(url, { headers: { authorization } });
      const etag = first.headers.get('etag')!;
      expect(first.status).to.equal(200);
      expect(await first.json()).to.deep.equal(await t.core.gatePolicies.of('g1'));
      const again = await fetch(url, { headers: { authorization, 'if-none-match': etag } });
      expect(again.status).to.equal(304);
      await again.text();
    } finally {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    }
  });
});
