import { ACCOUNT_ROUTES } from './routes/accounts.ts';
import { ALERT_ROUTES } from './routes/alerts.ts';
import { DEVICE_ROUTES } from './routes/devices.ts';
import { ENTERPRISE_ROUTES } from './routes/enterprise.ts';
import { EVIDENCE_ROUTES } from './routes/evidence.ts';
import { OPERATION_ROUTES } from './routes/operation.ts';
import { POLICY_ROUTES } from './routes/policy.ts';
import { RECORD_ROUTES } from './routes/records.ts';
import { REGISTRY_ROUTES } from './routes/registry.ts';
import { SESSION_ROUTES } from './routes/sessions.ts';
import type { Route } from './route.ts';

/** Every route of the platform; a test holds the list against what express serves. */
export const ROUTES: readonly Route[] = [
  ...SESSION_ROUTES,
  ...REGISTRY_ROUTES,
  ...RECORD_ROUTES,
  ...ALERT_ROUTES,
  ...POLICY_ROUTES,
  ...ACCOUNT_ROUTES,
  ...ENTERPRISE_ROUTES,
  ...DEVICE_ROUTES,
  ...EVIDENCE_ROUTES,
  ...OPERATION_ROUTES,
];
