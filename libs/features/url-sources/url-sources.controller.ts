import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires, StartsJob } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { type CreateUrlSource, createUrlSourceSchema, urlSourceSchema } from './url-sources.schema.js';
import { UrlSourcesService } from './url-sources.service.js';

@ApiTags('data sets')
@Controller('v1/projects/:projectId/data-sets/:dataSetId/url-sources')
export class UrlSourcesController {
  constructor(private readonly sources: UrlSourcesService) {}

  @ApiOperation({
    summary: "Has a data set's file fetched from an address, once or again and again",
    description:
      'From a public address over https, or from a store that speaks S3. A file that has not changed, by its ETag or Last-Modified, is not imported again. After five failures in a row it is paused, and those who run the organization are told by mail.',
  })
  @Post()
  @StartsJob()
  @Requires('project:write')
  @Answers(201, 'The source, which is fetched at once', urlSourceSchema)
  create(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Body({ schema: createUrlSourceSchema }) body: CreateUrlSource,
  ) {
    return this.sources.create({ tenantId, projectId, dataSetId }, body);
  }

  @ApiOperation({
    summary: "Lists the addresses from which a data set's file is fetched",
    description:
      'Newest first, with what came of the last run. Neither credentials nor the query of an address are shown.',
  })
  @Get()
  @Requires('project:read')
  @Answers(200, 'A page of sources, newest first', pageSchema(urlSourceSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.sources.list({ tenantId, projectId, dataSetId }, query);
  }

  @ApiOperation({
    summary: 'Fetches from an address now',
    description: 'Also one that is paused, which goes on then, or that was to be fetched once.',
  })
  @Post(':sourceId/runs')
  @StartsJob()
  @Requires('project:write')
  @Answers(202, 'It is due', urlSourceSchema)
  run(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('sourceId') sourceId: string,
  ) {
    return this.sources.run({ tenantId, projectId, dataSetId }, sourceId);
  }

  @ApiOperation({
    summary: 'Has nothing fetched from an address any more',
    description: 'What was imported of it stays. A fetch that is under way is broken off.',
  })
  @Delete(':sourceId')
  @Requires('project:write')
  @Answers(204, 'It is gone, with its credentials')
  delete(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('sourceId') sourceId: string,
  ) {
    return this.sources.delete({ tenantId, projectId, dataSetId }, sourceId);
  }
}
