import { Secret, TOTP } from 'otpauth';
import type { Response } from 'supertest';

const STEP_MS = 30_000;

/** What an app shows for the secret, some steps of 30 s from now. */
export function codeOf(secret: string, steps = 0, nowMs = Date.now()): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: nowMs + steps * STEP_MS });
}

/** The cookie of a login whose second half is to come. */
export function loginCookie(response: Response): string {
  return /kindred_login=[^;]*/.exec(String(response.headers['set-cookie']))![0];
}
