import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { migrate } from '../../libs/platform/database/migrate.js';
import { schemaDiff } from '../../tools/migrations/schema-diff.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';

// A database of its own: to migrate puts back plans that other tests have changed for a while.
const ownerUrl = new URL(inject('ownerUrl'));
ownerUrl.pathname = '/migrations';

let owner: pg.Client;
let appUrl: string;
beforeAll(async () => {
  appUrl = await migrate(ownerUrl.href, KINDRED_SECRET);
  owner = new pg.Client({ connectionString: ownerUrl.href });
  await owner.connect();
});
afterAll(() => owner.end());

describe('migrations', () => {
  it('leave a database that is what prisma/schema describes', async () => {
    const sql = await schemaDiff(ownerUrl.href);
    // This foreign key is circular and deferred, which Prisma's schema cannot say.
    expect(
      sql.replace(/-- DropForeignKey\nALTER TABLE "data_sets" DROP CONSTRAINT "data_sets_current_import";/, '').trim(),
    ).toBe('');
  });

  it('can be run again, also by several at once, and change nothing', async () => {
    const before = await owner.query('SELECT * FROM _prisma_migrations ORDER BY id');
    const urls = await Promise.all([1, 2, 3].map(() => migrate(ownerUrl.href, KINDRED_SECRET)));
    expect(new Set(urls)).toEqual(new Set([appUrl]));
    expect((await owner.query('SELECT * FROM _prisma_migrations ORDER BY id')).rows).toEqual(before.rows);
  });

  it('refuse to go on where one was edited after it was applied', async () => {
    await owner.query(`UPDATE _prisma_migrations SET checksum = reverse(checksum)`);
    try {
      await expect(migrate(ownerUrl.href, KINDRED_SECRET)).rejects.toThrow(/was edited after it was applied/);
    } finally {
      await owner.query('UPDATE _prisma_migrations SET checksum = reverse(checksum)');
    }
  });
});
