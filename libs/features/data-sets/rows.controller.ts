import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { qualitySchema, type RowsQuery, rowsQuerySchema, rowsSchema } from './rows.schema.js';
import { RowsService } from './rows.service.js';

@ApiTags('data sets')
@Controller('v1/projects/:projectId/data-sets/:dataSetId')
export class RowsController {
  constructor(private readonly rows: RowsService) {}

  @ApiOperation({
    summary: 'Shows the rows that a data set holds',
    description:
      'Page by page, in the order of their file, or by a column of yours; `part=added` shows the rows that came by themselves, such as events, the newest first. `search` finds rows by the beginning of an id, by words of an attribute, or by words of their text. Rows that name people need the permission `end-users:read` too, which no API key has.',
  })
  @Get('rows')
  @Requires('project:read')
  @Answers(200, 'A page of rows; none while the data set has no rows', rowsSchema)
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Query({ schema: rowsQuerySchema }) query: RowsQuery,
  ) {
    return this.rows.list(principal, projectId, dataSetId, query);
  }

  @ApiOperation({
    summary: "Judges a data set's rows before training, and shows how they are spread",
    description:
      'What is worth changing before a model learns from them, and how they lie over days, users and items: of the rows of the file together with those that came by themselves, such as events and corrections. A training is let through by the same figures.',
  })
  @Get('quality')
  @Requires('project:read')
  @Answers(200, 'What is known of the rows; nothing while the data set has none', qualitySchema)
  quality(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
  ) {
    return this.rows.quality(tenantId, projectId, dataSetId);
  }
}
