import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { migrate } from '../../libs/platform/database/migrate.js';
import { ApiProcess } from '../factories/api-process.js';
import { Tenant, type TestApi } from '../factories/api.js';
import { IS_FULL, note } from '../factories/faults-report.js';
import { KINDRED_SECRET, startWorker } from '../factories/platform.setup.js';

const MIGRATIONS = 'prisma/migrations';
/** For trying this test out: another migration than the baseline. */
const BASELINE = process.env['FAULTS_BASELINE'] ?? readFileSync(`${MIGRATIONS}/baseline`, 'utf8').trim();

let api: ApiProcess | undefined;
let worker: ChildProcess | undefined;
let worktree: string | undefined;

afterEach(async () => {
  worker?.kill('SIGKILL');
  await api?.stop('SIGKILL');
  if (worktree) {
    rmSync(path.join(worktree, 'node_modules'), { force: true });
    execFileSync('git', ['worktree', 'remove', '--force', worktree]);
    rmSync(path.dirname(worktree), { recursive: true, force: true });
  }
});

it.skipIf(!IS_FULL)(
  'a program as old as the baseline serves on the newest schema: sign up, upload, train, recommend',
  async () => {
    const root = buildBaseline() ?? process.cwd();
    const ownerUrl = new URL(inject('ownerUrl'));
    ownerUrl.pathname = '/rolling';
    const DATABASE_URL = await migrate(ownerUrl.href, KINDRED_SECRET);
    const folder = mkdtempSync(path.join(tmpdir(), 'kindred-rolling-'));
    try {
      const KINDRED_DATA_DIR = folder;
      api = await ApiProcess.start({ DATABASE_URL, KINDRED_DATA_DIR, ...unknownTo(root) }, [], root);
      worker = await startWorker(DATABASE_URL, folder, unknownTo(root), [`${root}/dist/apps/worker/main.js`]);
      const tenant = await Tenant.signUp(api as unknown as TestApi);
      const { deploymentId, modelVersionId } = await tenant.deploy({ recipe: 'ials' });
      const call = { userId: 'user-0', limit: 3 };
      const { body } = await tenant.post(`/v1/deployments/${deploymentId}/recommendations`, call).expect(200);
      expect(body).toMatchObject({ modelVersionId, source: 'model' });
      expect(body.items).toHaveLength(3);
      note('a program of the baseline on the newest schema', 'answers', 'answers', true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

/** Builds the commit that brought the baseline migration; null, with a line that says why, where it is what runs today. */
function buildBaseline(): string | null {
  const newest = readdirSync(MIGRATIONS)
    .filter((name) => existsSync(`${MIGRATIONS}/${name}/migration.sql`))
    .sort()
    .at(-1);
  if (newest === BASELINE) return explain('no migration has come since the baseline');
  const added = ['log', '--diff-filter=A', '--format=%H', '-1', '--', `${MIGRATIONS}/${BASELINE}/migration.sql`];
  const { status, stdout } = spawnSync('git', added, { encoding: 'utf8' });
  const commit = stdout?.trim();
  if (status !== 0 || !commit) return explain('there is no git history that holds the baseline');
  worktree = path.join(mkdtempSync(path.join(tmpdir(), 'kindred-baseline-')), 'kindred');
  execFileSync('git', ['worktree', 'add', '--detach', worktree, commit], { stdio: 'ignore' });
  // Its own dependencies would have to be fetched; ours are the same or later.
  symlinkSync(path.resolve('node_modules'), path.join(worktree, 'node_modules'));
  const options = { cwd: worktree, stdio: 'ignore' as const };
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
  execFileSync(process.execPath, ['node_modules/prisma/build/index.js', 'generate'], { ...options, env });
  // Types may have moved on with the dependencies; what it writes runs all the same.
  spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noCheck'], options);
  return worktree;
}

function explain(why: string): null {
  console.log(`  ${why}: today's program is started instead`);
  return null;
}

/** Empties settings that came later, which an older program would refuse as misspelt. */
function unknownTo(root: string): Record<string, string> {
  const known = readFileSync(path.join(root, '.env.example'), 'utf8');
  const names = [...readFileSync('.env.example', 'utf8').matchAll(/^# (KINDRED_\w+)=/gm)].map(([, name]) => name!);
  return Object.fromEntries(names.filter((name) => !known.includes(`# ${name}=`)).map((name) => [name, '']));
}
