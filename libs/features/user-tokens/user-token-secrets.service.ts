import { Inject, Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { ProjectsService } from '../projects/index.js';
import { newUserTokenSecret, sealUserTokenSecret, userTokenSecretPrefix } from './user-token-secret.js';
import { type UserTokenSecretRow, UserTokenSecretsRepository } from './user-token-secrets.repository.js';
import type { CreatedUserTokenSecret, UserTokenSecret, UserTokenSecrets } from './user-token-secrets.schema.js';
import { tooManyUserTokenSecrets } from './user-tokens.errors.js';

/** With which a customer's server signs who uses its pages: few, so that one can take another's place. */
@Injectable()
export class UserTokenSecretsService {
  constructor(
    private readonly database: Database,
    private readonly repository: UserTokenSecretsRepository,
    private readonly projects: ProjectsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  list(tenantId: string, projectId: string): Promise<UserTokenSecrets> {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      return { secrets: (await this.repository.list(transaction, projectId)).map(toSecret) };
    });
  }

  /** This answer is the only place where the secret ever stands in the clear. @throws Problem 409 where there are as many as there may be */
  create(tenantId: string, projectId: string): Promise<CreatedUserTokenSecret> {
    const [id, text] = [newId(), newUserTokenSecret()];
    const secret = sealUserTokenSecret(this.config.KINDRED_SECRET, id, text);
    const { most } = BOUNDS.userTokenSecrets;
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      await this.repository.lock(transaction, projectId);
      if ((await this.repository.list(transaction, projectId)).length >= most) throw tooManyUserTokenSecrets(most);
      const row = { tenantId, projectId, id, prefix: userTokenSecretPrefix(text), secret };
      const created = toSecret(await this.repository.create(transaction, row));
      await audit(transaction, tenantId, 'user_token_secret.created', id, { after: created });
      return { ...created, secret: text };
    });
  }

  /** @throws Problem 404 */
  async revoke(tenantId: string, projectId: string, userTokenSecretId: string): Promise<void> {
    const id = parseId('user token secret', userTokenSecretId);
    await this.database.tenant(tenantId, async (transaction) => {
      const before = await this.repository.delete(transaction, parseId('project', projectId), id);
      if (!before) throw notFound('user token secret', userTokenSecretId);
      await audit(transaction, tenantId, 'user_token_secret.revoked', id, { before: toSecret(before) });
    });
  }
}

function toSecret({ createdAt, ...row }: UserTokenSecretRow): UserTokenSecret {
  return { ...row, createdAt: createdAt.toISOString() };
}
