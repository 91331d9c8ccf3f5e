/** Import directions of docs/architecture.md, held in `npm run check`. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(server|devices|web|scripts|test)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    only('devices-alone', '^devices/', '^devices/', 'a device never knows the server'),
    only('contract-alone', '^devices/contract/', '^devices/contract/', 'the contract stands on nothing'),
    only(
      'rules-pure',
      '^server/rules/',
      '^(server/rules/|server/policy/types|server/geo/|devices/contract/)',
      'rules are pure functions of facts',
    ),
    {
      name: 'rules-no-world',
      comment: 'no store, network, clock or environment in a rule',
      severity: 'error',
      from: { path: '^server/(rules|recognition|geo)/' },
      to: { path: '(mongoose|mongodb|mqtt|express|socket\\.io|node:fs|node:net|node:process|^fs$|^net$|server/clock)' },
    },
    only(
      'recognition-pure',
      '^server/recognition/',
      '^(server/recognition/|server/rules/types|devices/contract/)',
      'recognition is pure',
    ),
    only('geo-pure', '^server/geo/', '^server/geo/', 'geometry stands on nothing'),
    only(
      'policies-service',
      '^server/policies/',
      '^(server/(policies|policy)/|server/store/(policies|audit-log|revisions)|server/alerts/types|server/(clock|errors|repeats)\\.ts|devices/contract/)',
      'the service of policy versions knows the policy and its store',
    ),
    only('policy-data', '^server/policy/types', '^(server/policy/types|devices/contract/)', 'policy types stand on the contract'),
    only(
      'store-below',
      '^server/store/',
      '^(server/store/|server/(config|clock|log|errors)\\.ts|server/(rules|policy|alerts|registry)/types|devices/contract/)',
      'the store knows nobody above it',
    ),
    {
      name: 'http-through-services',
      comment: 'http and live use the services, never the models',
      severity: 'error',
      from: { path: '^server/(http|live)/' },
      to: { path: '^server/store/', pathNot: '^server/store/types' },
    },
    only('web-alone', '^web/', '^(web/|devices/contract/|server/http/contract/)', 'the console sees types and the HTTP API'),
    { name: 'no-server-to-web', severity: 'error', from: { path: '^server/' }, to: { path: '^(web|scripts|test)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(node_modules|web/dist)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.vue', '.js', '.mjs', '.cjs', '.json'] },
  },
};
