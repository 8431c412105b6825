import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { OrganizationService } from './organization.service.js';
import {
  type CreateOrganization,
  createOrganizationSchema,
  myOrganizationSchema,
  myOrganizationsSchema,
} from './organizations.schema.js';

@ApiTags('organization')
@Controller('v1/organizations')
export class MyOrganizationsController {
  constructor(private readonly organizations: OrganizationService) {}

  @ApiOperation({
    summary: 'Lists the organizations that you are a member of, and as what',
    description:
      'A call acts in the one that its header `Kindred-Organization` names by its id, else in the one that `PUT /v1/me/organization` chose last.',
  })
  @Get()
  @Requires('me:read')
  @Answers(200, 'Your organizations', myOrganizationsSchema)
  async list(@CurrentPrincipal() { userId }: UserPrincipal) {
    return { data: await this.organizations.listOf(userId) };
  }

  @ApiOperation({
    summary: 'Makes another organization, of which you are the owner',
    description: 'On the Free plan. Your session stays in the organization that it acts in.',
  })
  @Post()
  @Requires('me:write')
  @Answers(201, 'The new organization', myOrganizationSchema)
  create(
    @CurrentPrincipal() { userId }: UserPrincipal,
    @Body({ schema: createOrganizationSchema }) body: CreateOrganization,
  ) {
    return this.organizations.createOwn(userId, body);
  }
}
