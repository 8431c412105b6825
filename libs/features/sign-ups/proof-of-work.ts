import { createHash, timingSafeEqual } from 'node:crypto';
import { hmac, randomToken } from '../../platform/secrets/secrets.js';

/** What a script pays for and a person does not notice. Another kind, such as a captcha, would stand in its place. */
export interface Captcha {
  /** @returns what is to be solved, good for this organization alone */
  challenge(tenantId: string): Challenge;
  /** Whether `answer` solves what was made for this organization and is still good. */
  isSolved(tenantId: string, challenge: string, answer: number): boolean;
}

export interface Challenge {
  challenge: string;
  bits: number;
}

const LIFETIME_MS = 3_600_000;
/** A quarter of a million hashes on average: seconds of a browser's thread. */
const BITS = 18;

/**
 * A number is to be found, so that the SHA-256 of `challenge:number` begins with so many bits of zero. The challenge is signed, so no row
 * keeps it; that the organization has done the work, which is once, stands in its row.
 */
export class ProofOfWork implements Captcha {
  constructor(
    private readonly secrets: readonly string[],
    private readonly now: () => Date,
  ) {}

  challenge(tenantId: string): Challenge {
    const text = `${randomToken()}.${this.now().getTime() + LIFETIME_MS}`;
    return { challenge: `${text}.${sign(this.secrets[0]!, tenantId, text).toString('base64url')}`, bits: BITS };
  }

  isSolved(tenantId: string, challenge: string, answer: number): boolean {
    const [token, expires, signature] = challenge.split('.') as [string, string?, string?];
    const given = Buffer.from(signature ?? '', 'base64url');
    const isOurs = this.secrets.some((secret) => {
      const wanted = sign(secret, tenantId, `${token}.${expires}`);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    });
    return isOurs && Number(expires) > this.now().getTime() && zeroBits(`${challenge}:${answer}`) >= BITS;
  }
}

function sign(secret: string, tenantId: string, text: string): Buffer {
  return Buffer.from(hmac(secret, 'proof-of-work', `${tenantId}/${text}`));
}

function zeroBits(text: string): number {
  return Math.clz32(createHash('sha256').update(text).digest().readUInt32BE(0));
}
