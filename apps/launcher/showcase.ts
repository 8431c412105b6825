import { existsSync } from 'node:fs';
import { readConfig } from '../../libs/platform/config/config.js';
import { migrate } from '../../libs/platform/database/migrate.js';
import { hmac } from '../../libs/platform/secrets/secrets.js';
import { makeShowcase } from '../../prisma/seed/showcase.js';

// `npm run showcase`: makes the sample that visitors may try, through the API at PUBLIC_URL, or at the address given after --, and in the
// database of DATABASE_URL, the owner's login. Run again, it changes nothing.
if (existsSync('.env')) process.loadEnvFile('.env');
try {
  const { DATABASE_URL, KINDRED_SECRET, PUBLIC_URL } = readConfig();
  const appUrl = await migrate(DATABASE_URL, KINDRED_SECRET);
  // Follows from the secret, so that it need be kept nowhere and nobody signs in by it.
  const password = Buffer.from(hmac(KINDRED_SECRET, 'showcase', 'password')).toString('base64url');
  await makeShowcase(process.argv[2] ?? PUBLIC_URL, appUrl, password);
  console.log('Visitors may try the sample films now.');
} catch (error) {
  console.error(`kindred: ${(error as Error).message}`);
  process.exit(1);
}
