import type { Assignable } from '../http/contract/alerts.ts';
import type { UserDoc } from '../store/users.ts';
import { scopeOf, sees } from './scope.ts';
import { STEPS_OF } from './steps.ts';
import type { Actor, Concern } from './types.ts';

/** Roles whose people are sent out to handle things. The owner keeps the platform and is offered to himself only. */
const SENT: readonly string[] = ['police', 'bureau', 'market'];

/**
 * Who of the users may see an alert of this concern and handle it, by name.
 * @param actor who asks: always among them where he may handle it himself
 */
export function assignablesOf(users: UserDoc[], concern: Concern, actor: Actor): Assignable[] {
  return users
    .filter((user) => !user.disabled && (SENT.includes(user.role) || user._id === actor.username))
    .filter((user) => STEPS_OF[user.role].includes('handle') && sees(scopeOf({ ...user, username: user._id }), concern))
    .map(({ _id, name, role, counties }) => ({
      username: _id,
      name: name === '' ? _id : name,
      role: role as Assignable['role'],
      ...(counties && { counties }),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'zh-CN'));
}
