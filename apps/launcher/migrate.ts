import { migrate } from '../../libs/platform/database/migrate.js';

// `npm run migrate`: brings the database of DATABASE_URL, the owner's login, up to date, and prints the URL that the API
// and the worker are to be given. Needs KINDRED_SECRET, from which the restricted login's password is derived.
const { DATABASE_URL, KINDRED_SECRET } = process.env;
if (!DATABASE_URL || !KINDRED_SECRET) {
  console.error("kindred: set DATABASE_URL to the owner's URL, and KINDRED_SECRET.");
  process.exit(1);
}
try {
  console.log(await migrate(DATABASE_URL, KINDRED_SECRET));
} catch (error) {
  console.error(`kindred: ${(error as Error).message}`);
  process.exit(1);
}
