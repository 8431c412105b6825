import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  type ChangeRole,
  changeRoleSchema,
  type ListMembersQuery,
  listMembersQuerySchema,
  memberSchema,
  rolesSchema,
  type Transfer,
  transferSchema,
} from './members.schema.js';
import { MembersService } from './members.service.js';

@ApiTags('members')
@Controller('v1')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @ApiOperation({
    summary: "Lists the organization's members",
    description:
      'People alone: a program is no member, and calls with an API key of a project, which outlives whoever made it.',
  })
  @Get('organization/members')
  @Requires('members:read')
  @Answers(200, 'A page of members', pageSchema(memberSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: listMembersQuerySchema }) query: ListMembersQuery,
  ) {
    return this.members.list(tenantId, query);
  }

  @ApiOperation({
    summary: "Changes a member's role",
    description:
      'From their next call on; what they follow, such as the events of a training job, ends. Owners are made and changed by owners, and one always stays.',
  })
  @Patch('organization/members/:memberId')
  @Requires('members:write', { isRecent: true })
  @Answers(200, 'The member', memberSchema)
  changeRole(
    @CurrentPrincipal() caller: UserPrincipal,
    @Param('memberId') memberId: string,
    @Body({ schema: changeRoleSchema }) body: ChangeRole,
  ) {
    return this.members.changeRole(caller, memberId, body);
  }

  @ApiOperation({
    summary: 'Removes a member',
    description:
      'From their next call on. API keys that they made go on working, as they are of a project: revoke those that the person may have kept.',
  })
  @Delete('organization/members/:memberId')
  @Requires('members:write')
  @Answers(204, 'No longer a member')
  async remove(@CurrentPrincipal() caller: UserPrincipal, @Param('memberId') memberId: string): Promise<void> {
    await this.members.remove(caller, memberId);
  }

  @ApiOperation({
    summary: 'Hands the organization over to another member',
    description: 'They become an owner, and you an admin, at the same moment.',
  })
  @Post('organization/transfer')
  @Requires('organization:write', { isRecent: true })
  @Answers(200, 'The new owner', memberSchema)
  transfer(@CurrentPrincipal() caller: UserPrincipal, @Body({ schema: transferSchema }) body: Transfer) {
    return this.members.transfer(caller, body);
  }

  @ApiOperation({
    summary: 'Leaves the organization that you act in',
    description: 'The last owner cannot: make somebody else an owner, or delete the organization.',
  })
  @Delete('me/membership')
  @Requires('organization:read')
  @Answers(204, 'You are no longer a member')
  async leave(@CurrentPrincipal() caller: UserPrincipal): Promise<void> {
    await this.members.leave(caller);
  }

  @ApiOperation({
    summary: 'Shows the roles, and what each may do',
    description: 'Every route names the permission that it needs, in `x-permission` of openapi.json.',
  })
  @Get('roles')
  @Requires('members:read')
  @Answers(200, 'Roles and permissions', rolesSchema)
  roles() {
    return this.members.roles();
  }
}
