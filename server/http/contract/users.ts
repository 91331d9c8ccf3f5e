import { z } from 'zod';
import { text } from '../../../devices/contract/messages.ts';
import { parseRegistryTime } from '../../../devices/contract/instant.ts';
import { ROLES } from '../../alerts/types.ts';

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
const needsEnterprise = { path: ['enterpriseId'], error: 'the role enterprise needs one' };

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
    expires: z
      .string()
      .refine((s) => !Number.isNaN(parseRegistryTime(s, 'end')), { error: 'not a civil date or an ISO 8601 date-time' }),
  })
  .refine(ofEnterprise, needsEnterprise)
  .refine((v) => (v.role === 'display') === (v.gateId !== undefined), {
    path: ['gateId'],
    error: 'the role display, and no other, needs one',
  });

export type NewUser = z.infer<typeof newUser>;
export type UserChange = z.infer<typeof userChange>;
export type NewToken = z.infer<typeof newToken>;

/** A user as shown. */
export interface UserShown {
  username: string;
  name: string;
  role: (typeof ROLES)[number];
  enterpriseId?: string;
  counties?: string[];
  disabled?: true;
}
