import { Inject, Injectable } from '@nestjs/common';
import type { ScimPrincipal } from '../../platform/access/principal.js';
import { organizationSuspended } from '../../platform/access/suspended.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { checksumBase62, randomBase62, sha256 } from '../../platform/secrets/secrets.js';
import { type ScimTokenRow, ScimTokensRepository } from './scim-tokens.repository.js';
import type { CreatedScimToken, CreateScimToken, Scim, ScimToken } from './scim-tokens.schema.js';
import { tooManyScimTokens } from './scim.errors.js';

const KIND = 'kin_scim_';
const RANDOM_LENGTH = 30;
const FORMAT = new RegExp(`^${KIND}[0-9A-Za-z]{${RANDOM_LENGTH + 6}}$`);

/** The tokens with which an organization's directory calls by SCIM: few, so that one can take another's place. */
@Injectable()
export class ScimTokensService {
  constructor(
    private readonly database: Database,
    private readonly repository: ScimTokensRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async list(tenantId: string): Promise<Scim> {
    const tokens = await this.database.tenant(tenantId, (transaction) => this.repository.list(transaction));
    return { baseUrl: `${this.config.PUBLIC_URL}/scim/v2`, tokens: tokens.map(toToken) };
  }

  /** This answer is the only place where the token ever stands. @throws Problem 409 where there are as many as there may be */
  create(tenantId: string, { name }: CreateScimToken): Promise<CreatedScimToken> {
    const body = KIND + randomBase62(RANDOM_LENGTH);
    const token = body + checksumBase62(body);
    const row = { tenantId, id: newId(), name, prefix: token.slice(0, KIND.length + 4), tokenHash: sha256(token) };
    const { most } = BOUNDS.scimTokens;
    return this.database.tenant(tenantId, async (transaction) => {
      await this.repository.lock(transaction, tenantId);
      if ((await this.repository.list(transaction)).length >= most) throw tooManyScimTokens(most);
      const created = toToken(await this.repository.create(transaction, row));
      await audit(transaction, tenantId, 'scim_token.created', row.id, { after: created });
      return { ...created, token };
    });
  }

  /** From the next call on it is none. @throws Problem 404 */
  async revoke(tenantId: string, scimTokenId: string): Promise<void> {
    const id = parseId('SCIM token', scimTokenId);
    await this.database.tenant(tenantId, async (transaction) => {
      const before = await this.repository.delete(transaction, id);
      if (!before) throw notFound('SCIM token', scimTokenId);
      await audit(transaction, tenantId, 'scim_token.revoked', id, { before: toToken(before) });
    });
  }

  /** Whose directory holds the token; null for one that is none. @throws Problem 403 where the organization is suspended */
  async verify(token: string): Promise<ScimPrincipal | null> {
    if (!FORMAT.test(token) || checksumBase62(token.slice(0, -6)) !== token.slice(-6)) return null;
    const hash = sha256(token);
    const found = await this.database.system((transaction) => this.repository.use(transaction, hash, this.clock.now()));
    if (!found) return null;
    if (found.suspension) throw organizationSuspended(found.suspension);
    const credential = { hash: Buffer.from(hash).toString('hex'), expiresMs: Infinity };
    return { kind: 'scimToken', credential, tenantId: found.tenantId, scimTokenId: found.id, permissions: [] };
  }
}

function toToken({ createdAt, lastUsedAt, ...row }: ScimTokenRow): ScimToken {
  return { ...row, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
}
