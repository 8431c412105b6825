import { z } from 'zod';
import { queryNumber } from '../../platform/http/page.js';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** What one answer lists at most. */
export const PAGE_MAX = 100;
const OPERATIONS_MAX = 100;

const schemasWith = (urn: string) =>
  z
    .array(z.string())
    .refine((schemas) => schemas.some((each) => each.toLowerCase() === urn.toLowerCase()), `must name ${urn}`);

/** What it says of the person is read attribute by attribute. */
export const scimUserSchema = z.looseObject({ schemas: schemasWith(USER_SCHEMA) });

export const scimPatchSchema = z.looseObject({
  schemas: schemasWith(PATCH_SCHEMA),
  Operations: z
    .array(
      z.looseObject({
        // Microsoft's writes it with a capital.
        op: z
          .string()
          .toLowerCase()
          .pipe(z.enum(['add', 'replace', 'remove'])),
        path: z.string().optional(),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(OPERATIONS_MAX),
});

/** Which attributes an answer is to have, or is not to have, separated by commas. */
const attributes = z.string().max(1_000).optional();

export const shownSchema = z.object({ attributes, excludedAttributes: attributes });

export const listUsersQuerySchema = shownSchema.extend({
  filter: z.string().max(1_000).optional(),
  // What is too low or too high is taken for the lowest or the highest, as the RFC has it.
  startIndex: queryNumber(z.int()).default(1),
  count: queryNumber(z.int()).default(PAGE_MAX),
});

export type ScimBody = z.infer<typeof scimUserSchema>;
export type PatchOperation = z.infer<typeof scimPatchSchema>['Operations'][number];
export type ScimPatch = z.infer<typeof scimPatchSchema>;
export type Shown = z.infer<typeof shownSchema>;
export type ListUsersQuery = z.infer<typeof listUsersQuerySchema>;
