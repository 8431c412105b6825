import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { toPage } from '../../platform/http/page.js';
import { WebhookHealthRepository } from './webhook-health.repository.js';
import type { ListTroubledEndpointsQuery, WebhookHealth } from './webhook-health.schema.js';

/** What the operator sees of webhooks over all tenants. */
@Injectable()
export class WebhookHealthService {
  constructor(
    private readonly database: Database,
    private readonly repository: WebhookHealthRepository,
  ) {}

  get(): Promise<WebhookHealth> {
    return this.database.system((transaction) => this.repository.get(transaction));
  }

  async listTroubled(query: ListTroubledEndpointsQuery) {
    return toPage(await this.database.system((transaction) => this.repository.listTroubled(transaction, query)), query);
  }
}
