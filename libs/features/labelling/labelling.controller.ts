import { Body, Controller, Delete, Get, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { isStream, UPLOAD_TYPES } from '../../platform/http/body.js';
import { uploadNotFile } from '../data-sets/index.js';
import { LabelFilesService } from './label-files.service.js';
import {
  batchSchema,
  type Decide,
  decideSchema,
  type ExportTextsQuery,
  exportTextsQuerySchema,
  importedTextsSchema,
  type ImportTextsQuery,
  importTextsQuerySchema,
  labellingSchema,
  type TakeBatch,
  takeBatchSchema,
  textToLabelSchema,
} from './labelling.schema.js';
import { LabellingService } from './labelling.service.js';

const TYPES = { 'label-studio': ['application/json', 'json'], doccano: ['application/jsonl', 'jsonl'] } as const;

@ApiTags('labelling')
@Controller('v1/projects/:projectId/data-sets/:dataSetId')
export class LabellingController {
  constructor(
    private readonly labelling: LabellingService,
    private readonly files: LabelFilesService,
  ) {}

  @ApiOperation({
    summary: 'Shows how far the labelling of a data set of texts is',
    description: 'How many texts wait for a label, and which labels the data set has.',
  })
  @Get('texts-to-label')
  @Requires('project:read')
  @Answers(200, 'How many texts wait, and the labels', labellingSchema)
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
  ) {
    return this.labelling.get(principal, projectId, dataSetId);
  }

  @ApiOperation({
    summary: 'Adds the texts of a file to those that wait for a label',
    description:
      'Texts that come with labels become rows of the data set at once, and count as ingested. What waits already waits once. A file with anything wrong is not taken at all, and the answer says where. Where the data set has no rows yet, the file is also imported as its first.',
  })
  @Put('texts-to-label')
  @Requires('project:write')
  @RouteConfig({ takesFile: true })
  @ApiConsumes(...UPLOAD_TYPES)
  @ApiBody({ schema: { type: 'string', format: 'binary', example: 'My new card has not come yet\n' } })
  @Answers(200, 'What became of the texts', importedTextsSchema)
  add(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Query({ schema: importTextsQuerySchema }) query: ImportTextsQuery,
    @Req() { body, headers }: FastifyRequest,
  ) {
    if (!isStream(body) || headers['content-encoding']) throw uploadNotFile();
    return this.files.add(tenantId, projectId, dataSetId, body, query);
  }

  @ApiOperation({
    summary: 'Removes the texts that wait for a label, and those that were skipped',
    description: 'Those that were labelled stay rows of the data set.',
  })
  @Delete('texts-to-label')
  @Requires('project:write')
  @Answers(204, 'None waits any more')
  async removeOpen(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
  ) {
    await this.files.removeOpen(tenantId, projectId, dataSetId);
  }

  @ApiOperation({
    summary: 'Hands out the texts that are worth labelling next',
    description:
      'First those that the deployed or newest model of the data set is least sure of; without a model, in an order by chance. For ten minutes nobody else gets them.',
  })
  @Post('texts-to-label/batches')
  @Requires('project:write')
  @Answers(200, 'The texts, those that teach most first; none when none waits', batchSchema)
  take(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Body({ schema: takeBatchSchema }) body: TakeBatch,
  ) {
    return this.labelling.take(principal, projectId, dataSetId, body);
  }

  @ApiOperation({
    summary: 'Says what a text is, skips it, or takes either back',
    description:
      'A label makes the text a row of the data set, which the next training learns from. Said again, the last word counts.',
  })
  @Put('texts-to-label/:textId')
  @Requires('project:write')
  @Answers(200, 'The text as it is now', textToLabelSchema)
  decide(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('textId') textId: string,
    @Body({ schema: decideSchema }) body: Decide,
  ) {
    return this.labelling.decide(principal, projectId, dataSetId, textId, body);
  }

  @ApiOperation({
    summary: 'Exports the texts with their labels for Label Studio or doccano',
    description: 'The rows as training reads them, then the texts that wait, without a label.',
  })
  @ApiProduces('application/json', 'application/jsonl')
  @Get('labelled-texts')
  @Requires('project:write', { isExport: true })
  @Answers(
    200,
    'A file',
    z.string().meta({ examples: ['{"id":1,"text":"My new card has not come yet","label":["card_arrival"]}'] }),
  )
  async export(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Query({ schema: exportTextsQuerySchema }) query: ExportTextsQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const [type, ending] = TYPES[query.format];
    const file = await this.files.export(tenantId, projectId, dataSetId, query);
    void reply
      .headers({
        'content-type': `${type}; charset=utf-8`,
        'content-disposition': `attachment; filename="labelled-texts.${ending}"`,
        'x-content-type-options': 'nosniff',
      })
      .send(file);
  }
}
