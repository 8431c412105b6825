import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { ProjectsModule } from '../projects/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { ApiKeyStrategy } from './api-key.strategy.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { KeyUse } from './key-use.js';
import { LeakedKeysController } from './leaked-keys.controller.js';
import { LeakedKeysService } from './leaked-keys.service.js';
import { PageOrigins } from './page-origins.js';

@Module({
  imports: [LimitsModule, NotificationsModule, ProjectsModule, WebhooksModule],
  controllers: [ApiKeysController, LeakedKeysController],
  providers: [ApiKeysService, ApiKeysRepository, ApiKeyStrategy, KeyUse, LeakedKeysService, PageOrigins],
})
export class ApiKeysModule {}
