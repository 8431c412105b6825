import { z } from 'zod';

/** As GitHub's secret scanning partner programme sends and expects it. */
export const foundKeysSchema = z
  .array(z.object({ token: z.string().max(1_000), type: z.string().max(200), url: z.string().max(2_000).default('') }))
  .max(1_000)
  .meta({
    examples: [[{ token: 'kin_live_7Gq2…', type: 'kindred_api_key', url: 'https://code.example/shop/config.js' }]],
  });

export const scannedKeySchema = z
  .object({
    token_hash: z.string().describe('SHA-256 of the token, base64'),
    token_type: z.string(),
    label: z.enum(['true_positive', 'false_positive']),
  })
  .meta({
    examples: [
      {
        token_hash: 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=',
        token_type: 'kindred_api_key',
        label: 'true_positive',
      },
    ],
  });

export type FoundKey = z.infer<typeof foundKeysSchema>[number];
export type ScannedKey = z.infer<typeof scannedKeySchema>;
