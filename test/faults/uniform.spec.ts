import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiProcess } from '../factories/api-process.js';
import { Tenant, type TestApi } from '../factories/api.js';
import { IS_FULL, median, note } from '../factories/faults-report.js';

const CALLS = 250;
const CLIENTS = 4;

let process_: ApiProcess;
let tenant: Tenant;

describe.skipIf(!IS_FULL)('who has an account', () => {
  beforeAll(async () => {
    process_ = await ApiProcess.start({ KINDRED_SIGN_IN_MS: '250' });
    tenant = await Tenant.signUp({ url: process_.url } as TestApi);
  });
  afterAll(() => process_.stop('SIGKILL'));

  it.each([
    ['login', 401, (email: string) => ({ email, password: 'not the password' })],
    ['password-resets', 202, (email: string) => ({ email })],
    ['signup', 202, (email: string) => ({ email, password: 'long enough', organizationName: 'X' })],
  ] as const)(
    'cannot be told from the time of a %s',
    async (route, status, bodyOf) => {
      const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
      let count = 0;
      const client = async () => {
        while (count < 2 * CALLS) {
          const which = count++ % 2 ? 'known' : 'unknown';
          // What one address may ask for is slowed down after three, so the known ones are the accounts made here.
          const email =
            which === 'known' && route === 'login'
              ? tenant.email
              : `uniform-${route}-${count >> 1}-${which}@example.com`;
          const account = { email, password: 'long enough', organizationName: 'X' };
          if (which === 'known' && route !== 'login') await post('signup', account);
          const startMs = performance.now();
          expect((await post(route, bodyOf(email))).status).toBe(status);
          times[which].push(performance.now() - startMs);
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));
      const [known, unknown] = [median(times.known), median(times.unknown)];
      const apart = Math.abs(known - unknown) / unknown;
      const figure = `${known.toFixed(0)} and ${unknown.toFixed(0)} ms`;
      note(`medians of a ${route}, known and unknown address`, figure, 'within 5 %', apart <= 0.05);
      expect(apart).toBeLessThanOrEqual(0.05);
    },
    600_000,
  );
});

async function post(route: string, body: object): Promise<Response> {
  const response = await fetch(`${process_.url}/v1/auth/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response;
}
