import { z } from 'zod';
import { PERMISSIONS, ROLE_PERMISSIONS } from '../../platform/access/permissions.js';
import { textSchema } from '../../platform/http/text.js';

const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('must be an email address'))
  .describe('Compared without regard to case');

export const signupSchema = z.object({
  email,
  password: z.string().min(8, 'must have at least 8 characters').max(128),
  organizationName: textSchema.trim().min(1).max(120),
});

export const loginSchema = z.object({ email, password: z.string().max(1024) });

export const deleteAccountSchema = z.object({
  password: z.string().max(1024).describe('Your password, to confirm that it is you'),
});

export const meSchema = z
  .object({
    user: z.object({ id: z.uuid(), email: z.string() }),
    organization: z.object({ id: z.uuid(), name: z.string() }),
    role: z.enum(Object.keys(ROLE_PERMISSIONS) as [keyof typeof ROLE_PERMISSIONS]),
    permissions: z.array(z.enum(PERMISSIONS)),
  })
  .meta({ id: 'Me' });

export type Signup = z.infer<typeof signupSchema>;
export type DeleteAccount = z.infer<typeof deleteAccountSchema>;
export type Login = z.infer<typeof loginSchema>;
export type Me = z.infer<typeof meSchema>;
