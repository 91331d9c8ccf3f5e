/**
 * Who may do what, as the table "Who" of the HTTP contract has it, written out for every route; not read from the sources. The role
 * `owner` may do everything. `anybody`: also who is not signed in. `signed-in`: whatever the role. `device`: a device on its own path.
 */
const READERS = ['police', 'bureau', 'market', 'enterprise', 'auditor'];
/** "responses, policies, what-if, re-judge, cleanTransport": all but the bureau read. */
const ORDERS = ['police', 'bureau', 'enterprise', 'auditor'];
/** "registry read", without the market regulator. */
const REGISTRY = ['police', 'bureau', 'enterprise', 'auditor', 'administrator'];
const IMPORT = ['bureau', 'administrator'];
/** "accounts, ledgers, data quality". */
const ACCOUNTS = ['bureau', 'enterprise', 'auditor'];
const WORK = ['police', 'bureau', 'market'];

export const WHO: Record<string, 'anybody' | 'signed-in' | 'device' | string[]> = {
  'post /session': 'anybody',
  'get /session': 'signed-in',
  'delete /session': 'anybody',
  'get /users': ['administrator'],
  'post /users': ['administrator'],
  'get /users/{username}': ['administrator'],
  'patch /users/{username}': ['administrator'],
  'get /tokens': ['administrator'],
  'post /tokens': ['administrator'],
  'delete /tokens/{id}': ['administrator'],

  'get /registry/vehicles': [...REGISTRY, 'market'],
  'put /registry/vehicles': IMPORT,
  'get /registry/enterprises': REGISTRY,
  'put /registry/enterprises': IMPORT,
  'get /registry/devices': REGISTRY,
  'put /registry/devices': IMPORT,
  'get /registry/zones': REGISTRY,
  'put /registry/zones': IMPORT,
  'get /registry/inspections': REGISTRY,
  'put /registry/inspections': IMPORT,
  'get /registry/machinery': REGISTRY,
  'put /registry/machinery': IMPORT,
  'get /registry/declarations': REGISTRY,
  'put /registry/declarations': [...IMPORT, 'enterprise'],
  'get /registry/deliveries': REGISTRY,
  'put /registry/deliveries': [...IMPORT, 'enterprise'],
  'get /registry/permits': ORDERS,
  'put /registry/permits': ['police'],
  'get /registry/responses': ORDERS,
  'put /registry/responses': ['bureau'],
  'get /responses': ORDERS,
  'post /responses/preview': ['police', 'bureau', 'auditor'],
  'get /zones': REGISTRY,
  'post /zones/preview': ['police', 'bureau', 'auditor', 'administrator'],

  'get /observations': READERS,
  'get /findings': READERS,
  'get /findings/{id}': READERS,
  'post /findings/{id}/dispute': ['enterprise'],
  'post /findings/{id}/dispute/answer': ['bureau'],
  'get /decisions': READERS,
  'get /decisions/{ref}': READERS,
  'get /vehicles/{number}/{colour}': READERS,
  'get /dead-letters': ['bureau', 'auditor', 'administrator'],
  'post /dead-letters/{id}/replay': ['bureau', 'auditor', 'administrator'],
  'get /audit-log': ['auditor'],
  'get /devices/health': ORDERS,
  'get /gates': READERS,
  'get /display/{gateId}': [...READERS, 'display'],

  'get /alerts': READERS,
  'get /alerts/{id}': READERS,
  'get /alerts/{id}/assignees': WORK,
  'post /alerts/{id}/acknowledge': WORK,
  'post /alerts/{id}/dispatch': WORK,
  'post /alerts/{id}/handle': WORK,
  'post /alerts/{id}/close': WORK,
  'post /alerts/{id}/reopen': WORK,
  'post /alerts/{id}/comment': [...WORK, 'enterprise'],
  'post /alerts/{id}/hand-over': ['police'],

  'get /policies': ORDERS,
  'post /policies': ['bureau'],
  'get /policies/{version}': ORDERS,
  'put /policies/{version}': ['bureau'],
  'delete /policies/{version}': ['bureau'],
  'get /policies/{version}/changes': ORDERS,
  'post /policies/{version}/activate': ['bureau'],
  'post /what-if': ['bureau'],
  'post /re-judge': ['bureau'],
  'get /jobs': ORDERS,
  'get /jobs/{id}': ORDERS,
  'get /jobs/{id}/rows': ORDERS,
  'delete /jobs/{id}': ['bureau'],

  'get /ledgers/transport': ACCOUNTS,
  'get /ledgers/in-plant': ACCOUNTS,
  'get /ledgers/machinery': ACCOUNTS,
  'get /accounts/clean-transport': ACCOUNTS,
  'get /accounts/clean-transport/rows': ACCOUNTS,
  'get /accounts/clean-transport/months': ACCOUNTS,
  'get /accounts/clean-transport/decisions': ACCOUNTS,
  'post /accounts/clean-transport/decision': ['bureau'],
  'get /figures/day': ACCOUNTS,
  'get /figures/remote-sensing': ['bureau', 'auditor'],
  'get /figures/urea': ['police', 'bureau', 'auditor'],
  'get /vehicles/{number}/{colour}/urea': ['police', 'bureau', 'auditor'],

  'post /devices/{kind}/{deviceId}/{message}': 'device',
  'get /devices/gate/{deviceId}/policy': 'device',
  'put /images/{sha256}': ['enterprise'],
  'head /images/{sha256}': READERS,
  'get /images/{sha256}': READERS,

  'get /time': 'anybody',
  'get /openapi.json': 'anybody',
  'get /docs': 'anybody',
  'get /docs/{file}': 'anybody',
  'get /healthz': 'anybody',
  'get /readyz': 'anybody',
  'get /metrics': ['auditor', 'administrator'],
};

/** Routes of one thing that lies at one enterprise in one county: 404 for those beyond whose scope it is. */
export const OF_ONE_THING = [
  'get /findings/{id}',
  'get /decisions/{ref}',
  'get /alerts/{id}',
  'post /alerts/{id}/comment',
  'post /findings/{id}/dispute',
  'post /findings/{id}/dispute/answer',
  'get /display/{gateId}',
  'head /images/{sha256}',
  'get /images/{sha256}',
  'put /images/{sha256}',
  'get /accounts/clean-transport/rows',
  'get /accounts/clean-transport/months',
  'get /accounts/clean-transport/decisions',
  'post /accounts/clean-transport/decision',
];
/** Lists of things that lie at one enterprise in one county: empty for those beyond whose scope they all are. */
export const OF_ONE_PLACE = [
  'get /observations',
  'get /findings',
  'get /decisions',
  'get /alerts',
  'get /gates',
  'get /devices/health',
  'get /ledgers/transport',
  'get /ledgers/in-plant',
  'get /accounts/clean-transport',
];
