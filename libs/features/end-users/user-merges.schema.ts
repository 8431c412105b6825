import { z } from 'zod';
import { BOUNDS } from '../../platform/bounds.js';
import { textSchema } from '../../platform/http/text.js';

const nameSchema = textSchema.trim().min(1).max(BOUNDS.idCharacters.most);

export const mergeUserSchema = z
  .strictObject({ fromUserId: nameSchema.describe('Whose events count for the user from now on, past ones too') })
  .meta({ examples: [{ fromUserId: 'visitor-7f3a' }] });

export const mergedUserSchema = z
  .object({
    userId: z
      .string()
      .describe('For whom all of the names count; another one than you named where that was merged before'),
    fromUserIds: z.array(z.string()).describe('The other names, in the order in which they were merged'),
  })
  .meta({ id: 'MergedUser', examples: [{ userId: 'user-42', fromUserIds: ['visitor-7f3a'] }] });

export type MergeUser = z.infer<typeof mergeUserSchema>;
export type MergedUser = z.infer<typeof mergedUserSchema>;
