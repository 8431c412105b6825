import type pg from 'pg';
import { PgBoss } from 'pg-boss';
import { QUEUES } from './queues.js';

/** Installs or updates the queue's own schema as the owner, and lets the app's roles use it. Call under the migration lock. */
export async function installQueue(ownerUrl: string, owner: pg.Client): Promise<void> {
  const boss = new PgBoss({ connectionString: ownerUrl, supervise: false, schedule: false });
  boss.on('error', () => {});
  await boss.start();
  try {
    for (const name of QUEUES)
      await boss.createQueue(name, { policy: 'short', retryLimit: 0, expireInSeconds: 24 * 3600 - 1 });
  } finally {
    await boss.stop({ graceful: false });
  }
  for (const role of ['kindred_app', 'kindred_system']) {
    await owner.query(`GRANT USAGE ON SCHEMA pgboss TO ${role}`);
    await owner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO ${role}`);
    await owner.query(`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgboss TO ${role}`);
  }
}
