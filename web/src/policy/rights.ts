import type { User } from '../api/types.ts';

/** Whether somebody drafts, activates, and asks for what-ifs and re-judges (`server/http/access.ts`). */
export function mayWrite(user: Pick<User, 'role'> | null | undefined): boolean {
  return user?.role === 'bureau' || user?.role === 'owner';
}
