import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import {
  type CreateProject,
  createProjectSchema,
  projectSchema,
  type Rename,
  renameSchema,
} from './projects.schema.js';
import { ProjectsService } from './projects.service.js';

@ApiTags('projects')
@Controller('v1/projects')
export class ProjectsController {
  constructor(private readonly projects: ProjectsService) {}

  @ApiOperation({ summary: 'Creates a project: an isolated space of data sets, models, deployments and keys' })
  @Post()
  @Requires('project:write')
  @Answers(201, 'The new project', projectSchema)
  create(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: createProjectSchema }) body: CreateProject) {
    return this.projects.create(tenantId, body);
  }

  @ApiOperation({ summary: "Lists the organization's projects" })
  @Get()
  @Requires('project:read')
  @Answers(200, 'A page of projects, newest first', pageSchema(projectSchema))
  list(@CurrentPrincipal() { tenantId }: Principal, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.projects.list(tenantId, query);
  }

  @ApiOperation({ summary: 'Shows a project' })
  @Get(':projectId')
  @Requires('project:read')
  @Answers(200, 'The project', projectSchema)
  get(@CurrentPrincipal() { tenantId }: Principal, @Param('projectId') projectId: string) {
    return this.projects.get(tenantId, projectId);
  }

  @ApiOperation({ summary: 'Renames a project' })
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

  @ApiOperation({ summary: 'Deletes a project with its data sets, models and keys, once it has no deployments' })
  @Delete(':projectId')
  @Requires('project:write')
  @Answers(204, 'Deleted; its files are gone within a day')
  async delete(@CurrentPrincipal() { tenantId }: Principal, @Param('projectId') projectId: string) {
    await this.projects.delete(tenantId, projectId);
  }
}
