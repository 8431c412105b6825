import { Body, Controller, Module, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { ENDPOINTS } from '../../apps/api/endpoints.js';
import { ApiServed, IdempotencyKey, ServingModule, ServingService } from '../../libs/features/serving/index.js';
import { CurrentPrincipal, type Principal } from '../../libs/platform/access/principal.js';
import { Answers } from '../../libs/platform/http/answers.js';
import { meanRequestSchema, meanSchema } from './task.js';

@Controller('v1/deployments/:deploymentId')
export class MeansController {
  constructor(private readonly serving: ServingService) {}

  @Post('means')
  @ApiServed({ isLong: true })
  @Answers(200, 'The mean', meanSchema)
  async say(
    @CurrentPrincipal() principal: Principal,
    @Param('deploymentId') deploymentId: string,
    @Body({ schema: meanRequestSchema }) request: z.output<typeof meanRequestSchema>,
    @IdempotencyKey() idempotencyKey?: string,
  ) {
    const call = { deploymentId, operation: 'means', request, idempotencyKey };
    return (await this.serving.serve<{ mean: number }>(principal, call)).answer;
  }

  @Post('medians')
  @ApiServed()
  @Answers(200, 'The median', meanSchema)
  async sayMedian(@CurrentPrincipal() principal: Principal, @Param('deploymentId') deploymentId: string) {
    const call = { deploymentId, operation: 'medians', request: {} };
    return (await this.serving.serve<{ mean: number }>(principal, call)).answer;
  }
}

@Module({ imports: [ServingModule], controllers: [MeansController] })
export class MeansModule {}

ENDPOINTS.push(MeansModule);
