import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  type AddDomain,
  addDomainSchema,
  domainAnswerSchema,
  type Enforce,
  enforceSchema,
  type SetConnection,
  setConnectionSchema,
  singleSignOnSchema,
} from './single-sign-on.schema.js';
import { SingleSignOnService } from './single-sign-on.service.js';

@ApiTags('single sign-on')
@Controller('v1/organization/single-sign-on')
export class SingleSignOnController {
  constructor(private readonly singleSignOn: SingleSignOnService) {}

  @ApiOperation({
    summary: "Shows the organization's single sign-on",
    description: 'The provider, without its secret, the domains with their DNS records, and whether it is enforced.',
  })
  @Get()
  @Requires('organization:write')
  @Answers(200, 'Single sign-on', singleSignOnSchema)
  get(@CurrentPrincipal() { tenantId }: Principal) {
    return this.singleSignOn.get(tenantId);
  }

  @ApiOperation({
    summary: 'Sets the provider of OpenID Connect by which people log in',
    description:
      'Its discovery document is fetched at once. Another issuer, client or secret is to be tested before it can be enforced.',
  })
  @Put()
  @Requires('organization:write', { isRecent: true })
  @Answers(200, 'Single sign-on', singleSignOnSchema)
  set(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: setConnectionSchema }) body: SetConnection) {
    return this.singleSignOn.set(tenantId, body);
  }

  @ApiOperation({
    summary: 'Removes the provider',
    description: 'People who became members by it stay, and log in by a password that they choose by mail.',
  })
  @Delete()
  @Requires('organization:write', { isRecent: true })
  @Answers(204, 'Removed')
  async remove(@CurrentPrincipal() { tenantId }: Principal): Promise<void> {
    await this.singleSignOn.remove(tenantId);
  }

  @ApiOperation({
    summary: 'Says whether people of the verified domains log in by single sign-on alone',
    description:
      'Needs a test log-in and a verified domain. Owners can always log in otherwise. Sessions that are open go on.',
  })
  @Put('enforcement')
  @Requires('organization:write', { isRecent: true })
  @Answers(200, 'Single sign-on', singleSignOnSchema)
  enforce(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: enforceSchema }) body: Enforce) {
    return this.singleSignOn.enforce(tenantId, body);
  }

  @ApiOperation({
    summary: 'Adds a domain, and tells the DNS record that shows that it is yours',
    description: 'One that is there already is answered as it is. It counts once the record was found.',
  })
  @Post('domains')
  @Requires('organization:write', { isRecent: true })
  @Answers(200, 'The domain with its record', domainAnswerSchema)
  addDomain(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: addDomainSchema }) body: AddDomain) {
    return this.singleSignOn.addDomain(tenantId, body);
  }

  @ApiOperation({
    summary: "Looks for the domain's record in DNS",
    description: 'Once found, people with addresses of the domain may log in by single sign-on.',
  })
  @Post('domains/:domain/verification')
  @Requires('organization:write', { isRecent: true })
  @Answers(200, 'The domain, verified', domainAnswerSchema)
  verifyDomain(@CurrentPrincipal() { tenantId }: Principal, @Param('domain') domain: string) {
    return this.singleSignOn.verifyDomain(tenantId, domain);
  }

  @ApiOperation({
    summary: 'Removes a domain',
    description: 'Its addresses no longer log in by single sign-on. The last one stays while that is enforced.',
  })
  @Delete('domains/:domain')
  @Requires('organization:write', { isRecent: true })
  @Answers(204, 'Removed')
  async removeDomain(@CurrentPrincipal() { tenantId }: Principal, @Param('domain') domain: string): Promise<void> {
    await this.singleSignOn.removeDomain(tenantId, domain);
  }
}
