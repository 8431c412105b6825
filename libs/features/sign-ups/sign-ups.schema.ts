import { z } from 'zod';
import { EXAMPLE_TIME } from '../../platform/http/examples.js';
import { REASON_CODES } from './sign-up-score.js';

export const NEEDS = ['verified_email', 'proof_of_work', 'release'] as const;

const EXAMPLE_CHALLENGE = 'kq3V0a9nq1m6xX0v7l1mPdZp0c5b1R8mEwYt2uJ4hSs.1795428725000.b0r5c2lnbmF0dXJl';

export const clearanceSchema = z
  .object({
    needs: z.array(z.enum(NEEDS)).describe('What is missing until the organization may train; nothing where empty'),
    challenge: z
      .object({ challenge: z.string(), bits: z.int() })
      .nullable()
      .describe(
        'Of the proof of work: find an integer, so that the SHA-256 of `challenge:integer` begins with that many bits of zero',
      ),
  })
  .meta({
    id: 'TrainingClearance',
    examples: [{ needs: ['proof_of_work'], challenge: { challenge: EXAMPLE_CHALLENGE, bits: 18 } }],
  });

export const proofSchema = z
  .object({ challenge: z.string().max(200), answer: z.int().nonnegative() })
  .meta({ examples: [{ challenge: EXAMPLE_CHALLENGE, answer: 184_213 }] });

const EXAMPLE_SIGN_UP = {
  signedUpAt: EXAMPLE_TIME,
  score: 90,
  reasons: [{ code: 'same_address' as const, count: 6 }],
  isHeld: true,
  provedAt: null,
  releasedAt: null,
};

export const signUpSchema = z
  .object({
    signedUpAt: z.iso.datetime(),
    score: z.int().describe('From 0, nothing unusual, to 100'),
    reasons: z.array(z.object({ code: z.enum(REASON_CODES), count: z.int() })),
    isHeld: z.boolean().describe('Whether it trains only once an operator lets it'),
    provedAt: z.iso.datetime().nullable(),
    releasedAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'SignUp',
    examples: [EXAMPLE_SIGN_UP],
  });

/** Null for an organization that was there before sign-ups were judged, or whose row is no longer kept. */
export const foundSignUpSchema = z
  .object({ signUp: signUpSchema.nullable() })
  .meta({ examples: [{ signUp: EXAMPLE_SIGN_UP }] });

export type Need = (typeof NEEDS)[number];
export type Clearance = z.infer<typeof clearanceSchema>;
export type Proof = z.infer<typeof proofSchema>;
export type SignUp = z.infer<typeof signUpSchema>;
