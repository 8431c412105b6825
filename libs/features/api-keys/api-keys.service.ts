import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { ApiKeyPrincipal } from '../../platform/access/principal.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { hmac } from '../../platform/secrets/secrets.js';
import { ProjectsService } from '../projects/index.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import type { CreateApiKey } from './api-keys.schema.js';
import { generateKey, isWellFormedKey, keyPrefix } from './key-format.js';

/** A revoked key works on for at most this long. */
const CACHE_MS = 1_000;

@Injectable()
export class ApiKeysService {
  /** Living keys by hash, so that a busy key costs one look-up a second. */
  private readonly cache = new LRUCache<string, ApiKeyPrincipal>({
    max: 10_000,
    ttl: CACHE_MS,
    // A flood of other entries must not fail a fetch that is under way.
    ignoreFetchAbort: true,
    fetchMethod: async (hash) => (await this.lookUp(new Uint8Array(Buffer.from(hash, 'base64')))) ?? undefined,
  });

  constructor(
    private readonly database: Database,
    private readonly repository: ApiKeysRepository,
    private readonly projects: ProjectsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Makes a key; this answer is the only place where it ever stands. */
  create(tenantId: string, projectId: string, { name, scopes }: CreateApiKey) {
    const key = generateKey();
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      const row = { tenantId, id: newId(), projectId, name, scopes, prefix: keyPrefix(key), keyHash: this.hash(key) };
      return { ...(await this.repository.create(transaction, row)), key };
    });
  }

  list(tenantId: string, projectId: string, query: PageQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      return toPage(await this.repository.list(transaction, projectId, query), query);
    });
  }

  async revoke(tenantId: string, projectId: string, apiKeyId: string): Promise<void> {
    const id = parseId('API key', apiKeyId);
    const found = await this.database.tenant(tenantId, (transaction) =>
      this.repository.revoke(transaction, parseId('project', projectId), id, this.clock.now()),
    );
    if (!found) throw notFound('API key', apiKeyId);
  }

  /** Who holds the key; null for a wrong, unknown or revoked one. */
  async verify(key: string): Promise<ApiKeyPrincipal | null> {
    if (!isWellFormedKey(key)) return null;
    return (await this.cache.fetch(Buffer.from(this.hash(key)).toString('base64'))) ?? null;
  }

  private async lookUp(keyHash: Uint8Array<ArrayBuffer>): Promise<ApiKeyPrincipal | null> {
    const row = await this.database.system((transaction) => this.repository.findByHash(transaction, keyHash));
    if (!row) return null;
    const { tenantId, projectId, id, scopes } = row;
    return { kind: 'apiKey', tenantId, projectId, apiKeyId: id, permissions: scopes };
  }

  private hash(key: string): Uint8Array<ArrayBuffer> {
    return hmac(this.config.KINDRED_SECRET, 'api-key', key);
  }
}
