import { expect } from 'chai';
import { ACCESS, REGISTRY_ACCESS } from '../../../server/http/access.ts';
import type { Role } from '../../../web/src/api/types.ts';
import { zhCN } from '../../../web/src/i18n/zh-CN.ts';
import { firstRoom, GROUPS, mayEnter, ROOMS, roomsOf } from '../../../web/src/navigation.ts';

/** What the platform asks of whoever reads what a room shows. */
const NEEDS: Record<string, readonly Role[]> = {
  alerts: ACCESS['alerts:read'],
  gates: ACCESS['decisions:read'],
  map: ACCESS['alerts:read'],
  findings: ACCESS['findings:read'],
  decisions: ACCESS['decisions:read'],
  observations: ACCESS['observations:read'],
  responses: ACCESS['responses:read'],
  zones: ACCESS['zones:read'],
  overview: ACCESS['figures:read'],
  'remote-sensing': ACCESS['remote-sensing:read'],
  urea: ACCESS['urea:read'],
  enterprises: ACCESS['accounts:read'],
  ledgers: ACCESS['ledgers:read'],
  machinery: ACCESS['ledgers:read'],
  registry: [...new Set(Object.values(REGISTRY_ACCESS).flatMap((one) => one.read))],
  policies: ACCESS['policies:read'],
  jobs: ACCESS['what-if:read'],
  devices: ACCESS['devices:health'],
  users: ACCESS.users,
  tokens: ACCESS.tokens,
  'dead-letters': ACCESS['dead-letters'],
  'audit-log': ACCESS['audit-log:read'],
  disputes: ['bureau', 'enterprise', 'auditor'],
};

/** What an enterprise's people are asked to be in their own rooms; others may read the same over HTTP. */
const OWN: Record<string, readonly Role[]> = {
  home: ACCESS['control:read'],
  photos: ACCESS['images:write'],
  declarations: REGISTRY_ACCESS.declarations.import,
  deliveries: REGISTRY_ACCESS.deliveries.import,
  quality: ACCESS['accounts:read'],
};

describe('the rail', () => {
  for (const [name, roles] of Object.entries(NEEDS)) {
    it(`shows ${name} to whoever may read it, and to nobody else`, () => {
      const room = ROOMS.find((one) => one.name === name);
      expect([...(room?.roles ?? [])].sort()).to.deep.equal([...roles].sort());
    });
  }

  it('shows the rooms of one’s own enterprise to its people, and to them only', () => {
    expect(ROOMS.filter((room) => room.own).map(({ name }) => name)).to.have.members(Object.keys(OWN));
    for (const [name, roles] of Object.entries(OWN)) {
      const room = ROOMS.find((one) => one.name === name)!;
      expect(room.roles, name).to.deep.equal(['enterprise']);
      expect(roles, name).to.include('enterprise');
      expect(mayEnter('owner', room), name).to.equal(false);
    }
  });

  it('has a word for every room and group', () => {
    const words = zhCN.nav as Record<string, unknown>;
    for (const room of ROOMS) expect(words[room.name], room.name).to.be.a('string');
    for (const group of GROUPS) expect((words['group'] as Record<string, unknown>)[group], group).to.be.a('string');
  });

  it('begins where a role has something to do', () => {
    expect(firstRoom('police').to).to.equal('/');
    expect(firstRoom('administrator').name).to.equal('registry');
    expect(firstRoom('enterprise').to).to.equal('/home');
    expect(firstRoom('owner').to).to.equal('/');
  });

  it('shows everything to the owner and no empty group to anybody', () => {
    expect(roomsOf('owner').flatMap((group) => group.rooms)).to.have.length(ROOMS.filter((room) => !room.own).length);
    for (const role of ['police', 'market', 'enterprise', 'administrator'] as const) {
      for (const { rooms } of roomsOf(role)) {
        expect(rooms.length).to.be.greaterThan(0);
        expect(rooms.every((room) => mayEnter(role, room))).to.equal(true);
      }
    }
  });
});
