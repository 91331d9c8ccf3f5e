import { z } from 'zod';
import { plateColor } from '../../../../devices/contract/messages.ts';
import {
  account, accountLine, accountMonths, accountMonthsQuery, accountQuery, accountRows, accountRowsQuery, accountWithRevisions,
  cleanTransportDecided, cleanTransportDecision, cleanTransportDecisions, decisionsQuery, gateQualities, gateQualityQuery,
} from '../../contract/accounts.ts'; // prettier-ignore
import { dayFigures, dayFiguresQuery, remoteSensingFigures, remoteSensingQuery, ureaStory, ureaStoryQuery, ureaVehicle, ureaVehiclesQuery } from '../../contract/figures.ts'; // prettier-ignore
import { inPlantRow, machineryRow, transportRow } from '../../contract/ledgers.ts';
import { inPlantLedgerQuery, machineryLedgerQuery, transportLedgerQuery } from '../../contract/lists.ts';
import { listOf, may, ok, type Route } from '../route.ts';

const base = '/accounts/clean-transport';
const tag = 'accounts';
const read = may('accounts:read');
const stretchProblems = { 422: ['no-period', 'too-long'] };

/** Ledgers, the clean-transport account, and the bureau's figures. */
export const ACCOUNT_ROUTES: Route[] = [
  { method: 'get', path: '/ledgers/transport', tag, words: ['运输车辆台账', 'Counted passages at gates'], who: may('ledgers:read'), query: transportLedgerQuery, list: true, answers: ok(listOf(transportRow)) },
  { method: 'get', path: '/ledgers/in-plant', tag, words: ['厂内车辆台账', 'Stays of vehicles at enterprises'], who: may('ledgers:read'), query: inPlantLedgerQuery, list: true, answers: ok(listOf(inPlantRow)) },
  { method: 'get', path: '/ledgers/machinery', tag, words: ['非道路移动机械台账', 'Machinery in and out of sites'], who: may('ledgers:read'), query: machineryLedgerQuery, list: true, answers: ok(listOf(machineryRow)) },
  {
    method: 'get', path: base, tag, words: ['清洁运输核查', "A month's clean-transport accounts"], who: read, query: accountQuery, list: true,
    note: 'The list of the month; with `enterprise` the last account of that one, with `revision` that revision as it was stored, byte for byte.',
    answers: ok(z.union([listOf(accountLine), accountWithRevisions, account]), { headers: { ETag: "with `enterprise`: the account's digest" } }),
    problems: { 404: ['unknown-enterprise', 'unknown-account'] },
  },
  { method: 'get', path: `${base}/rows`, tag, words: ['一个数字的明细', 'The rows a figure is made of'], who: read, query: accountRowsQuery, list: true, answers: ok(accountRows), problems: { 404: ['unknown-enterprise', 'unknown-account'] } },
  { method: 'get', path: `${base}/months`, tag, words: ['逐月核查', "An enterprise's last accounts, month after month"], who: read, query: accountMonthsQuery, answers: ok(accountMonths), problems: { 404: ['unknown-enterprise'] } },
  { method: 'get', path: `${base}/gates`, tag, words: ['各门禁数据质量', "The data quality of an enterprise's last account of a month, gate by gate"], who: read, query: gateQualityQuery, answers: ok(gateQualities), problems: { 404: ['unknown-enterprise', 'unknown-account'] } },
  { method: 'get', path: `${base}/decisions`, tag, words: ['清洁运输认定记录', 'What the bureau decided about an enterprise, newest first'], who: read, query: decisionsQuery, answers: ok(cleanTransportDecisions), problems: { 404: ['unknown-enterprise'] } },
  {
    method: 'post', path: `${base}/decision`, tag, words: ['认定清洁运输', "The bureau decides an enterprise's cleanTransport"], who: may('clean-transport:decide'), idempotent: true,
    body: { schema: cleanTransportDecision, example: { enterprise: 'e1', month: '2021-11', revision: 3, cleanTransport: 'not-met', reason: '11 月清洁运输比例 62%，低于 80%' } },
    answers: ok(cleanTransportDecided), problems: { 404: ['unknown-enterprise', 'unknown-account'], 409: ['newer-revision'], 422: ['not-registered-then', 'idempotency-key-reused'] },
  },
  { method: 'get', path: '/figures/day', tag, words: ['当日数据', 'A civil day in figures, beside the day before'], who: may('figures:read'), query: dayFiguresQuery, answers: ok(dayFigures) },
  { method: 'get', path: '/figures/remote-sensing', tag, words: ['遥感监测数据', 'Readings of at most 31 days: validity, distributions, failed vehicles'], who: may('remote-sensing:read'), query: remoteSensingQuery, answers: ok(remoteSensingFigures), problems: stretchProblems },
  { method: 'get', path: '/figures/urea', tag, words: ['尿素使用异常车辆', 'Vehicles with findings of urea use, the latest first'], who: may('urea:read'), query: ureaVehiclesQuery, list: true, answers: ok(listOf(ureaVehicle)), problems: stretchProblems },
  {
    method: 'get', path: '/vehicles/{number}/{colour}/urea', tag, params: { colour: plateColor }, words: ['一车尿素曲线', "A vehicle's reagent level, fuel and NOx over at most 31 days"], who: may('urea:read'),
    query: ureaStoryQuery, answers: ok(ureaStory), problems: { 404: ['unknown-vehicle'], ...stretchProblems },
  },
]; // prettier-ignore
