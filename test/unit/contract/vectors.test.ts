import { expect } from 'chai';
import {
  decision,
  gatePolicy,
  MAX_DECISION_BYTES,
  MAX_POLICY_BYTES,
  receipt,
  rejected,
} from '../../../devices/contract/answers.ts';
import { decodeMessage, decodeStatus } from '../../../devices/contract/decode.ts';
import { REJECT_CODES, type Kind } from '../../../devices/contract/kinds.ts';
import { SCHEMAS } from '../../../devices/contract/messages.ts';
import { parseTopic } from '../../../devices/contract/topics.ts';
import { bytesOf, fillIn, readVectors, type PlatformCase } from '../../support/vectors.ts';

interface Examples {
  messages: { kind: Kind; message: string; topic: string; payload: Record<string, unknown> }[];
  answers: { answer: 'decision' | 'policy' | 'receipt' | 'rejected'; topic: string; payload: unknown }[];
}

/** Every path of a value, array indexes left out. */
function paths(value: unknown, prefix = ''): Set<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((item) => [...paths(item, prefix)]));
  if (typeof value !== 'object' || value === null) return new Set([prefix]);
  return new Set(Object.entries(value).flatMap(([key, member]) => [prefix, ...paths(member, `${prefix}.${key}`)]));
}

describe('The examples', () => {
  const { messages, answers } = readVectors<Examples>('examples.json');

  it('show every message of every kind and a status', () => {
    const wanted = Object.entries(SCHEMAS).flatMap(([kind, schemas]) =>
      Object.keys(schemas).map((message) => `${kind}/${message}`),
    );
    expect(messages.map(({ kind, message }) => `${kind}/${message}`)).to.have.members([...wanted, 'gate/status']);
  });

  for (const { kind, message, topic, payload } of messages) {
    it(`of ${kind} ${message} is taken whole, on its topic`, () => {
      expect(parseTopic(topic)).to.include({ kind, message });
      const bytes = bytesOf({ payload });
      const decoded = message === 'status' ? decodeStatus(bytes) : decodeMessage(kind, message, bytes);
      expect(decoded.ok && decoded.value).to.deep.equal(payload);
    });
  }

  const schemas = { decision, policy: gatePolicy, receipt, rejected };
  for (const { answer, payload } of answers) {
    it(`of the answer ${answer} has the contract’s form and no field beyond it`, () => {
      expect(schemas[answer].parse(payload)).to.deep.equal(payload);
    });
  }

  it('of answers keep within their sizes', () => {
    const size = (answer: string): number => bytesOf({ payload: answers.find((each) => each.answer === answer)?.payload }).length;
    expect(size('decision')).to.be.at.most(MAX_DECISION_BYTES);
    expect(size('policy')).to.be.at.most(MAX_POLICY_BYTES);
  });

  it('of a passage and an arrival show every field there is', () => {
    const passage = messages.find((each) => each.message === 'passage' && each.kind === 'gate');
    for (const field of [
      '.release.reason',
      '.decided.payloadId',
      '.cargo.tonnes',
      '.seen.brand',
      '.plate.raw',
      '.images.sha256',
      '.arrivalId',
    ]) {
      expect([...paths(passage?.payload)]).to.include(field);
    }
  });
});

describe('The platform’s cases', () => {
  const { cases } = readVectors<{ cases: PlatformCase[] }>('platform.json');
  const codes: string[] = [...REJECT_CODES.final, ...REJECT_CODES.retry];
  const now = Date.UTC(2021, 10, 15);

  it('have names of their own and one expectation per step', () => {
    expect(new Set(cases.map((each) => each.name)).size).to.equal(cases.length);
    for (const { name, publish, expect: wanted } of cases) expect(wanted.length, name).to.equal(publish.length);
  });

  it('expect codes of the contract, final as the contract has them', () => {
    for (const { name, expect: wanted } of cases) {
      for (const { code, codeIn = [], final } of wanted.flatMap((each) => each?.rejected ?? [])) {
        for (const each of code ? [code] : codeIn) expect(codes, name).to.include(each);
        if (code && final !== undefined) expect(final, name).to.equal((REJECT_CODES.final as readonly string[]).includes(code));
      }
    }
  });

  it('publish payloads that the contract takes, unless they say otherwise', () => {
    const aboutPayload = /wrong-kind|unknown-topic|schema/;
    for (const { name, publish, expect: wanted } of cases) {
      publish.forEach((step, i) => {
        if (!('payload' in step) || step.message === 'status') return;
        if (aboutPayload.test(JSON.stringify(wanted[i])) || step.payload.direction === 'sideways') return;
        const decoded = decodeMessage(step.kind as Kind, step.message, bytesOf({ payload: fillIn(step.payload, now, 1) }));
        expect(decoded.ok, `${name}: ${decoded.ok ? '' : decoded.message}`).to.equal(true);
      });
    }
  });

  it('write moments against platform time', () => {
    expect(fillIn({ a: '{now}', b: ['{now+5m1s}', 'v-{i}'], c: '{now-400d}' }, now, 3)).to.deep.equal({
      a: '2021-11-15T08:00:00.000+08:00',
      b: ['2021-11-15T08:05:01.000+08:00', 'v-3'],
      c: '2020-10-11T08:00:00.000+08:00',
    });
  });
});
