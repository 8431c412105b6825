import { Controller, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { UPLOAD_TYPES } from '../../platform/http/body.js';
import { anyPreviewQuerySchema, type PreviewQuery, previewQuerySchema, previewSchema } from './previews.schema.js';
import { PreviewsService } from './previews.service.js';

const BODY = {
  schema: { type: 'string', format: 'binary', example: 'customer,item_id,rating\n42,lamp,five\n' },
  description: 'The first 256 KiB of the file, or all of a smaller one',
} as const;

@ApiTags('data sets')
@Controller('v1/projects/:projectId/data-sets')
export class PreviewsController {
  constructor(private readonly previews: PreviewsService) {}

  @ApiOperation({
    summary: 'Shows what an import would make of a file, by its start',
    description:
      'Send the first 256 KiB of the file, cut wherever that is, with the query that its upload will have. The answer tells how the file is written, which header holds which column, and what is wrong in the first 50 rows; `columnMapping` is what to upload it with. Of Parquet and zip only whole files of that size can be shown. Nothing is stored or metered.',
  })
  @Post(':dataSetId/previews')
  @HttpCode(200)
  @RouteConfig({ takesFile: true })
  @Requires('project:write')
  @ApiConsumes(...UPLOAD_TYPES)
  @ApiBody(BODY)
  @Answers(200, 'What an import would make of it', previewSchema)
  create(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Query({ schema: previewQuerySchema }) query: PreviewQuery,
    @Req() { body, headers }: FastifyRequest,
  ) {
    return this.previews.ofDataSet(tenantId, projectId, dataSetId, { body, headers }, query);
  }

  @ApiOperation({
    summary: 'Shows what a new data set would make of a file, by its start',
    description:
      'As for a data set that exists; the kind of the rows is guessed by the headers unless `kind` says it. Nothing is stored or metered.',
  })
  @Post('previews')
  @HttpCode(200)
  @RouteConfig({ takesFile: true })
  @Requires('project:write')
  @ApiConsumes(...UPLOAD_TYPES)
  @ApiBody(BODY)
  @Answers(200, 'What an import would make of it', previewSchema)
  createOfNew(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Query({ schema: anyPreviewQuerySchema }) query: PreviewQuery,
    @Req() { body, headers }: FastifyRequest,
  ) {
    return this.previews.ofNew(tenantId, projectId, { body, headers }, query);
  }
}
