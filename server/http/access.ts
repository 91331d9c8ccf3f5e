import type { Request, RequestHandler } from 'express';
import type { Actor, Role } from '../alerts/types.ts';
import { AppError } from '../errors.ts';
import type { Collection } from '../registry/types.ts';

/**
 * Who may do what (HTTP contract v1, "Who"). What is not named is denied; the owner may do everything. Rows within an allowed list are
 * narrowed further by the caller's scope (`server/audit/scope.ts`, `server/alerts/scope.ts`).
 */
export const ACCESS = {
  'observations:read': ['police', 'bureau', 'market', 'enterprise', 'auditor'],
  'findings:read': ['police', 'bureau', 'market', 'enterprise', 'auditor'],
  'vehicles:read': ['police', 'bureau', 'market', 'enterprise', 'auditor'],
  'decisions:read': ['police', 'bureau', 'market', 'enterprise', 'auditor'],
  'images:read': ['police', 'bureau', 'market', 'enterprise', 'auditor'],
  /** Packages of what one may read, and the chain's head; whoever holds a package may have it verified. */
  evidence: ['police', 'bureau', 'market', 'enterprise', 'auditor'],
  /** A picture that a device of the enterprise named and did not bring. */
  'images:write': ['enterprise'],
  /** Passages whose required pictures are not there. */
  'photos:read': ['bureau', 'enterprise', 'auditor'],
  /** What gates were told to review, and what came of it. */
  'reviews:read': ['bureau', 'enterprise', 'auditor'],
  /** What binds an enterprise's gates now. */
  'control:read': ['bureau', 'enterprise', 'auditor'],
  'alerts:read': ['police', 'bureau', 'market', 'enterprise', 'auditor'],
  'what-if': ['bureau'],
  're-judge': ['bureau'],
  'what-if:read': ['police', 'bureau', 'enterprise', 'auditor'],
  'disputes:raise': ['enterprise'],
  'disputes:answer': ['bureau'],
  'devices:health': ['police', 'bureau', 'enterprise', 'auditor'],
  /** A day in figures: enterprises see their own. */
  'figures:read': ['bureau', 'enterprise', 'auditor'],
  'remote-sensing:read': ['bureau', 'auditor'],
  'urea:read': ['police', 'bureau', 'auditor'],
  'ledgers:read': ['bureau', 'enterprise', 'auditor'],
  'accounts:read': ['bureau', 'enterprise', 'auditor'],
  /** What an enterprise's `cleanTransport` is. */
  'clean-transport:decide': ['bureau'],
  'dead-letters': ['bureau', 'auditor', 'administrator'],
  'audit-log:read': ['auditor'],
  users: ['administrator'],
  tokens: ['administrator'],
  metrics: ['auditor', 'administrator'],
  'policies:read': ['police', 'bureau', 'enterprise', 'auditor'],
  'policies:write': ['bureau'],
  /** As the registry's `responses` and `zones` (below): what is in force, as people read it. */
  'responses:read': ['police', 'bureau', 'enterprise', 'auditor'],
  'zones:read': ['police', 'bureau', 'enterprise', 'auditor', 'administrator'],
  /** What a row would do before it is published: it tells of all enterprises and their gates. */
  'responses:preview': ['police', 'bureau', 'auditor'],
  'zones:preview': ['police', 'bureau', 'auditor', 'administrator'],
  /** `recordedAt` and devices' secrets in an import. */
  'registry:administer': ['administrator'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof ACCESS;

/** The registry by collection. The lines of the contract on permits and on responses are narrower than that on the registry. */
export const REGISTRY_ACCESS: Record<Collection, { read: readonly Role[]; import: readonly Role[] }> = {
  vehicles: {
    read: ['police', 'bureau', 'market', 'enterprise', 'auditor', 'administrator'],
    import: ['bureau', 'administrator'],
  },
  enterprises: { read: ['police', 'bureau', 'enterprise', 'auditor', 'administrator'], import: ['bureau', 'administrator'] },
  devices: { read: ['police', 'bureau', 'enterprise', 'auditor', 'administrator'], import: ['bureau', 'administrator'] },
  zones: { read: ['police', 'bureau', 'enterprise', 'auditor', 'administrator'], import: ['bureau', 'administrator'] },
  inspections: { read: ['police', 'bureau', 'enterprise', 'auditor', 'administrator'], import: ['bureau', 'administrator'] },
  permits: { read: ['police', 'bureau', 'enterprise', 'auditor'], import: ['police'] },
  responses: { read: ['police', 'bureau', 'enterprise', 'auditor'], import: ['bureau'] },
  machinery: { read: ['police', 'bureau', 'enterprise', 'auditor', 'administrator'], import: ['bureau', 'administrator'] },
  declarations: {
    read: ['police', 'bureau', 'enterprise', 'auditor', 'administrator'],
    import: ['bureau', 'enterprise', 'administrator'],
  },
  deliveries: {
    read: ['police', 'bureau', 'enterprise', 'auditor', 'administrator'],
    import: ['bureau', 'enterprise', 'administrator'],
  },
};

export function may(actor: Actor, permission: Permission): boolean {
  return hasRole(actor, ACCESS[permission]);
}

export function hasRole(actor: Actor, roles: readonly Actor['role'][]): boolean {
  return actor.role === 'owner' || roles.includes(actor.role);
}

/** Lets only callers with the permission through. @throws AppError 401 `unauthenticated`, 403 `forbidden` */
export function allow(permission: Permission): RequestHandler {
  return (req, _res, next) => {
    demand(actorOf(req), ACCESS[permission]);
    next();
  };
}

/** @throws AppError 403 `forbidden` */
export function demand(actor: Actor, roles: readonly Actor['role'][]): void {
  if (!hasRole(actor, roles))
    throw new AppError(403, 'forbidden', { zh: '您的角色无权进行此操作', en: 'your role may not do this' });
}

/** Who asks. @throws AppError 401 `unauthenticated` */
export function actorOf(req: Request): Actor {
  const { actor } = req as Request & { actor?: Actor };
  if (!actor) throw new AppError(401, 'unauthenticated', { zh: '请先登录', en: 'sign in first' });
  return actor;
}
