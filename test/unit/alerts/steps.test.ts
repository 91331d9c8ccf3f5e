import { expect } from 'chai';
import { formatInstant } from '../../../devices/contract/instant.ts';
import { followFindings } from '../../../server/alerts/evolve.ts';
import { applyStep, escalate } from '../../../server/alerts/steps.ts';
import { ROLES, type AlertFields } from '../../../server/alerts/types.ts';
import {
  ALERT_STATES,
  ALERT_STEPS,
  type AlertState,
  type AlertStepName,
  type StepCommand,
} from '../../../server/http/contract/alerts.ts';
import { actor, at, summary } from '../../support/alerts.ts';

const COMMANDS: { [S in AlertStepName]: Extract<StepCommand, { step: S }> } = {
  acknowledge: { step: 'acknowledge', body: { note: 'seen' } },
  dispatch: { step: 'dispatch', body: { assignee: 'li', due: formatInstant(at(60).getTime()) } },
  handle: { step: 'handle', body: { outcome: 'warned' } },
  close: { step: 'close', body: {} },
  reopen: { step: 'reopen', body: {} },
  comment: { step: 'comment', body: { text: 'hm' } },
  'hand-over': { step: 'hand-over', body: { to: 'traffic-police', code: '6063' } },
};

/** Step → state after it, by the state before (`-`: 409), in the order of the states. */
const TABLE: Record<AlertStepName, string> = {
  //            open         acknowledged dispatched handled closed withdrawn
  acknowledge: 'acknowledged -            -          -       -      -',
  dispatch: 'dispatched dispatched dispatched - - -',
  handle: '- handled handled - - -',
  close: 'closed closed closed closed - -',
  reopen: '- - - open open open',
  comment: 'open acknowledged dispatched handled closed withdrawn',
  'hand-over': 'open acknowledged dispatched handled closed -',
};

const alert = (state: AlertState, more: Partial<AlertFields> = {}): AlertFields => ({
  ...followFindings(undefined, 'K', summary(), at(0))!.next,
  state,
  ...more,
});

describe('the steps people take on an alert', () => {
  for (const step of ALERT_STEPS) {
    it(`${step}: ${TABLE[step].replaceAll(/ +/g, ' ')}`, () => {
      const states = TABLE[step].split(/ +/);
      ALERT_STATES.forEach((state, i) => {
        const result = applyStep(alert(state), COMMANDS[step], actor('police'), at(5));
        expect(result.ok ? result.next.state : '-', state).to.equal(states[i]);
        if (!result.ok) expect(result.problem.status).to.equal(409);
      });
    });
  }

  it('are a matter of roles: enterprises comment, auditors read, only police hand over', () => {
    const may = ROLES.map((role) => [
      role,
      ALERT_STEPS.filter(
        (step) =>
          applyStep(
            alert(step === 'reopen' ? 'closed' : step === 'handle' ? 'acknowledged' : 'open'),
            COMMANDS[step],
            actor(role),
            at(5),
          ).ok,
      ).length,
    ]);
    expect(Object.fromEntries(may)).to.deep.equal({
      police: 7,
      bureau: 6,
      market: 6,
      enterprise: 1,
      auditor: 0,
      administrator: 0,
      owner: 7,
    });
  });

  it('keep who by user and by name, when, the note and what was given', () => {
    const result = applyStep(alert('open'), COMMANDS.dispatch, actor('bureau', { name: '李晓燕' }), at(5));
    expect(result.ok && result.next.history.at(-1)).to.deep.equal({
      step: 'dispatch',
      at: at(5),
      by: 'bureau',
      byName: '李晓燕',
      detail: COMMANDS.dispatch.body,
    });
    const noted = applyStep(alert('open'), COMMANDS.acknowledge, actor('bureau', { name: '' }), at(5));
    expect(noted.ok && noted.next.history.at(-1)).to.deep.equal({ step: 'acknowledge', at: at(5), by: 'bureau', note: 'seen' });
  });

  it('hand over nothing provisional, retroactive or disputed', () => {
    const result = applyStep(alert('open', { penal: 0 }), COMMANDS['hand-over'], actor('police'), at(5));
    expect(!result.ok && result.problem.code).to.equal('nothing-to-hand-over');
  });

  it('are not dispatched into the past', () => {
    const result = applyStep(alert('open'), COMMANDS.dispatch, actor('police'), at(60));
    expect(!result.ok && result.problem.status).to.equal(422);
  });

  it('escalate once when the due time is over, also when dispatched again', () => {
    const sent = applyStep(alert('open'), COMMANDS.dispatch, actor('police'), at(5));
    if (!sent.ok) throw sent.problem;
    expect(escalate(sent.next, at(59))).to.equal(undefined);
    const late = escalate(sent.next, at(60))!;
    expect(late).to.include({ severity: 'critical', worst: 'warning', escalated: true });
    expect(escalate(late, at(99))).to.equal(undefined);
    const again = applyStep(
      late,
      { step: 'dispatch', body: { assignee: 'wu', due: formatInstant(at(90).getTime()) } },
      actor('police'),
      at(70),
    );
    expect(again.ok && escalate(again.next, at(99))).to.equal(undefined);
  });

  it('count a comment as no act: an alert only commented on is withdrawn with its findings', () => {
    const said = applyStep(alert('open'), COMMANDS.comment, actor('enterprise'), at(5));
    expect(said.ok && followFindings(said.next, 'K', summary({ count: 0 }), at(6))?.next.state).to.equal('withdrawn');
  });
});
