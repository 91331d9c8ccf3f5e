import { plateColor } from '../../../../devices/contract/messages.ts';
import { z } from 'zod';
import { deviceHealth } from '../../contract/device-health.ts';
import { gateBoard, gateDisplay } from '../../contract/gates.ts';
import { auditLogQuery, deadLetterQuery, decisionQuery, findingQuery, observationQuery, smallListQuery } from '../../contract/lists.ts'; // prettier-ignore
import { auditEntryShown, deadLetterShown, decisionShown, disputeAnswer, disputeText, findingShown, observationShown, replayOutcome, vehicleStory } from '../../contract/records.ts'; // prettier-ignore
import { DECISION, FINDING, OBSERVATION } from '../examples.ts';
import { listOf, may, ok, type Route } from '../route.ts';

const tag = 'records';
const id = { id: z.string().max(1024).describe('`<rule>|<code>|<subject>`, encoded') };

/** What was seen, judged, answered and refused. */
export const RECORD_ROUTES: Route[] = [
  {
    method: 'get', path: '/observations', tag, words: ['原始记录', 'What was seen'], who: may('observations:read'), query: observationQuery, list: true,
    answers: ok(listOf(observationShown), { example: { items: [OBSERVATION], next: null } }),
  },
  {
    method: 'get', path: '/findings', tag, words: ['判定结果', 'What was judged'], who: may('findings:read'), query: findingQuery, list: true,
    answers: ok(listOf(findingShown), { example: { items: [FINDING], next: null } }),
  },
  { method: 'get', path: '/findings/{id}', tag, params: id, words: ['一条结果', 'One finding'], who: may('findings:read'), answers: ok(findingShown, { example: FINDING }), problems: { 404: ['unknown-finding'] } },
  {
    method: 'post', path: '/findings/{id}/dispute', tag, params: id, words: ['提出异议', 'Contest a finding at an own gate'], who: may('disputes:raise'), idempotent: true,
    body: { schema: disputeText, example: { text: '该车已于十一月更换发动机，见附件', ref: 'K3-0042' } }, answers: ok(findingShown),
    problems: { 404: ['unknown-finding'], 409: ['already-disputed', 'withdrawn'], 422: ['not-at-a-gate', 'wrong-reference', 'idempotency-key-reused'] },
  },
  {
    method: 'post', path: '/findings/{id}/dispute/answer', tag, params: id, words: ['答复异议', "The bureau's answer to a dispute"], who: may('disputes:answer'), idempotent: true,
    body: { schema: disputeAnswer, example: { outcome: 'withdrawn', reason: '登记信息有误，已更正' } }, answers: ok(findingShown),
    problems: { 404: ['unknown-finding'], 409: ['not-disputed'], 422: ['idempotency-key-reused'] },
  },
  {
    method: 'get', path: '/decisions', tag, words: ['门禁决定', 'What gates were answered'], who: may('decisions:read'), query: decisionQuery, list: true,
    answers: ok(listOf(decisionShown), { example: { items: [DECISION], next: null } }),
  },
  { method: 'get', path: '/decisions/{ref}', tag, words: ['凭条号对应的决定', 'The decision of a printed reference'], who: may('decisions:read'), answers: ok(decisionShown, { example: DECISION }), problems: { 404: ['unknown-decision'] } },
  { method: 'get', path: '/vehicles/{number}/{colour}', tag, params: { colour: plateColor }, words: ['一车一档', "One vehicle's whole story"], who: may('vehicles:read'), answers: ok(vehicleStory), problems: { 404: ['unknown-vehicle'] } },
  { method: 'get', path: '/dead-letters', tag, words: ['死信', 'What was refused'], who: may('dead-letters'), query: deadLetterQuery, list: true, answers: ok(listOf(deadLetterShown)) },
  {
    method: 'post', path: '/dead-letters/{id}/replay', tag, words: ['重新接收死信', 'Take a dead letter in again'], who: may('dead-letters'),
    note: 'Past the clock bounds; a decision is stored, never published. What is refused again is answered 200 with `stored: false`.',
    answers: ok(replayOutcome), problems: { 404: ['unknown-dead-letter'] },
  },
  { method: 'get', path: '/audit-log', tag, words: ['操作日志', 'Who did what'], who: may('audit-log:read'), query: auditLogQuery, list: true, answers: ok(listOf(auditEntryShown)) },
  { method: 'get', path: '/devices/health', tag, words: ['设备状态', 'How devices are'], who: may('devices:health'), query: smallListQuery, list: true, answers: ok(listOf(deviceHealth)) },
  { method: 'get', path: '/gates', tag, words: ['门禁看板', 'The gate board: a row per lane'], who: may('decisions:read'), answers: ok(gateBoard) },
  {
    method: 'get', path: '/display/{gateId}', tag, words: ['门前显示屏', 'What the screen at a gate shows'], who: { roles: ['police', 'bureau', 'market', 'enterprise', 'auditor', 'display'] },
    note: 'Takes a token of the role `display`, bound to the gate, besides whoever sees the gate board.', answers: ok(gateDisplay), problems: { 404: ['unknown-gate'] },
  },
]; // prettier-ignore
