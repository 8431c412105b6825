import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, OpenToKeys, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { type Rename, renameSchema } from '../projects/index.js';
import { listFamilies } from './families.js';
import {
  type CreateModel,
  createModelSchema,
  familiesSchema,
  listedModelSchema,
  type ListModelsQuery,
  listModelsQuerySchema,
  modelSchema,
  modelVersionSchema,
  reportSchema,
} from './models.schema.js';
import { ModelsService } from './models.service.js';

@ApiTags('models')
@Controller('v1')
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @ApiOperation({
    summary:
      'Lists the families of models: their inputs, recipes, settings, operations and metrics; and the kinds of data',
    description:
      'Everything that models can be made of, with a JSON Schema of the settings of each recipe. The same for every organization.',
  })
  @Get('families')
  @Requires('project:read')
  @OpenToKeys()
  @Answers(200, 'Every family', familiesSchema)
  listFamilies() {
    return listFamilies();
  }

  @ApiOperation({
    summary: 'Creates a model: a recipe, its settings and the data sets that it learns from',
    description:
      'Nothing is trained yet: queue a training job next. The recipe `auto` compares those that suit the data and takes the best.',
  })
  @Post('projects/:projectId/models')
  @Requires('project:write')
  @Answers(201, 'The new model', modelSchema)
  create(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Body({ schema: createModelSchema }) body: CreateModel,
  ) {
    return this.models.create(tenantId, projectId, body);
  }

  @ApiOperation({
    summary: "Lists the project's models",
    description: 'Each with how far it is and what its newest version is worth, newest first unless you ask otherwise.',
  })
  @Get('projects/:projectId/models')
  @Requires('project:read')
  @Answers(200, 'A page of models', pageSchema(listedModelSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Query({ schema: listModelsQuerySchema }) query: ListModelsQuery,
  ) {
    return this.models.list(tenantId, projectId, query);
  }

  @ApiOperation({
    summary: 'Shows a model',
    description: 'Its recipe, settings and sources; its versions have a list of their own.',
  })
  @Get('projects/:projectId/models/:modelId')
  @Requires('project:read')
  @Answers(200, 'The model', modelSchema)
  get(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
  ) {
    return this.models.get(tenantId, projectId, modelId);
  }

  @ApiOperation({
    summary: 'Lists the versions of a model',
    description: 'Newest first. Each has its quality on data that its training did not see, next to simple baselines.',
  })
  @Get('projects/:projectId/models/:modelId/versions')
  @Requires('project:read')
  @Answers(200, 'A page of versions, newest first', pageSchema(modelVersionSchema))
  listVersions(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.models.listVersions(tenantId, projectId, modelId, query);
  }

  @ApiOperation({ summary: 'Renames a model', description: 'Versions and deployments stay as they are.' })
  @Patch('projects/:projectId/models/:modelId')
  @Requires('project:write')
  @Answers(200, 'The model', modelSchema)
  rename(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
    @Body({ schema: renameSchema }) body: Rename,
  ) {
    return this.models.rename(tenantId, projectId, modelId, body);
  }

  @ApiOperation({
    summary: 'Deletes a model, its versions and training jobs, once none is deployed and no job runs',
    description: 'Delete its deployments, and cancel a job that runs, first.',
  })
  @Delete('projects/:projectId/models/:modelId')
  @Requires('project:write')
  @Answers(204, 'Deleted; its files are gone within a day')
  async delete(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
  ) {
    await this.models.delete(tenantId, projectId, modelId);
  }

  @ApiOperation({
    summary: 'Shows what there is to tell of a version besides its result, such as how its recipe was chosen',
    description:
      'What it holds depends on the task. Answers 404 for a version without a report: `hasReport` says which have one.',
  })
  @Get('projects/:projectId/models/:modelId/versions/:modelVersionId/report')
  @Requires('project:read')
  @Answers(200, 'The report', reportSchema)
  getReport(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
    @Param('modelVersionId') modelVersionId: string,
  ) {
    return this.models.getReport(tenantId, projectId, modelId, modelVersionId);
  }

  @ApiOperation({
    summary: 'Gives a version a name',
    description: 'A name to recognize it by; the version itself never changes.',
  })
  @Patch('projects/:projectId/models/:modelId/versions/:modelVersionId')
  @Requires('project:write')
  @Answers(200, 'The version', modelVersionSchema)
  renameVersion(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
    @Param('modelVersionId') modelVersionId: string,
    @Body({ schema: renameSchema }) body: Rename,
  ) {
    return this.models.renameVersion(tenantId, projectId, modelId, modelVersionId, body);
  }

  @ApiOperation({
    summary: 'Deletes a version, once it is not deployed',
    description: 'Switch the deployments that answer with it to another version first.',
  })
  @Delete('projects/:projectId/models/:modelId/versions/:modelVersionId')
  @Requires('project:write')
  @Answers(204, 'Deleted; its file is gone within a day')
  async deleteVersion(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
    @Param('modelVersionId') modelVersionId: string,
  ) {
    await this.models.deleteVersion(tenantId, projectId, modelId, modelVersionId);
  }
}
