import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { schemaDiff } from '../../infra/prisma/schema-diff.js';
import { migrate } from '../../libs/platform/database/migrate.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';

let owner: pg.Client;
beforeAll(async () => {
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => owner.end());

describe('migrations', () => {
  it('leave a database that is what prisma/schema describes', async () => {
    const sql = await schemaDiff(inject('ownerUrl'));
    // This foreign key is circular and deferred, which Prisma's schema cannot say.
    expect(
      sql.replace(/-- DropForeignKey\nALTER TABLE "data_sets" DROP CONSTRAINT "data_sets_current_import";/, '').trim(),
    ).toBe('');
  });

  it('can be run again, also by several at once, and change nothing', async () => {
    const before = await owner.query('SELECT * FROM _prisma_migrations ORDER BY id');
    const urls = await Promise.all([1, 2, 3].map(() => migrate(inject('ownerUrl'), KINDRED_SECRET)));
    expect(new Set(urls)).toEqual(new Set([inject('appUrl')]));
    expect((await owner.query('SELECT * FROM _prisma_migrations ORDER BY id')).rows).toEqual(before.rows);
  });

  it('refuse to go on where one was edited after it was applied', async () => {
    await owner.query(`UPDATE _prisma_migrations SET checksum = reverse(checksum)`);
    try {
      await expect(migrate(inject('ownerUrl'), KINDRED_SECRET)).rejects.toThrow(/was edited after it was applied/);
    } finally {
      await owner.query('UPDATE _prisma_migrations SET checksum = reverse(checksum)');
    }
  });
});
