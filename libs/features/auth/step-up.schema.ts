import { z } from 'zod';
import { assertionSchema } from './passkeys.schema.js';
import { codeSchema } from './second-factors.schema.js';

export const stepUpSchema = z
  .object({
    password: z.string().max(1024).optional().describe('Enough where the account has no second factor'),
    code: codeSchema.optional(),
    passkey: assertionSchema.optional().describe('What `navigator.credentials.get` answered'),
  })
  .refine((body) => Object.values(body).filter((value) => value !== undefined).length === 1, {
    message: 'give exactly one of them',
  })
  .meta({ examples: [{ password: 'long enough' }] });

export type StepUp = z.infer<typeof stepUpSchema>;
