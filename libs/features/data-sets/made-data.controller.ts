import { Body, Controller, Param, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires, StartsJob } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  type AddSample,
  addSampleSchema,
  dataSetSchema,
  type ImportSynthetic,
  importSyntheticSchema,
  uploadedSchema,
} from './data-sets.schema.js';
import { MadeDataService } from './made-data.service.js';

@ApiTags('data sets')
@Controller('v1/projects/:projectId')
export class MadeDataController {
  constructor(private readonly made: MadeDataService) {}

  @ApiOperation({
    summary: 'Sees to it that a project has a sample, such as film-ratings, films or bank-questions',
    description:
      'Makes a data set of it and imports its rows, once: asked again, it answers the data set that is there. Its rows are marked, and count as stored but not as ingested.',
  })
  @Put('samples/:sample')
  @StartsJob()
  @Requires('project:write')
  @Answers(200, 'The data set, whose import may still run', dataSetSchema)
  addSample(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('sample') sample: string,
    @Body({ schema: addSampleSchema }) body: AddSample,
  ) {
    return this.made.addSample(tenantId, projectId, sample, body);
  }

  @ApiOperation({
    summary: "Replaces the data set's rows by rows that are made up, once their import succeeds",
    description:
      'The same seed makes the same rows. Users prefer topics, items belong to topics, popularity has a long tail, and weeks and years have their seasons; texts are made by templates of eight classes. The rows, the data set and what learns from them are marked as synthetic. They count as stored but not as ingested.',
  })
  @Post('data-sets/:dataSetId/synthetic-imports')
  @StartsJob()
  @Requires('project:write')
  @Answers(202, 'The rows are made and their import queued', uploadedSchema)
  async importSynthetic(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('dataSetId') dataSetId: string,
    @Body({ schema: importSyntheticSchema }) body: ImportSynthetic,
  ) {
    return { importId: await this.made.importSynthetic(tenantId, projectId, dataSetId, body), status: 'queued' };
  }
}
