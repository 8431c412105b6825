import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  type CreateProject,
  createProjectSchema,
  listedProjectSchema,
  type ListProjectsQuery,
  listProjectsQuerySchema,
  projectSchema,
  type Rename,
  renameSchema,
  type Retention,
  retentionSchema,
} from './projects.schema.js';
import { ProjectsService } from './projects.service.js';

@ApiTags('projects')
@Controller('v1/projects')
export class ProjectsController {
  constructor(private readonly projects: ProjectsService) {}

  @ApiOperation({
    summary: 'Creates a project: an isolated space of data sets, models, deployments and keys',
    description: "Data sets, models, deployments and API keys belong to one project, and none sees another's.",
  })
  @Post()
  @Requires('project:write')
  @Answers(201, 'The new project', projectSchema)
  create(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: createProjectSchema }) body: CreateProject) {
    return this.projects.create(tenantId, body);
  }

  @ApiOperation({
    summary: "Lists the organization's projects",
    description:
      'Newest first unless you ask otherwise. Send the `nextCursor` of a page as `cursor`, with the same search and order, to get the next one.',
  })
  @Get()
  @Requires('project:read')
  @Answers(200, 'A page of projects', pageSchema(listedProjectSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: listProjectsQuerySchema }) query: ListProjectsQuery,
  ) {
    return this.projects.list(tenantId, query);
  }

  @ApiOperation({ summary: 'Shows a project', description: 'Its name and when it was created.' })
  @Get(':projectId')
  @Requires('project:read')
  @Answers(200, 'The project', projectSchema)
  get(@CurrentPrincipal() { tenantId }: Principal, @Param('projectId') projectId: string) {
    return this.projects.get(tenantId, projectId);
  }

  @ApiOperation({
    summary: 'Renames a project',
    description: 'Ids stay as they are, so that nothing that calls the project changes.',
  })
  @Patch(':projectId')
  @Requires('project:write')
  @Answers(200, 'The project', projectSchema)
  rename(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Body({ schema: renameSchema }) body: Rename,
  ) {
    return this.projects.rename(tenantId, projectId, body);
  }

  @ApiOperation({
    summary: 'Shows how long the project keeps what the platform would keep longer',
    description: 'Null where the platform’s own time holds; see /data-processing for all that is kept.',
  })
  @Get(':projectId/retention')
  @Requires('project:read')
  @Answers(200, 'The days', retentionSchema)
  retention(@CurrentPrincipal() { tenantId }: Principal, @Param('projectId') projectId: string) {
    return this.projects.retention(tenantId, projectId);
  }

  @ApiOperation({
    summary: 'Sets how long the project keeps what the platform would keep longer',
    description: 'Never longer than the platform. What is older then is deleted for good within an hour.',
  })
  @Put(':projectId/retention')
  @Requires('project:write')
  @Answers(200, 'The days', retentionSchema)
  setRetention(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Body({ schema: retentionSchema }) body: Retention,
  ) {
    return this.projects.setRetention(tenantId, projectId, body);
  }

  @ApiOperation({
    summary: 'Deletes a project with its data sets, models and keys, once it has no deployments',
    description:
      'Delete its deployments first: what answers calls is never taken away by accident. Files are gone within a day.',
  })
  @Delete(':projectId')
  @Requires('project:write', { isRecent: true })
  @Answers(204, 'Deleted; its files are gone within a day')
  async delete(@CurrentPrincipal() { tenantId }: Principal, @Param('projectId') projectId: string) {
    await this.projects.delete(tenantId, projectId);
  }
}
