import { z } from 'zod';
import { decision, gatePolicy, receipt, rejected } from '../../../devices/contract/answers.ts';
import { plateColor, SCHEMAS, status } from '../../../devices/contract/messages.ts';
import { policySchema } from '../../policy/schema.ts';
import * as accounts from '../contract/accounts.ts';
import { alert, alertWithHistory } from '../contract/alerts.ts';
import { deviceHealth } from '../contract/device-health.ts';
import { chainHead, evidenceReport } from '../contract/evidence.ts';
import { dayFigures, remoteSensingFigures, ureaStory, ureaVehicle } from '../contract/figures.ts';
import { gateDisplay, gateOnBoard } from '../contract/gates.ts';
import { jobRowShown, jobShown } from '../contract/jobs.ts';
import { inPlantRow, machineryRow, transportRow } from '../contract/ledgers.ts';
import { gateState } from '../contract/live.ts';
import { policyDetail, policyShown } from '../contract/policy.ts';
import * as records from '../contract/records.ts';
import { importAnswer, ROW_SCHEMAS, ROWS_SHOWN, vehiclePredicate } from '../contract/registry.ts';
import { responseBook, responsePreview, responseRowShown, responseShown, responseStretch } from '../contract/responses.ts';
import { tokenShown, userShown } from '../contract/users.ts';
import { zoneBook, zonePreview, zoneShown } from '../contract/zones.ts';

/** The schemas that stand under a name of their own in the document, so that programs generated from it have types to speak of. */

/** `below-stage` as `BelowStage`. */
export const pascal = (text: string) => text.replace(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase());
const prefixed = (schemas: Record<string, z.ZodType>, name: (key: string) => string) =>
  Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [name(key), schema]));

const NAMED: Record<string, z.ZodType> = {
  Problem: records.problem,
  Rejected: rejected,
  Receipt: receipt,
  GateDecision: decision,
  GatePolicy: gatePolicy,
  PlateColor: plateColor,
  ...Object.assign({}, ...Object.entries(SCHEMAS).map(([kind, messages]) => prefixed(messages, (message) => pascal(`${kind}-${message}`)))),
  DeviceStatus: status,
  ...prefixed(ROW_SCHEMAS, (name) => `${pascal(name)}Row`),
  ...prefixed(ROWS_SHOWN, (name) => `${pascal(name)}Registered`),
  VehiclePredicate: vehiclePredicate,
  ImportAnswer: importAnswer,
  User: userShown,
  Token: tokenShown,
  ObservationKey: records.observationKey,
  Observation: records.observationShown,
  Finding: records.findingShown,
  Basis: records.basisShown,
  Decision: records.decisionShown,
  DeadLetter: records.deadLetterShown,
  AuditEntry: records.auditEntryShown,
  VehicleStory: records.vehicleStory,
  DeviceHealth: deviceHealth,
  GateState: gateState,
  GateOnBoard: gateOnBoard,
  GateDisplay: gateDisplay,
  Alert: alert,
  AlertWithHistory: alertWithHistory,
  Policy: policySchema,
  PolicyVersion: policyShown,
  PolicyDetail: policyDetail,
  Job: jobShown,
  JobRow: jobRowShown,
  TransportRow: transportRow,
  InPlantRow: inPlantRow,
  MachineryPassageRow: machineryRow,
  Account: accounts.account,
  AccountFigures: accounts.accountFigures,
  AccountLine: accounts.accountLine,
  AccountWithRevisions: accounts.accountWithRevisions,
  AccountRow: accounts.accountRow,
  DayFigures: dayFigures,
  RemoteSensingFigures: remoteSensingFigures,
  UreaVehicle: ureaVehicle,
  UreaStory: ureaStory,
  Response: responseShown,
  ResponseRow: responseRowShown,
  ResponseStretch: responseStretch,
  ResponseBook: responseBook,
  ResponsePreview: responsePreview,
  ChainHead: chainHead,
  EvidenceReport: evidenceReport,
  Zone: zoneShown,
  ZoneBook: zoneBook,
  ZonePreview: zonePreview,
}; // prettier-ignore

const idOf = new Map(Object.entries(NAMED).map(([id, schema]) => [schema, id]));

/** What zod asks of a schema: its description and the like, and the name it has here. Nothing is added to zod's own registry. */
export const metadata = {
  get(schema: z.ZodType) {
    const id = idOf.get(schema);
    return { ...z.globalRegistry.get(schema), ...(id !== undefined && { id }) };
  },
} as unknown as typeof z.globalRegistry;
