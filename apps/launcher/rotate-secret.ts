import pg from 'pg';
import { openTotpSecret, sealTotpSecret } from '../../libs/features/auth/index.js';
import { hashUser } from '../../libs/features/end-users/index.js';
import { openClientSecret, sealClientSecret } from '../../libs/features/single-sign-on/index.js';
import { openTarget, sealTarget } from '../../libs/features/url-sources/index.js';
import { openUserTokenSecret, sealUserTokenSecret } from '../../libs/features/user-tokens/index.js';
import { openSecret, sealSecret } from '../../libs/features/webhooks/index.js';
import { secretName } from '../../libs/platform/secrets/secrets.js';

export interface Rotation {
  /** Secrets of webhooks, of user tokens, of addresses that files are fetched from, of single sign-on and of apps that show codes, and hashes of people who are being erased, that were written anew. */
  rewritten: number;
  /** Keys that go on under the previous secret until they are next used: a hash cannot be made anew without its key. */
  keysLeft: number;
}

/** In words, and what to do next. */
export function describeRotation({ rewritten, keysLeft }: Rotation): string {
  const done = `${rewritten} secrets and hashes stand under the new secret.`;
  return keysLeft === 0
    ? `${done} Nothing stands under the previous one any more: unset KINDRED_SECRET_PREVIOUS and start again.`
    : `${done} ${keysLeft} API keys still stand under the previous one; each moves when it is next used. Look again later, and unset KINDRED_SECRET_PREVIOUS when none is left, or when those that are left may end.`;
}

/**
 * Writes anew, under the secret of today, what stands under the previous one. It may run next to the platform and be run again.
 *
 * @param appUrl the restricted login
 */
export async function rotateSecret(appUrl: string, secret: string, previous: string): Promise<Rotation> {
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  try {
    await client.query('SET ROLE kindred_system');
    const rewritten =
      (await sealAnew(client, secret, previous)) +
      (await sealTargetsAnew(client, secret, previous)) +
      (await sealTotpsAnew(client, secret, previous)) +
      (await sealUserTokenSecretsAnew(client, secret, previous)) +
      (await sealClientSecretsAnew(client, secret, previous)) +
      (await hashAnew(client, secret));
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM api_keys
       WHERE hashed_with IS DISTINCT FROM $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
      [secretName(secret)],
    );
    return { rewritten, keysLeft: rows[0]!.count };
  } finally {
    await client.end();
  }
}

async function sealAnew(client: pg.Client, secret: string, previous: string): Promise<number> {
  const { rows } = await client.query<{ tenant_id: string; id: string }>('SELECT tenant_id, id FROM webhook_endpoints');
  let count = 0;
  for (const { tenant_id, id } of rows) {
    await client.query('BEGIN');
    const sealed = await client.query<{ secret: Buffer; previous_secret: Buffer | null }>(
      'SELECT secret, previous_secret FROM webhook_endpoints WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE',
      [tenant_id, id],
    );
    for (const row of sealed.rows) {
      const anew = (bytes: Buffer) => Buffer.from(sealSecret(secret, id, openSecret([secret, previous], id, bytes)));
      await client.query(
        'UPDATE webhook_endpoints SET secret = $3, previous_secret = $4 WHERE tenant_id = $1 AND id = $2',
        [tenant_id, id, anew(row.secret), row.previous_secret && anew(row.previous_secret)],
      );
      count++;
    }
    await client.query('COMMIT');
  }
  return count;
}

async function sealTargetsAnew(client: pg.Client, secret: string, previous: string): Promise<number> {
  const { rows } = await client.query<{ tenant_id: string; id: string }>('SELECT tenant_id, id FROM url_sources');
  let count = 0;
  for (const { tenant_id, id } of rows) {
    await client.query('BEGIN');
    const found = await client.query<{ sealed: Buffer }>(
      'SELECT sealed FROM url_sources WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE',
      [tenant_id, id],
    );
    for (const { sealed } of found.rows) {
      const anew = Buffer.from(sealTarget(secret, id, openTarget([secret, previous], id, sealed)));
      await client.query('UPDATE url_sources SET sealed = $3 WHERE tenant_id = $1 AND id = $2', [tenant_id, id, anew]);
      count++;
    }
    await client.query('COMMIT');
  }
  return count;
}

async function sealTotpsAnew(client: pg.Client, secret: string, previous: string): Promise<number> {
  const { rows } = await client.query<{ user_id: string }>('SELECT user_id FROM totps');
  let count = 0;
  for (const { user_id } of rows) {
    await client.query('BEGIN');
    const sealed = await client.query<{ secret: Buffer }>(
      'SELECT secret FROM totps WHERE user_id = $1 FOR NO KEY UPDATE',
      [user_id],
    );
    for (const row of sealed.rows) {
      const anew = sealTotpSecret(secret, user_id, openTotpSecret([secret, previous], user_id, row.secret));
      await client.query('UPDATE totps SET secret = $2 WHERE user_id = $1', [user_id, Buffer.from(anew)]);
      count++;
    }
    await client.query('COMMIT');
  }
  return count;
}

async function sealClientSecretsAnew(client: pg.Client, secret: string, previous: string): Promise<number> {
  const { rows } = await client.query<{ tenant_id: string; client_secret: Buffer }>(
    'SELECT tenant_id, client_secret FROM single_sign_on',
  );
  let count = 0;
  for (const { tenant_id, client_secret } of rows) {
    const anew = sealClientSecret(secret, tenant_id, openClientSecret([secret, previous], tenant_id, client_secret));
    // One that was set meanwhile stands under the secret of today already.
    const { rowCount } = await client.query(
      'UPDATE single_sign_on SET client_secret = $2 WHERE tenant_id = $1 AND client_secret = $3',
      [tenant_id, Buffer.from(anew), client_secret],
    );
    count += rowCount ?? 0;
  }
  return count;
}

async function sealUserTokenSecretsAnew(client: pg.Client, secret: string, previous: string): Promise<number> {
  const { rows } = await client.query<{ tenant_id: string; id: string; secret: Buffer }>(
    'SELECT tenant_id, id, secret FROM user_token_secrets',
  );
  for (const { tenant_id, id, secret: sealed } of rows) {
    const anew = sealUserTokenSecret(secret, id, openUserTokenSecret([secret, previous], id, sealed));
    await client.query('UPDATE user_token_secrets SET secret = $3 WHERE tenant_id = $1 AND id = $2', [
      tenant_id,
      id,
      Buffer.from(anew),
    ]);
  }
  return rows.length;
}

/** Of those who are not wholly erased yet: of all others the id is forgotten, and nobody asks for the hash. */
async function hashAnew(client: pg.Client, secret: string): Promise<number> {
  const { rows } = await client.query<{ tenant_id: string; id: string; project_id: string; user_id: string }>(
    'SELECT tenant_id, id, project_id, user_id FROM erasures WHERE completed_at IS NULL',
  );
  for (const { tenant_id, id, project_id, user_id } of rows) {
    const hash = Buffer.from(hashUser(secret, project_id, user_id));
    await client.query('UPDATE erasures SET user_hash = $3 WHERE tenant_id = $1 AND id = $2', [tenant_id, id, hash]);
  }
  return rows.length;
}
