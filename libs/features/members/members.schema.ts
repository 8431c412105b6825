import { z } from 'zod';
import { PERMISSION_MEANINGS, PERMISSIONS, ROLES } from '../../platform/access/permissions.js';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { idSchema } from '../../platform/http/ids.js';
import { listQuerySchema } from '../../platform/http/page.js';

export const roleSchema = z.enum(ROLES);

export const memberSchema = z
  .object({
    id: z.uuid().describe('Of the person'),
    email: z.string(),
    role: roleSchema,
    createdAt: z.iso.datetime().describe('When they became a member'),
    lastActiveAt: z.iso
      .datetime()
      .nullable()
      .describe('Their latest login or change in this organization, as far as kept'),
  })
  .meta({
    id: 'Member',
    examples: [
      {
        id: EXAMPLE_IDS.member,
        email: 'me@shop.example',
        role: 'developer',
        createdAt: EXAMPLE_TIME,
        lastActiveAt: EXAMPLE_TIME,
      },
    ],
  });

export const listMembersQuerySchema = listQuerySchema(
  ['createdAt', 'email', 'role'],
  "Part of the email address, or the person's whole id",
);

export const changeRoleSchema = z.object({ role: roleSchema }).meta({ examples: [{ role: 'developer' }] });

export const transferSchema = z
  .object({ memberId: idSchema.describe('The member who becomes an owner in your place') })
  .meta({ examples: [{ memberId: EXAMPLE_IDS.member }] });

export const rolesSchema = z
  .object({
    roles: z.array(z.object({ role: roleSchema, permissions: z.array(z.enum(PERMISSIONS)) })),
    permissions: z.array(z.object({ permission: z.enum(PERMISSIONS), meaning: z.string() })),
  })
  .meta({
    id: 'Roles',
    examples: [
      {
        roles: [{ role: 'viewer', permissions: ['organization:read', 'project:read'] }],
        permissions: [{ permission: 'project:read', meaning: PERMISSION_MEANINGS['project:read'] }],
      },
    ],
  });

export type Member = z.infer<typeof memberSchema>;
export type ListMembersQuery = z.infer<typeof listMembersQuerySchema>;
export type ChangeRole = z.infer<typeof changeRoleSchema>;
export type Transfer = z.infer<typeof transferSchema>;
export type Roles = z.infer<typeof rolesSchema>;
