import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';

const EXAMPLE = { id: EXAMPLE_IDS.userTokenSecret, prefix: 'kin_sign_7Gq2', createdAt: EXAMPLE_TIME };

export const userTokenSecretSchema = z
  .object({
    id: z.uuid(),
    prefix: z.string().describe('How the secret begins, by which it is told from others'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'UserTokenSecret', examples: [EXAMPLE] });

export const userTokenSecretsSchema = z
  .object({ secrets: z.array(userTokenSecretSchema) })
  .meta({ id: 'UserTokenSecrets', examples: [{ secrets: [EXAMPLE] }] });

export const createdUserTokenSecretSchema = userTokenSecretSchema
  .extend({ secret: z.string().describe('Shown this once') })
  .meta({
    id: 'CreatedUserTokenSecret',
    examples: [{ ...EXAMPLE, secret: 'kin_sign_7Gq2Xc0mP1s4vB8nK3jR6tY9wZ5aQd0L2eFhT7uW1xC4' }],
  });

export type UserTokenSecret = z.infer<typeof userTokenSecretSchema>;
export type UserTokenSecrets = z.infer<typeof userTokenSecretsSchema>;
export type CreatedUserTokenSecret = z.infer<typeof createdUserTokenSecretSchema>;
