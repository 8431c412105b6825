import { z } from 'zod';
import { EXAMPLE_TIME } from '../../platform/http/examples.js';

export const codeSchema = z
  .string()
  .max(64)
  .describe('Six digits of your app, or a recovery code; spaces and hyphens do not matter');

export const secondFactorsSchema = z
  .object({
    hasPassword: z.boolean(),
    totp: z.object({ confirmedAt: z.iso.datetime() }).nullable().describe('The app that shows codes'),
    recoveryCodesLeft: z.int(),
  })
  .meta({
    id: 'SecondFactors',
    examples: [{ hasPassword: true, totp: { confirmedAt: EXAMPLE_TIME }, recoveryCodesLeft: 10 }],
  });

export const newTotpSchema = z
  .object({
    secret: z.string().describe('Base32, for typing it in'),
    uri: z.string().describe('What the QR code is to say'),
  })
  .meta({
    examples: [
      {
        secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        uri: 'otpauth://totp/Kindred:me@shop.example?issuer=Kindred&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      },
    ],
  });

export const useCodeSchema = z.object({ code: codeSchema }).meta({ examples: [{ code: '123456' }] });

const codes = z.array(z.string()).describe('Shown this once; each stands in once for a second factor that was lost');

export const recoveryCodesSchema = z
  .object({ recoveryCodes: codes })
  .meta({ examples: [{ recoveryCodes: ['ABCD-EFGH-IJKL-MNOP', 'QRST-UVWX-YZ23-4567'] }] });

export const firstRecoveryCodesSchema = z
  .object({ recoveryCodes: codes.nullable().describe('Null where you have some: they go on') })
  .meta({ examples: [{ recoveryCodes: ['ABCD-EFGH-IJKL-MNOP', 'QRST-UVWX-YZ23-4567'] }] });

export type SecondFactors = z.infer<typeof secondFactorsSchema>;
export type NewTotp = z.infer<typeof newTotpSchema>;
export type UseCode = z.infer<typeof useCodeSchema>;
