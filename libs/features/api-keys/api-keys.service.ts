import { BlockList, isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiKeyPrincipal, Suspension } from '../../platform/access/principal.js';
import { organizationSuspended } from '../../platform/access/suspended.js';
import { audit } from '../../platform/audit/audit.js';
import { Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config, secretsOf } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { hmac, secretName } from '../../platform/secrets/secrets.js';
import { LimitsService } from '../limits/index.js';
import { ProjectsService } from '../projects/index.js';
import { addressNotAllowed, deploymentsNotFound, keyEnded, originNotAllowed } from './api-keys.errors.js';
import { ApiKeysRepository, type NewApiKey } from './api-keys.repository.js';
import type { CreateApiKey, ListApiKeysQuery, RotateApiKey } from './api-keys.schema.js';
import { type ApiKeyKind, type ApiKeyMode, generateKey, isWellFormedKey, keyPrefix } from './key-format.js';
import { KeyUse } from './key-use.js';

const HOUR_MS = 3_600_000;

/** What is kept of a key in memory; `principal` is null for one that no row has. */
interface KnownKey {
  principal: ApiKeyPrincipal | null;
  expiresMs: number;
  addresses: BlockList | null;
  /** Of a publishable key; null of all others. */
  origins: string[] | null;
  /** Of its organization. */
  suspension: Suspension | null;
}

const UNKNOWN: KnownKey = { principal: null, expiresMs: Infinity, addresses: null, origins: null, suspension: null };

@Injectable()
export class ApiKeysService {
  /** By hash. A busy key asks the database once; a revocation is heard of within milliseconds. */
  private readonly known: WatchedCache<KnownKey>;

  constructor(
    private readonly database: Database,
    private readonly repository: ApiKeysRepository,
    private readonly projects: ProjectsService,
    private readonly limits: LimitsService,
    private readonly clock: Clock,
    private readonly use: KeyUse,
    changes: Changes,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.known = new WatchedCache(changes);
    changes.onChange(({ table, id }) => {
      // As to_jsonb writes bytea.
      if (table === 'api_keys') this.known.forget(id.replace(/^\\x/, ''));
      if (table === 'organizations') this.known.forgetWhere(({ principal }) => principal?.tenantId === id);
    });
  }

  /** Makes a key; this answer is the only place where it ever stands. */
  create(tenantId: string, projectId: string, { expiresAt, ...settings }: CreateApiKey) {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      await this.limits.requireThing(transaction, tenantId, 'api_keys');
      const { deploymentIds } = settings;
      if (!(await this.repository.hasDeployments(transaction, projectId, deploymentIds))) throw deploymentsNotFound();
      const id = newId();
      const { key, ...row } = this.draw(settings.mode, settings.kind);
      const created = { ...settings, ...row, tenantId, id, projectId, lineageId: id, expiresAt: expiresAt ?? null };
      const after = await this.repository.create(transaction, created);
      await audit(transaction, tenantId, 'api_key.created', id, { after });
      return { ...after, key };
    });
  }

  /** Makes a key with the same settings and limits; the old one ends after the grace, or when it would have ended before that. */
  rotate(tenantId: string, projectId: string, apiKeyId: string, { graceHours }: RotateApiKey) {
    return this.database.tenant(tenantId, async (transaction) => {
      const id = parseId('API key', apiKeyId);
      const old = await this.repository.find(transaction, parseId('project', projectId), id);
      if (!old) throw notFound('API key', apiKeyId);
      const now = this.clock.now().getTime();
      const expiresMs = old.expiresAt ? Date.parse(old.expiresAt) : Infinity;
      if (old.revokedAt || expiresMs <= now) throw keyEnded();
      await this.limits.requireThing(transaction, tenantId, 'api_keys');
      const endsAt = new Date(Math.min(expiresMs, now + graceHours * HOUR_MS));
      await this.repository.setExpiry(transaction, id, endsAt);
      const { name, kind, mode, scopes, deploymentIds, allowedAddresses, allowedOrigins, lineageId } = old;
      const settings = {
        projectId,
        name,
        kind,
        mode,
        scopes,
        deploymentIds,
        allowedAddresses,
        allowedOrigins,
        lineageId,
      };
      const { key, ...row } = this.draw(mode, kind);
      const created = {
        ...settings,
        ...row,
        tenantId,
        id: newId(),
        expiresAt: old.expiresAt ? new Date(expiresMs) : null,
      };
      const successor = await this.repository.create(transaction, created);
      await audit(transaction, tenantId, 'api_key.rotated', id, {
        before: { expiresAt: old.expiresAt },
        after: { expiresAt: endsAt, successorId: successor.id },
      });
      return { ...successor, key };
    });
  }

  list(tenantId: string, projectId: string, query: ListApiKeysQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      return toPage(await this.repository.list(transaction, projectId, query, this.clock.now()), query);
    });
  }

  async revoke(tenantId: string, projectId: string, apiKeyId: string): Promise<void> {
    const id = parseId('API key', apiKeyId);
    await this.database.tenant(tenantId, async (transaction) => {
      const before = await this.repository.find(transaction, parseId('project', projectId), id);
      if (!before) throw notFound('API key', apiKeyId);
      const now = this.clock.now();
      if (!(await this.repository.revoke(transaction, id, now))) return;
      await audit(transaction, tenantId, 'api_key.revoked', id, { before, after: { ...before, revokedAt: now } });
    });
  }

  /**
   * Who holds the key; null for a wrong, unknown, expired or revoked one.
   *
   * @param origin of the page that the call came from
   * @throws Problem 403 where it is used from an address or on a page that it is not allowed for, or its organization is suspended
   */
  async verify(key: string, address: string, origin?: string): Promise<ApiKeyPrincipal | null> {
    if (!isWellFormedKey(key)) return null;
    const hashes = this.hashes(key);
    const name = Buffer.from(hashes[0]!.buffer).toString('hex');
    const { principal, expiresMs, addresses, origins, suspension } = await this.known.get(name, () =>
      this.find(hashes),
    );
    const now = this.clock.now();
    if (!principal || expiresMs <= now.getTime()) return null;
    if (addresses && !addresses.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) throw addressNotAllowed(address);
    if (origins && !(origin && origins.includes(origin))) throw originNotAllowed(origin ?? null);
    if (suspension) throw organizationSuspended(suspension);
    this.use.recordUse(principal, now);
    return principal;
  }

  /** What may be stored of a key in its place: under the secret of today first. */
  hashes(key: string): Uint8Array<ArrayBuffer>[] {
    return secretsOf(this.config).map((secret) => hmac(secret, 'api-key', key));
  }

  private draw(
    mode: ApiKeyMode,
    kind: ApiKeyKind,
  ): Pick<NewApiKey, 'prefix' | 'keyHash' | 'hashedWith'> & { key: string } {
    const key = generateKey(mode, kind);
    const keyHash = this.hashes(key)[0]!;
    return { key, prefix: keyPrefix(key), keyHash, hashedWith: secretName(this.config.KINDRED_SECRET) };
  }

  private async find(hashes: Uint8Array<ArrayBuffer>[]): Promise<KnownKey> {
    const [keyHash, previousHash] = hashes as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>?];
    const row = await this.database.system(async (transaction) => {
      const found = await this.repository.findByHash(transaction, keyHash);
      if (found || !previousHash) return found;
      const old = await this.repository.findByHash(transaction, previousHash);
      // Only now, with the key at hand, can its hash be made anew.
      const hashedWith = secretName(this.config.KINDRED_SECRET);
      if (old) await this.repository.rehash(transaction, old, { keyHash, hashedWith });
      return old;
    });
    if (!row) return UNKNOWN;
    const { tenantId, projectId, id, lineageId, mode, scopes, deploymentIds, expiresAt, allowedAddresses, suspension } =
      row;
    const isPublishable = row.kind === 'publishable';
    const expiresMs = expiresAt ? Date.parse(expiresAt) : Infinity;
    const credential = { hash: Buffer.from(keyHash).toString('hex'), expiresMs };
    const who = { kind: 'apiKey' as const, credential, tenantId, projectId, apiKeyId: id, lineageId };
    return {
      principal: { ...who, isPublishable, mode, deploymentIds, permissions: scopes },
      expiresMs,
      addresses: allowedAddresses.length > 0 ? toBlockList(allowedAddresses) : null,
      origins: isPublishable ? row.allowedOrigins : null,
      suspension,
    };
  }
}

function toBlockList(addresses: string[]): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = '', bits] = text.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
