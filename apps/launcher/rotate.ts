import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { readConfig } from '../../libs/platform/config/config.js';
import { migrate } from '../../libs/platform/database/migrate.js';
import { describeRotation, rotateSecret } from './rotate-secret.js';

// `npm run rotate-secret`: with KINDRED_SECRET new and KINDRED_SECRET_PREVIOUS the one before, in the database of DATABASE_URL,
// the owner's login. The restricted login gets the password that follows from the new secret.
if (existsSync('.env')) process.loadEnvFile('.env');
try {
  const { DATABASE_URL, KINDRED_SECRET, KINDRED_SECRET_PREVIOUS } = readConfig();
  if (!KINDRED_SECRET_PREVIOUS) {
    throw new Error(
      'set KINDRED_SECRET to the new secret and KINDRED_SECRET_PREVIOUS to the one before, then run this again.',
    );
  }
  const appUrl = await migrate(DATABASE_URL, KINDRED_SECRET);
  console.log(describeRotation(await rotateSecret(appUrl, KINDRED_SECRET, KINDRED_SECRET_PREVIOUS)));
  console.log(`The API and the worker are to be given this DATABASE_URL:\n${appUrl}`);
} catch (error) {
  console.error(`kindred: ${(error as Error).message}`);
  process.exit(1);
}
