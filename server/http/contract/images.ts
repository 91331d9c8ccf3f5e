import { z } from 'zod';

/** Pictures (HTTP contract v1, "Evidence"). The body of `PUT /images/<sha256>` is the picture itself. */

export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: '应为 64 位小写十六进制数字 / is to be 64 lower-case hex digits' });

export const imageQuery = z.strictObject({
  thumb: z.enum(['1', '0']).optional().describe('1: a JPEG of at most 320 pixels on a side'),
});

/** The answer to an upload: 201 the first time, 200 when it was there already. */
export const imageKept = z.strictObject({
  sha256,
  contentType: z.enum(['image/jpeg', 'image/png']).describe('by content'),
  bytes: z.int(),
  width: z.int(),
  height: z.int(),
});
export type ImageKept = z.infer<typeof imageKept>;
