import 'reflect-metadata';
import { verifyAudit } from './verify-audit.js';
import { runCommand, withDatabase } from './with-database.js';

// `npm run verify-audit`: computes the audit log of each organization anew, with the owner's or the restricted login; no secret is needed. Ends
// with 1 where a chain does not hold, with 2 where that cannot be said.
await runCommand(() => withDatabase(async (database) => ((await verifyAudit(database, console.log)) ? 0 : 1)), 2);
