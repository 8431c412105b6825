import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ApiKeyPrincipal } from '../../platform/access/principal.js';
import { Database } from '../../platform/database/database.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** When keys were last used, gathered in memory: a write for each call would cost more than the call. */
@Injectable()
export class KeyUse extends RepeatedWork implements OnApplicationShutdown {
  protected readonly everyMs = 10_000;
  private used = new Map<string, { tenantId: string; id: string; at: Date }>();

  constructor(
    private readonly database: Database,
    private readonly repository: ApiKeysRepository,
  ) {
    super();
  }

  recordUse({ tenantId, apiKeyId: id }: ApiKeyPrincipal, at: Date): void {
    const known = this.used.get(id);
    if (known) known.at = at;
    else this.used.set(id, { tenantId, id, at });
  }

  onApplicationShutdown(): Promise<void> {
    return this.flush();
  }

  protected override work(): Promise<void> {
    return this.flush();
  }

  /** What cannot be written is lost: the next use tells more. */
  async flush(): Promise<void> {
    const keys = [...this.used.values()];
    this.used = new Map();
    if (keys.length > 0) await this.database.systemSql((sql) => this.repository.touch(sql, keys)).catch(() => {});
  }
}
