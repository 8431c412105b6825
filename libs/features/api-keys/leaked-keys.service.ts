import { createVerify } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { sha256 } from '../../platform/secrets/secrets.js';
import { NotificationsService } from '../notifications/index.js';
import { WebhooksService } from '../webhooks/index.js';
import { scannerKeysUnavailable, wrongScannerSignature } from './api-keys.errors.js';
import { ApiKeysRepository, type LeakedApiKey } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { isPublishableKey, isWellFormedKey } from './key-format.js';
import type { FoundKey, ScannedKey } from './leaked-keys.schema.js';

const KEYS_MS = 3_600_000;
const RETRY_MS = 60_000;
const FETCH_MS = 5_000;

const publishedKeysSchema = z.object({
  public_keys: z.array(z.object({ key_identifier: z.string(), key: z.string() })),
});

/** Hears of API keys that GitHub's secret scanning finds in public, and ends them at once. */
@Injectable()
export class LeakedKeysService {
  private readonly logger = new Logger(LeakedKeysService.name);
  private publishedKeys = new Map<string, string>();
  private fetchedMs = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly repository: ApiKeysRepository,
    private readonly apiKeys: ApiKeysService,
    private readonly webhooks: WebhooksService,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws Problem 401 for a message that the scanner has not signed; 503 while its keys cannot be fetched */
  async verify(body: Buffer, keyIdentifier: string, signature: string): Promise<void> {
    const key = await this.findPublishedKey(keyIdentifier);
    const isSigned = key && createVerify('SHA256').update(body).verify(key, signature, 'base64');
    if (!isSigned) throw wrongScannerSignature();
  }

  /** Revokes what is a key of ours; says of each whether it was. A publishable key is in public wherever it does its work. */
  async report(found: FoundKey[]): Promise<ScannedKey[]> {
    const answers: ScannedKey[] = [];
    for (const { token, type, url } of found) {
      const isOurs = isWellFormedKey(token) && !isPublishableKey(token) && (await this.revoke(token, url));
      const token_hash = Buffer.from(sha256(token)).toString('base64');
      answers.push({ token_hash, token_type: type, label: isOurs ? 'true_positive' : 'false_positive' });
    }
    return answers;
  }

  /** False where no such key was ever made. */
  private async revoke(token: string, url: string): Promise<boolean> {
    const now = this.clock.now();
    return this.database.system(async (transaction) => {
      for (const keyHash of this.apiKeys.hashes(token)) {
        const leaked = await this.repository.revokeLeaked(transaction, keyHash, url, now);
        if (leaked) await this.notifyOwners(transaction, leaked, url, now);
        if (leaked || (await this.repository.isKnown(transaction, keyHash))) return true;
      }
      return false;
    });
  }

  private async notifyOwners(
    transaction: Transaction,
    leaked: LeakedApiKey,
    url: string,
    revokedAt: Date,
  ): Promise<void> {
    const { tenantId, id: apiKeyId, projectId, prefix } = leaked;
    this.logger.warn({
      msg: 'a leaked API key was revoked',
      tenant_id: tenantId,
      api_key_id: apiKeyId,
      key_prefix: prefix,
    });
    await audit(transaction, tenantId, 'api_key.revoked', apiKeyId, { after: { revokedAt, leakedAt: url } });
    const told = { apiKeyId, projectId, prefix, url, revokedAt: revokedAt.toISOString() };
    await this.webhooks.emit(transaction, tenantId, 'api_key.leaked', told);
    await this.notifications.email(transaction, tenantId, {
      template: 'api_key_leaked',
      values: { prefix, projectId, url },
    });
  }

  /** The scanner's keys change now and then: an unknown one is looked for again, though not for everyone who makes one up. */
  private async findPublishedKey(keyIdentifier: string): Promise<string | undefined> {
    const ageMs = performance.now() - this.fetchedMs;
    if (ageMs > KEYS_MS || (ageMs > RETRY_MS && !this.publishedKeys.has(keyIdentifier))) {
      this.fetchedMs = performance.now();
      this.publishedKeys = await this.fetchPublishedKeys().catch((error: Error) => {
        this.logger.warn(`the keys of GitHub's secret scanning cannot be fetched: ${error.message}`);
        throw scannerKeysUnavailable();
      });
    }
    return this.publishedKeys.get(keyIdentifier);
  }

  private async fetchPublishedKeys(): Promise<Map<string, string>> {
    const response = await fetch(this.config.GITHUB_SECRET_SCANNING_KEYS_URL, {
      signal: AbortSignal.timeout(FETCH_MS),
    });
    const { public_keys } = publishedKeysSchema.parse(await response.json());
    return new Map(public_keys.map((each) => [each.key_identifier, each.key]));
  }
}
