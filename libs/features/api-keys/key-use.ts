import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ApiKeyPrincipal } from '../../platform/access/principal.js';
import { Database } from '../../platform/database/database.js';
import { ApiKeysRepository } from './api-keys.repository.js';

const FLUSH_MS = 10_000;

/** When keys were last used, gathered in memory: a write for each call would cost more than the call. */
@Injectable()
export class KeyUse implements OnApplicationShutdown {
  private used = new Map<string, { tenantId: string; id: string; at: Date }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly repository: ApiKeysRepository,
  ) {}

  note({ tenantId, apiKeyId: id }: ApiKeyPrincipal, at: Date): void {
    const known = this.used.get(id);
    if (known) known.at = at;
    else this.used.set(id, { tenantId, id, at });
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  /** What cannot be written is lost: the next use tells more. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const keys = [...this.used.values()];
    this.used = new Map();
    if (keys.length > 0) await this.database.systemSql((sql) => this.repository.touch(sql, keys)).catch(() => {});
  }
}
