import { Body, Controller, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { sendCsv } from '../../platform/http/csv.js';
import {
  type ExtendGrace,
  extendGraceSchema,
  type ListOverdueQuery,
  listOverdueQuerySchema,
  overdueListSchema,
  overdueOrganizationSchema,
} from './overdue.schema.js';
import { OverdueService } from './overdue.service.js';

const COLUMNS = [
  'organizationId',
  'name',
  'stage',
  'since',
  'nextStage',
  'nextAt',
  'currency',
  'due',
  'failure',
  'lastMailAt',
];

@ApiTags('operator')
@Controller('v1/admin')
export class OverdueController {
  constructor(private readonly overdue: OverdueService) {}

  @ApiOperation({
    summary: 'Lists the organizations that have not paid, what is withheld of them, and what comes next',
    description: 'With what they owe, why the card was refused and what they were told last; and the sums by stage.',
  })
  @Get('overdue-organizations')
  @Requires('operator')
  @Answers(200, 'The organizations', overdueListSchema)
  list(@Query({ schema: listOverdueQuerySchema }) query: ListOverdueQuery) {
    return this.overdue.list(query);
  }

  @ApiOperation({
    summary: 'Exports the organizations that have not paid as CSV',
    description: 'All that are chosen, a line for each organization and currency.',
  })
  @Get('overdue-organizations.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', z.string().meta({ examples: ['organizationId,name,stage,since,…'] }))
  async export(
    @Query({ schema: listOverdueQuerySchema }) query: ListOverdueQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendCsv(reply, 'overdue', COLUMNS, await this.overdue.export(query));
  }

  @ApiOperation({
    summary: 'Reminds an organization that has not paid',
    description: 'Sends its owners, admins and billing members the mail of its stage again: at most once a day.',
  })
  @Post('organizations/:organizationId/payment-reminders')
  @Requires('operator')
  @Answers(200, 'The organization', overdueOrganizationSchema)
  remind(@Param('organizationId') organizationId: string) {
    return this.overdue.remind(organizationId);
  }

  @ApiOperation({
    summary: 'Gives an organization that has not paid more time',
    description:
      'Nothing is withheld until then, also where something was; afterwards the stages begin as if the first had ended then.',
  })
  @Put('organizations/:organizationId/payment-grace')
  @Requires('operator', { isRecent: true })
  @Answers(200, 'The organization', overdueOrganizationSchema)
  extendGrace(@Param('organizationId') organizationId: string, @Body({ schema: extendGraceSchema }) body: ExtendGrace) {
    return this.overdue.extendGrace(organizationId, body);
  }
}
