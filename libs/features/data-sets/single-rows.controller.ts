import { Body, Controller, Delete, Param, Patch, Post, Put } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Answers } from '../../platform/http/answers.js';
import {
  type PatchRow,
  patchRowSchema,
  type PutRow,
  type PutRows,
  putRowsAnswerSchema,
  putRowSchema,
  putRowsSchema,
  rowSchema,
} from './single-rows.schema.js';
import { SingleRowsService } from './single-rows.service.js';

@ApiTags('data sets')
@Controller('v1/projects/:projectId/data-sets/:dataSetId/rows')
export class SingleRowsController {
  constructor(private readonly rows: SingleRowsService) {}

  @ApiOperation({
    summary: 'Describes up to 1,000 items or users, each anew',
    description:
      'Each takes the place of the row of that id, of a file or sent before, and stays when a new file comes. Wrong ones are told by their place and refuse no other. The next training learns from them.',
  })
  @Post()
  @RouteConfig({ bodyBytes: BOUNDS.longCallBytes.most })
  @Requires('project:write')
  @Answers(200, 'What became of each row', putRowsAnswerSchema)
  putMany(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Body({ schema: putRowsSchema }) body: PutRows,
  ) {
    return this.rows.putMany(tenantId, { projectId, dataSetId }, body);
  }

  @ApiOperation({
    summary: 'Describes an item or a user anew',
    description: 'Takes the place of the row of that id, of a file or sent before, and stays when a new file comes.',
  })
  @Put(':rowId')
  @Requires('project:write')
  @Answers(200, 'The row', rowSchema)
  put(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('rowId') rowId: string,
    @Body({ schema: putRowSchema }) body: PutRow,
  ) {
    return this.rows.put(tenantId, { projectId, dataSetId }, rowId, body);
  }

  @ApiOperation({
    summary: 'Changes some of what is known of an item or a user',
    description: 'What is not named stays as it was, of a file or sent before.',
  })
  @Patch(':rowId')
  @Requires('project:write')
  @Answers(200, 'The row', rowSchema)
  patch(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('rowId') rowId: string,
    @Body({ schema: patchRowSchema }) body: PatchRow,
  ) {
    return this.rows.patch(tenantId, { projectId, dataSetId }, rowId, body);
  }

  @ApiOperation({
    summary: 'Takes an item or a user out of a data set',
    description:
      'The row of that id of a file is left out too, of later files as well, until you send it again. What people did stays: a person is erased by DELETE /v1/projects/{projectId}/users/{userId}.',
  })
  @Delete(':rowId')
  @Requires('project:write')
  @Answers(204, 'Gone, or never there')
  async delete(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Param('rowId') rowId: string,
  ) {
    await this.rows.delete(tenantId, { projectId, dataSetId }, rowId);
  }
}
