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
import { type Status, statusSchema } from './status.schema.js';
import { StatusService } from './status.service.js';

const probeSchema = z.object({ status: z.enum(['ok', 'unavailable']) });

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    private readonly database: Database,
    private readonly status: StatusService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @ApiOperation({
    summary: 'Whether the process runs',
    description: 'For an orchestrator: restart the process where it does not answer.',
  })
  @Get('livez')
  @Public()
  @Answers(200, 'It does', probeSchema)
  live() {
    return { status: 'ok' };
  }

  @ApiOperation({
    summary: 'Whether it can serve: the database answers, and it is not about to stop',
    description: 'For a load balancer: send it no calls while it answers 503.',
  })
  @Get('readyz')
  @Public()
  @Answers(200, 'It can; 503 when it cannot', probeSchema)
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    if (!lifecycle.isDraining && (await this.database.isReady())) return { status: 'ok' };
    void reply.status(503);
    return { status: 'unavailable' };
  }

  @ApiOperation({
    summary: 'How the platform is doing, part by part, now and over the last 90 days',
    description: 'What the page /status shows. Answered from memory, and so while the database is away too.',
  })
  @Get('v1/status')
  @Public()
  @Header('cache-control', 'public, max-age=10')
  @Answers(200, 'Each part', statusSchema)
  showStatus(): Status {
    return this.status.show();
  }

  @ApiOperation({
    summary: 'Figures in Prometheus text format',
    description: 'For a scraper inside your network. Answers 404 where metrics have a port of their own.',
  })
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
