import { expect } from 'chai';
import type { Stage } from '../../../devices/contract/answers.ts';
import { xinzhou2021 } from '../../../server/policy/xinzhou-2021.ts';
import { nonroadRegistration } from '../../../server/rules/nonroad-registration.ts';
import type { DeclarationFacts, DeviceFacts, MachineFacts, Observation, ResponseFacts } from '../../../server/rules/types.ts';
import { arrival, gate, given, response, t } from '../../support/rules.ts';

const CODE = 'XZ-0001';
const machine = (stage: Stage | undefined): MachineFacts => ({
  version: 'machinery/1',
  registrationCode: CODE,
  machineryKind: 'excavator',
  ...(stage !== undefined && { stage }),
  owner: '示例机械租赁',
  county: '140902',
});
const declaration: DeclarationFacts = { version: 'declarations/1', siteId: 'j1', registrationCode: CODE, from: 0 };
const site = (minStage?: number): DeviceFacts =>
  gate({ kind: 'machinery-gate', id: 'j1', ...(minStage !== undefined && { minStage }) });

function passing(more: { at?: string; direction?: 'in' | 'out'; registrationCode?: string } = {}): Observation {
  const { at = '2021-11-15T08:00', direction = 'in', registrationCode = CODE } = more;
  return {
    ref: 'machinery-gate/j1/m1', kind: 'machinery-gate', message: 'passage', deviceId: 'j1', id: 'm1', at: t(at), receivedAt: t(at) + 200,
    backfill: false, unsynced: false, body: { id: 'm1', at: new Date(t(at)).toISOString(), direction, registrationCode },
  }; // prettier-ignore
}

type Level = ResponseFacts['level'] | undefined;
/** `none`: the machine is not registered; `?`: its stage is not known. */
const CASES: [what: string, stage: Stage | 'none' | '?', declared: boolean, minStage: number | undefined, level: Level, codes: string[]][] = [
  ['registered and declared', '3', true, undefined, undefined, []],
  ['not registered', 'none', true, undefined, undefined, ['unregistered-machine']],
  ['not declared', '3', false, undefined, undefined, ['undeclared']],
  ['neither', 'none', false, undefined, undefined, ['unregistered-machine', 'undeclared']],
  ['neither, where a stage is asked for: it has none to compare', 'none', false, 3, 'red', ['unregistered-machine', 'undeclared']],
  ['below the site', '2', true, 3, undefined, ['stage-banned']],
  ['as the site asks', '3', true, 3, undefined, []],
  ['a site that asks for 0', '0', true, 0, undefined, []],
  ['stage 2 under orange', '2', true, undefined, 'orange', ['stage-banned']],
  ['stage 0 under red', '0', true, undefined, 'red', ['stage-banned']],
  ['stage 3 under red', '3', true, undefined, 'red', []],
  ['stage 2 under yellow', '2', true, undefined, 'yellow', []],
  ['below the site and under orange are one', '2', true, 3, 'orange', ['stage-banned']],
  ['below the site under yellow', '2', true, 3, 'yellow', ['stage-banned']],
  ['undeclared and banned', '1', false, undefined, 'orange', ['undeclared', 'stage-banned']],
  ['electric', 'D', true, 4, 'red', []],
  ['unknown stage, nothing asked', '?', true, undefined, undefined, []],
  ['unknown stage, the site asks', '?', true, 3, undefined, ['stage-unknown']],
  ['unknown stage, the site asks for 0', '?', true, 0, undefined, ['stage-unknown']],
  ['unknown stage under yellow', '?', true, undefined, 'yellow', ['stage-unknown']],
  ['unknown stage under red, undeclared', '?', false, undefined, 'red', ['undeclared', 'stage-unknown']],
]; // prettier-ignore

describe('nonroad-registration', () => {
  for (const [what, stage, declared, minStage, level, codes] of CASES) {
    it(`${what}: ${codes.join(' and ') || 'nothing'}`, () => {
      const facts = {
        device: site(minStage),
        ...(stage !== 'none' && { machine: machine(stage === '?' ? undefined : stage) }),
        ...(declared && { declaration }),
        ...(level && { response: response({ level }) }),
      };
      for (const direction of ['in', 'out'] as const) {
        const findings = given(facts)
          .when(passing({ direction }))
          .finds(nonroadRegistration, ...codes);
        for (const { code, severity, proposal, subject, status } of findings) {
          expect([severity, proposal]).to.deep.equal(code === 'stage-unknown' ? ['info', 'review'] : ['warning', 'refuse']);
          expect([subject, status]).to.deep.equal(['machinery-gate/j1/m1', 'confirmed']);
        }
      }
    });
  }

  it('keeps the facts it stands on, and says in both languages what is asked', () => {
    const facts = { device: site(3), machine: machine('2'), declaration, response: response({ level: 'orange' }) };
    const [finding] = given(facts).when(passing()).finds(nonroadRegistration, 'stage-banned');
    expect(finding).to.deep.include({
      measured: { registrationCode: CODE, stage: '2', level: 'orange' },
      limit: { minStage: 3, stageMax: 2, response: 'r1' },
      facts: { machine: facts.machine, declaration },
      zh: '国二机械：工地要求国三及以上；橙色响应期间禁用国二及以下',
      en: 'Machine of China 2: the site asks for China 3; orange response: none of China 2 and below',
    });
  });

  it('says so when no code was read', () => {
    const [finding] = given({ device: site() })
      .when(passing({ registrationCode: '' }))
      .finds(nonroadRegistration, 'unregistered-machine', 'undeclared');
    expect(finding?.zh).to.equal('未读到机械环保登记号码');
  });

  it('takes levels, stage and proposal from the policy', () => {
    const own = {
      ...xinzhou2021.rules['nonroad-registration'],
      levels: ['red' as const],
      stageMax: 3,
      proposal: 'review' as const,
    };
    const policy = { ...xinzhou2021, rules: { ...xinzhou2021.rules, 'nonroad-registration': own } };
    const facts = { policy, device: site(), machine: machine('3'), declaration };
    given({ ...facts, response: response({ level: 'orange' }) })
      .when(passing())
      .findsNothing(nonroadRegistration);
    given({ ...facts, response: response({ level: 'red' }) })
      .when(passing())
      .finds(nonroadRegistration, { code: 'stage-banned', proposal: 'review' });
  });

  it('proposes at most a review before the plan was in force', () => {
    given({ device: site() })
      .when(passing({ at: '2021-05-26T23:59:59.999' }))
      .finds(
        nonroadRegistration,
        { code: 'unregistered-machine', proposal: 'review' },
        { code: 'undeclared', proposal: 'review' },
      );
  });

  it('says nothing of road vehicles', () => {
    given({ device: gate({ minStage: 4 }) })
      .when(arrival())
      .findsNothing(nonroadRegistration);
  });
});
