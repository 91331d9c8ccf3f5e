import { expect } from 'chai';
import { alertId, followFindings } from '../../../server/alerts/evolve.ts';
import type { AlertFields, FindingsSummary } from '../../../server/alerts/types.ts';
import type { AlertState } from '../../../server/http/contract/alerts.ts';
import { at, summary } from '../../support/alerts.ts';

function alert(state: AlertState, more: Partial<AlertFields> = {}): AlertFields {
  const { next } = followFindings(undefined, 'K', summary(), at(0))!;
  return { ...next, state, ...more };
}

/** State before, acted, what the findings say now → state, event, last entry of the history. */
const CASES: [AlertState, boolean, Partial<FindingsSummary>, AlertState, string, string][] = [
  ['open', false, { count: 2, newest: at(1) }, 'open', 'extended', 'opened'],
  ['acknowledged', true, { count: 2, worst: 'critical' }, 'acknowledged', 'extended', 'opened'],
  ['dispatched', true, { count: 2 }, 'dispatched', 'extended', 'opened'],
  ['handled', true, { count: 2 }, 'handled', 'extended', 'opened'],
  ['handled', true, { count: 2, worst: 'critical' }, 'open', 'extended', 'reopened'],
  ['closed', true, { count: 2 }, 'closed', 'extended', 'opened'],
  ['closed', true, { count: 2, worst: 'critical' }, 'open', 'extended', 'reopened'],
  ['withdrawn', false, { count: 1, newest: at(1) }, 'open', 'extended', 'reopened'],
  ['open', false, { count: 0 }, 'withdrawn', 'withdrawn', 'withdrawn'],
  ['acknowledged', true, { count: 0 }, 'acknowledged', 'changed', 'findings-withdrawn'],
  ['closed', true, { count: 0 }, 'closed', 'changed', 'findings-withdrawn'],
  ['open', false, { provisional: true }, 'open', 'changed', 'opened'],
];

describe('an alert follows its findings', () => {
  for (const [before, acted, said, state, kind, step] of CASES) {
    it(`${before}${acted ? ', acted on' : ''}, with ${JSON.stringify(said)}: ${state}, ${kind}`, () => {
      const result = followFindings(alert(before, acted ? { acted } : {}), 'K', summary(said), at(9))!;
      expect([result.next.state, result.kind, result.next.history.at(-1)?.step]).to.deep.equal([state, kind, step]);
      expect(result.next.rev).to.equal(2);
      expect(followFindings(result.next, 'K', summary(said), at(10))).to.equal(undefined);
    });
  }

  it('opens with the first finding, and is born withdrawn when all there are were taken back', () => {
    expect(followFindings(undefined, 'K', summary(), at(0))).to.deep.include({ kind: 'opened' });
    expect(followFindings(undefined, 'K', summary({ count: 0 }), at(0))?.next.state).to.equal('withdrawn');
    expect(followFindings(undefined, 'K', undefined, at(0))).to.equal(undefined);
  });

  it('forgets who was on it and when it was due when it is reopened', () => {
    const closed = alert('closed', {
      acted: true,
      assignee: 'li',
      due: at(1),
      escalated: true,
      severity: 'critical',
      outcome: 'warned',
    });
    const { next } = followFindings(closed, 'K', summary({ worst: 'critical' }), at(9))!;
    expect(next).to.not.have.any.keys('assignee', 'due', 'outcome', 'escalated');
  });

  it('stays withdrawn no more when a person reopened it and nothing new was found', () => {
    const withdrawn = followFindings(alert('open'), 'K', summary({ count: 0 }), at(1))!.next;
    const reopened: AlertFields = { ...withdrawn, state: 'open', acted: true };
    expect(followFindings(reopened, 'K', summary({ count: 0 }), at(2))).to.equal(undefined);
  });

  it('has a short id that fits in a URL', () => {
    expect(alertId('diversion|through-traffic|LVIN|2021-11-15')).to.match(/^[\w-]{16}$/);
  });
});
