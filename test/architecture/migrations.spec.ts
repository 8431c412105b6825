import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FOLDER = 'prisma/migrations';
const BASELINE = readFileSync(`${FOLDER}/baseline`, 'utf8').trim();
const MIGRATIONS = readdirSync(FOLDER)
  .filter((name) => existsSync(`${FOLDER}/${name}/migration.sql`))
  .sort();

/** What the program of before, which still runs while a release comes in, would trip over. */
const CONTRACTIONS: Record<string, RegExp> = {
  'DROP of anything but NOT NULL': /\bDROP\b(?!\s+NOT\s+NULL)/i,
  RENAME: /\bRENAME\b/i,
  'SET NOT NULL': /\bSET\s+NOT\s+NULL\b/i,
  'another TYPE of a column': /\bALTER\s+(?:COLUMN\s+)?(?:"[^"]+"|\w+)\s+(?:SET\s+DATA\s+)?TYPE\b/i,
  'a new column that old programs do not fill': /\bADD\s+COLUMN\b(?![^,;]*\bDEFAULT\b)[^,;]*\bNOT\s+NULL\b/i,
};

/** Why a migration may not come in at one go; empty where it may. */
function problemsOf(name: string, sql: string, all: readonly string[]): string[] {
  const statements = sql.replace(/--.*$/gm, '');
  const found = Object.keys(CONTRACTIONS).filter((each) => CONTRACTIONS[each]!.test(statements));
  if (found.length === 0) return [];
  const expansion = /^-- contracts: (\S+)$/m.exec(sql)?.[1];
  if (!expansion) return found;
  return all.includes(expansion) && expansion < name
    ? []
    : [`it contracts ${expansion}, which is no earlier migration`];
}

describe('a migration', () => {
  it('breaks nothing of the program before it: what it takes away, an earlier one has made needless', () => {
    expect(MIGRATIONS).toContain(BASELINE);
    for (const name of MIGRATIONS.filter((each) => each > BASELINE)) {
      const problems = problemsOf(name, readFileSync(`${FOLDER}/${name}/migration.sql`, 'utf8'), MIGRATIONS);
      expect(problems, `${name}: expand first, contract in a later release; see CONTRIBUTING.md`).toEqual([]);
    }
  });

  const all = ['1_old', '2_expand', '3_this', '4_later'];

  it.each([
    'ALTER TABLE "a" DROP COLUMN "b";',
    'drop table a;',
    'DROP INDEX a_b_idx;',
    'ALTER TABLE "a" RENAME COLUMN "b" TO "c";',
    'ALTER TABLE a RENAME TO b;',
    'ALTER TABLE "a" ALTER COLUMN "b" SET NOT NULL;',
    'ALTER TABLE "a" ALTER COLUMN "b" SET DATA TYPE BIGINT;',
    'ALTER TABLE a ALTER b TYPE bigint USING b::bigint;',
    'ALTER TABLE "a" ADD COLUMN "b" TEXT NOT NULL;',
    `DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN b', t); END $$;`,
    '-- contracts: 4_later\nDROP TABLE a;',
    '-- contracts: 3_this\nDROP TABLE a;',
    '-- contracts: 0_nothing\nDROP TABLE a;',
  ])('is refused where it takes away what the program before needs: %s', (sql) =>
    expect(problemsOf('3_this', sql, all)).not.toEqual([]),
  );

  it.each([
    'CREATE TABLE "a" ("b" TEXT NOT NULL, "type" TEXT);',
    'ALTER TABLE "a" ADD COLUMN "b" TEXT, ADD COLUMN "c" INTEGER NOT NULL DEFAULT 0;',
    'ALTER TABLE "a" ALTER COLUMN "b" DROP NOT NULL;',
    "CREATE TYPE t AS ENUM ('a'); -- DROP nothing, RENAME nothing",
    '-- contracts: 2_expand\nALTER TABLE "a" DROP COLUMN "b";',
  ])('is taken where it only adds, or names what made it safe: %s', (sql) =>
    expect(problemsOf('3_this', sql, all)).toEqual([]),
  );
});
