import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, type Principal, Requires, StartsJob } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { isStream, UPLOAD_TYPES } from '../../platform/http/body.js';
import { sendCsv } from '../../platform/http/csv.js';
import { type Digest, parseContentDigest } from '../../platform/http/digests.js';
import { type PageQuery, pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { type Rename, renameSchema } from '../projects/index.js';
import { unknownDigest, uploadNotFile } from './data-sets.errors.js';
import {
  type CreateDataSet,
  createDataSetSchema,
  dataSetSchema,
  importSchema,
  type ListDataSetsQuery,
  listDataSetsQuerySchema,
  type Restore,
  restoreSchema,
  uploadedSchema,
  type UploadQuery,
  uploadQuerySchema,
} from './data-sets.schema.js';
import { DataSetsService } from './data-sets.service.js';

const REJECTED = 'line,column,value,reason\n4712,rating,five,"""five"" is not a finite number"\n';

@ApiTags('data sets')
@Controller('v1/projects/:projectId/data-sets')
export class DataSetsController {
  constructor(private readonly dataSets: DataSetsService) {}

  @ApiOperation({
    summary: 'Creates an empty data set',
    description:
      'The kind says which columns a file may have; GET /v1/families lists the kinds. Upload rows afterwards.',
  })
  @Post()
  @Requires('project:write')
  @Answers(201, 'The new data set', dataSetSchema)
  create(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Body({ schema: createDataSetSchema }) body: CreateDataSet,
  ) {
    return this.dataSets.create(tenantId, projectId, body);
  }

  @ApiOperation({
    summary: "Lists the project's data sets",
    description: 'Each with its current and its latest import, newest first unless you ask otherwise.',
  })
  @Get()
  @Requires('project:read')
  @Answers(200, 'A page of data sets', pageSchema(dataSetSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Query({ schema: listDataSetsQuerySchema }) query: ListDataSetsQuery,
  ) {
    return this.dataSets.list(tenantId, projectId, query);
  }

  @ApiOperation({
    summary: 'Shows a data set and its imports',
    description:
      '`currentImport` is the one whose rows the data set holds; `latestImport` may still run, or have failed.',
  })
  @Get(':dataSetId')
  @Requires('project:read')
  @Answers(200, 'The data set', dataSetSchema)
  get(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
  ) {
    return this.dataSets.get(tenantId, projectId, dataSetId);
  }

  @ApiOperation({
    summary: 'Renames a data set',
    description: 'The rows and the models that learn from them stay as they are.',
  })
  @Patch(':dataSetId')
  @Requires('project:write')
  @Answers(200, 'The data set', dataSetSchema)
  rename(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Body({ schema: renameSchema }) body: Rename,
  ) {
    return this.dataSets.rename(tenantId, projectId, dataSetId, body);
  }

  @ApiOperation({
    summary: 'Deletes a data set and its imports, once no model learns from it',
    description: 'Delete the models that learn from it first.',
  })
  @Delete(':dataSetId')
  @Requires('project:write')
  @Answers(204, 'Deleted; its files are gone within a day')
  async delete(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
  ) {
    await this.dataSets.delete(tenantId, projectId, dataSetId);
  }

  @ApiOperation({
    summary: "Replaces the data set's rows by those of a file, or adds those to them, once its import succeeds",
    description:
      'With `?mode=append` the rows are added: of items and users, a further row of the same id takes the place of the earlier one, and interactions that repeat count again. The answer comes once the file is stored; follow its import until its status is neither `queued` nor `running`. Rows with errors are left out and listed; a failed import changes nothing. The file is CSV with a header line, JSON (an object a line, or a list of objects) or Parquet, by its bytes and not its name; it may be packed by gzip or zstd, or be a zip of several alike. Where a header is not understood, name it in the query, such as `?user_id=customer`: that is kept for the next file. With `Content-Digest` (RFC 9530) a file that was changed on its way is refused. A large file over a line that breaks is sent in pieces: POST …/uploads.',
  })
  @Put(':dataSetId/content')
  @StartsJob()
  @Requires('project:write')
  @RouteConfig({ takesFile: true })
  @ApiConsumes(...UPLOAD_TYPES)
  @ApiBody({
    schema: { type: 'string', format: 'binary', example: 'user_id,item_id,value\n42,lamp,5\n' },
    description: 'CSV with a header line, JSON or Parquet; also packed',
  })
  @Answers(202, 'The file is stored and its import queued', uploadedSchema)
  async upload(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Query({ schema: uploadQuerySchema }) query: UploadQuery,
    @Req() request: FastifyRequest,
  ) {
    if (!isStream(request.body) || request.headers['content-encoding']) throw uploadNotFile();
    return {
      importId: await this.dataSets.upload(tenantId, projectId, dataSetId, request.body, query, saidOf(request)),
      status: 'queued',
    };
  }

  @ApiOperation({
    summary: 'Makes the rows of an earlier import the data set’s again',
    description:
      'The content of the latest five imports is kept. Models learn from the restored rows when they are trained next; nothing is metered.',
  })
  @Put(':dataSetId/current-import')
  @Requires('project:write')
  @Answers(200, 'The data set', dataSetSchema)
  restore(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Body({ schema: restoreSchema }) body: Restore,
  ) {
    return this.dataSets.restore(tenantId, projectId, dataSetId, body);
  }

  @ApiOperation({
    summary: "Lists the data set's imports",
    description: 'Newest first, with what each took and what it rejected.',
  })
  @Get(':dataSetId/imports')
  @Requires('project:read')
  @Answers(200, 'A page of imports, newest first', pageSchema(importSchema))
  listImports(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.dataSets.listImports(tenantId, projectId, dataSetId, query);
  }

  @ApiOperation({
    summary: 'Shows an import, with the rows that were rejected',
    description:
      'Ask again until the status is neither `queued` nor `running`; meanwhile `progress` says how far it has come. `errors` names the first rejected rows by line and column.',
  })
  @Get(':dataSetId/imports/:importId')
  @Requires('project:read')
  @Answers(200, 'The import', importSchema)
  getImport(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('importId') importId: string,
  ) {
    return this.dataSets.getImport(tenantId, projectId, dataSetId, importId);
  }

  @ApiOperation({
    summary: 'Downloads the rows that an import rejected, as CSV',
    description:
      'The first 10,000, by line: the column that is wrong, the start of what it holds, and the reason. A cell that a spreadsheet would take for a formula is made text. Of rows that name people it needs the permission `end-users:read` too, which no API key has.',
  })
  @ApiProduces('text/csv')
  @Get(':dataSetId/imports/:importId/rejected-rows.csv')
  @Requires('project:read')
  @Answers(200, 'A CSV file with the columns line, column, value and reason', z.string().meta({ examples: [REJECTED] }))
  async downloadRejected(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('importId') importId: string,
    @Res() reply: FastifyReply,
  ) {
    const rows = await this.dataSets.listRejected(principal, projectId, dataSetId, importId);
    sendCsv(reply, 'rejected-rows', ['line', 'column', 'value', 'reason'], rows);
  }

  @ApiOperation({
    summary: 'Cancels an import that is queued or running',
    description: 'The data set is as it was, and nothing is metered.',
  })
  @Post(':dataSetId/imports/:importId/cancel')
  @Requires('project:write')
  @Answers(200, 'The cancelled import', importSchema)
  cancelImport(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('importId') importId: string,
  ) {
    return this.dataSets.cancelImport(tenantId, projectId, dataSetId, importId);
  }
}

/** What the caller says that it sends. */
function saidOf({ headers }: FastifyRequest): { bytes: number; digest: Digest | null } {
  const { 'content-digest': header, 'content-length': bytes = 1 } = headers;
  const digest = header === undefined ? null : parseContentDigest(String(header));
  if (header !== undefined && !digest) throw unknownDigest();
  return { bytes: Number(bytes), digest };
}
