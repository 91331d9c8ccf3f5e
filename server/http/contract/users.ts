import { z } from 'zod';
import { instant, text } from '../../../devices/contract/messages.ts';
import { ROLES } from '../../alerts/types.ts';
import { timeText } from './query.ts';

/** Who may do what (HTTP contract v1, "Who"): bodies of `/session`, `/users` and `/tokens`. */

export const role = z.enum(ROLES);
export const username = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const password = z.string().min(8).max(256);
const counties = z
  .array(z.string().regex(/^\d{6}$/))
  .min(1)
  .describe('absent: all; 140900: every county of the city');
const enterpriseId = text().min(1);

const ofEnterprise = (v: { role?: string | undefined; enterpriseId?: string | null | undefined }) =>
  v.role !== 'enterprise' || typeof v.enterpriseId === 'string';
const needsEnterprise = { path: ['enterpriseId'], error: '企业角色须指定 / the role enterprise needs one' };

export const signInBody = z.strictObject({ username: z.string().min(1).max(64), password: z.string().min(1).max(256) });

export const newUser = z
  .strictObject({
    username,
    name: text().min(1),
    role,
    enterpriseId: enterpriseId.optional(),
    counties: counties.optional(),
    password,
  })
  .refine(ofEnterprise, needsEnterprise);

/** `null` takes the scope away. */
export const userChange = z.strictObject({
  name: text().min(1).optional(),
  role: role.optional(),
  enterpriseId: enterpriseId.nullable().optional(),
  counties: counties.nullable().optional(),
  password: password.optional(),
  disabled: z.boolean().optional(),
});

export const newToken = z
  .strictObject({
    name: text().min(1),
    role: z.enum([...ROLES, 'display']),
    enterpriseId: enterpriseId.optional(),
    counties: counties.optional(),
    gateId: text().min(1).optional().describe('of a display: the gate it hangs at'),
    expires: timeText('end').describe('a bare date: the end of that day, Asia/Shanghai'),
  })
  .refine(ofEnterprise, needsEnterprise)
  .refine((v) => (v.role === 'display') === (v.gateId !== undefined), {
    path: ['gateId'],
    error: '仅 display 角色须指定，且必须指定 / the role display, and no other, needs one',
  });

export type NewUser = z.infer<typeof newUser>;
export type UserChange = z.infer<typeof userChange>;
export type NewToken = z.infer<typeof newToken>;

/** A user as shown. */
export const userShown = z.strictObject({
  username: z.string(),
  name: z.string(),
  role,
  enterpriseId: z.string().optional(),
  counties: z.array(z.string()).optional(),
  disabled: z.literal(true).optional(),
});
export type UserShown = z.infer<typeof userShown>;

/** A token as lists show it: never the token itself. */
export const tokenShown = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum([...ROLES, 'display']),
  enterpriseId: z.string().optional(),
  counties: z.array(z.string()).optional(),
  gateId: z.string().optional(),
  expires: instant,
  createdBy: z.string(),
});

/** The answer to `POST /tokens`. */
export const tokenMade = z.strictObject({ id: z.string(), token: z.string().describe('shown this once') });

/** Who is signed in. */
const signedIn = userShown.pick({ name: true, enterpriseId: true, counties: true }).extend({
  role: z.enum([...ROLES, 'display']),
});
export const session = z.strictObject({ user: signedIn });
export const whoAmI = z.strictObject({ user: signedIn.extend({ username: z.string().describe('of a token: `token:<id>`') }) });
