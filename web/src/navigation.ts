import type { Role } from './api/types.ts';
import type { IconName } from './components/Icon.vue';

/**
 * The rooms of the rail, by what people do there. A room shows to the roles that may read what it shows (`server/http/access.ts`; a unit
 * test holds the two together); the owner sees all. The name is the route's and the word `nav.<name>`.
 */
export const GROUPS = ['watch', 'plant', 'orders', 'figures', 'records', 'policy', 'registry', 'administer'] as const;
export type Group = (typeof GROUPS)[number];

export interface Room {
  name: string;
  to: string;
  icon: IconName;
  group: Group;
  roles: readonly Role[];
  /** It shows the reader's own enterprise: nobody without one has anything to see there, the owner neither. */
  own?: true;
}

const ALL_BUT_ADMINISTRATOR = ['police', 'bureau', 'market', 'enterprise', 'auditor'] as const;

export const ROOMS: readonly Room[] = [
  { name: 'home', to: '/home', icon: 'home', group: 'watch', roles: ['enterprise'], own: true },
  { name: 'alerts', to: '/', icon: 'alerts', group: 'watch', roles: ALL_BUT_ADMINISTRATOR },
  { name: 'duty', to: '/duty', icon: 'duty', group: 'watch', roles: ['police', 'bureau', 'market'] },
  { name: 'gates', to: '/gates', icon: 'gates', group: 'watch', roles: ALL_BUT_ADMINISTRATOR },
  { name: 'photos', to: '/photos', icon: 'upload', group: 'watch', roles: ['enterprise'], own: true },
  { name: 'declarations', to: '/declarations', icon: 'digger', group: 'plant', roles: ['enterprise'], own: true },
  { name: 'deliveries', to: '/deliveries', icon: 'train', group: 'plant', roles: ['enterprise'], own: true },
  { name: 'quality', to: '/quality', icon: 'gauge', group: 'plant', roles: ['enterprise'], own: true },
  { name: 'map', to: '/map', icon: 'map', group: 'watch', roles: ALL_BUT_ADMINISTRATOR },
  { name: 'responses', to: '/responses', icon: 'flag', group: 'orders', roles: ['police', 'bureau', 'enterprise', 'auditor'] },
  { name: 'overview', to: '/overview', icon: 'chart', group: 'figures', roles: ['bureau', 'enterprise', 'auditor'] },
  { name: 'remote-sensing', to: '/remote-sensing', icon: 'gauge', group: 'figures', roles: ['bureau', 'auditor'] },
  { name: 'urea', to: '/urea', icon: 'drop', group: 'figures', roles: ['police', 'bureau', 'auditor'] },
  { name: 'enterprises', to: '/enterprises', icon: 'factory', group: 'figures', roles: ['bureau', 'enterprise', 'auditor'] },
  { name: 'ledgers', to: '/ledgers', icon: 'ledger', group: 'records', roles: ['bureau', 'enterprise', 'auditor'] },
  { name: 'findings', to: '/findings', icon: 'finding', group: 'records', roles: ALL_BUT_ADMINISTRATOR },
  { name: 'disputes', to: '/disputes', icon: 'list', group: 'records', roles: ['bureau', 'enterprise', 'auditor'] },
  { name: 'decisions', to: '/decisions', icon: 'check', group: 'records', roles: ALL_BUT_ADMINISTRATOR },
  { name: 'observations', to: '/observations', icon: 'photo', group: 'records', roles: ALL_BUT_ADMINISTRATOR },
  { name: 'policies', to: '/policies', icon: 'law', group: 'policy', roles: ['police', 'bureau', 'enterprise', 'auditor'] },
  { name: 'jobs', to: '/jobs', icon: 'flask', group: 'policy', roles: ['police', 'bureau', 'enterprise', 'auditor'] },
  {
    name: 'registry',
    to: '/registry',
    icon: 'book',
    group: 'registry',
    roles: ['police', 'bureau', 'market', 'enterprise', 'auditor', 'administrator'],
  },
  // Behind the registry, at which an administrator begins.
  {
    name: 'zones',
    to: '/zones',
    icon: 'zone',
    group: 'orders',
    roles: ['police', 'bureau', 'enterprise', 'auditor', 'administrator'],
  },
  { name: 'machinery', to: '/machinery', icon: 'digger', group: 'registry', roles: ['bureau', 'enterprise', 'auditor'] },
  { name: 'phase-out', to: '/phase-out', icon: 'truck', group: 'registry', roles: ['police', 'bureau', 'auditor'] },
  { name: 'devices', to: '/devices', icon: 'device', group: 'registry', roles: ['police', 'bureau', 'enterprise', 'auditor'] },
  { name: 'users', to: '/users', icon: 'users', group: 'administer', roles: ['administrator'] },
  { name: 'tokens', to: '/tokens', icon: 'key', group: 'administer', roles: ['administrator'] },
  {
    name: 'dead-letters',
    to: '/dead-letters',
    icon: 'letter',
    group: 'administer',
    roles: ['bureau', 'auditor', 'administrator'],
  },
  { name: 'audit-log', to: '/audit-log', icon: 'list', group: 'administer', roles: ['auditor'] },
];

export function mayEnter(role: Role, room: Pick<Room, 'roles' | 'own'>): boolean {
  return (role === 'owner' && room.own === undefined) || room.roles.includes(role);
}

/** The rooms of a role, by group, without empty groups. */
export function roomsOf(role: Role): { group: Group; rooms: Room[] }[] {
  return GROUPS.map((group) => ({ group, rooms: ROOMS.filter((room) => room.group === group && mayEnter(role, room)) })).filter(
    ({ rooms }) => rooms.length > 0,
  );
}

/** Where a role begins. */
export function firstRoom(role: Role): Room {
  return ROOMS.find((room) => mayEnter(role, room))!;
}
