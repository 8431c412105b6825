import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiKeyStrategy } from '../../libs/features/api-keys/index.js';
import { RateLimitGuard } from '../../libs/features/limits/index.js';

/**
 * Takes the tokens of a call with a key before anything else of it is read: so one with a body that cannot be read, for a path that
 * leads nowhere or without the permission counts as any other. A person's calls take theirs behind the guard that finds the person.
 */
export function limitKeyCalls(app: NestFastifyApplication): void {
  const apiKeys = app.get(ApiKeyStrategy);
  const rates = app.get(RateLimitGuard);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request, reply) => {
      // A key that may not be used from here is refused by the guard, or with what else is wrong.
      const key = await apiKeys.validate(request).catch(() => false as const);
      if (key) await rates.admit(key, reply);
    });
}
