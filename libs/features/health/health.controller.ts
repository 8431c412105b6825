import { Controller, Get, Header, HttpCode, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Public } from '../../platform/access/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { Problem } from '../../platform/errors/problem.js';
import { Answers } from '../../platform/http/answers.js';
import { lifecycle } from '../../platform/telemetry/lifecycle.js';
import { metrics } from '../../platform/telemetry/metrics.js';

const statusSchema = z.object({ status: z.enum(['ok', 'unavailable']) });

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @ApiOperation({ summary: 'Whether the process runs' })
  @Get('livez')
  @Public()
  @Answers(200, 'It does', statusSchema)
  live() {
    return { status: 'ok' };
  }

  @ApiOperation({ summary: 'Whether it can serve: the database answers, and it is not about to stop' })
  @Get('readyz')
  @Public()
  @Answers(200, 'It can; 503 when it cannot', statusSchema)
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    if (!lifecycle.isDraining && (await this.database.isReady())) return { status: 'ok' };
    void reply.status(503);
    return { status: 'unavailable' };
  }

  @ApiOperation({ summary: 'Figures in Prometheus text format' })
  @Get('metrics')
  @Public()
  @HttpCode(200)
  @Header('content-type', metrics.contentType)
  @ApiProduces('text/plain')
  show(): Promise<string> {
    // On a port of their own they are not for everyone who reaches this one.
    if (this.config.KINDRED_METRICS_PORT) throw new Problem(404, 'not_found', 'Metrics are served on another port.');
    return metrics.metrics();
  }
}
