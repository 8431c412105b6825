import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { BOUNDS } from '../../libs/platform/bounds.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';

let api: TestApi;
let owner: pg.Client;
beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

it('as many erasures wait as are bounded; one more is refused until one of them is done, and asking again is not one more', async () => {
  const tenant = await Tenant.signUp(api);
  const projectId = await tenant.createProject();
  const users = `/v1/projects/${projectId}/users`;
  const { body: first } = await tenant.delete(`${users}/first`).expect(202);
  // Not due, so that no worker takes them meanwhile.
  await owner.query(
    `INSERT INTO erasures (tenant_id, id, project_id, user_id, user_hash, next_attempt_at)
     SELECT tenant_id, gen_random_uuid(), id, 'user-' || n, sha256(n::text::bytea), now() + interval '1 hour'
     FROM projects, generate_series(2, $2) n WHERE id = $1`,
    [projectId, BOUNDS.pendingErasures.most],
  );
  const { body: refused } = await tenant.delete(`${users}/one-more`).expect(429);
  expect(refused).toMatchObject({ code: 'too_many_erasures' });
  expect((await tenant.delete(`${users}/first`).expect(202)).body.id).toBe(first.id);
  await owner.query(
    `UPDATE erasures SET completed_at = now(), user_id = NULL
     WHERE id = (SELECT id FROM erasures WHERE project_id = $1 AND user_id = 'user-2')`,
    [projectId],
  );
  await tenant.delete(`${users}/one-more`).expect(202);
});
