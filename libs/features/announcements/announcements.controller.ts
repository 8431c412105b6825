import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import {
  announcementSchema,
  announcementsSchema,
  type CreateAnnouncement,
  createAnnouncementSchema,
} from './announcements.schema.js';
import { AnnouncementsService } from './announcements.service.js';

@Controller('v1')
export class AnnouncementsController {
  constructor(private readonly announcements: AnnouncementsService) {}

  @ApiTags('health')
  @ApiOperation({
    summary: 'Lists what the operator of this installation tells everybody now',
    description: 'The most severe first, in English and Chinese. The dashboard and the status page show it.',
  })
  @Get('announcements')
  @Public()
  @Answers(200, 'The announcements', announcementsSchema)
  async current() {
    return { data: await this.announcements.listCurrent() };
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Lists all announcements, newest first',
    description: 'Those that are over and those to come too.',
  })
  @Get('admin/announcements')
  @Requires('operator')
  @Answers(200, 'A page of announcements', pageSchema(announcementSchema))
  list(@Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.announcements.list(query);
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Tells everybody something, from one moment to another',
    description: 'On every page of the dashboard, where a reader may close it, and on the status page.',
  })
  @Post('admin/announcements')
  @Requires('operator')
  @Answers(201, 'The announcement', announcementSchema)
  create(@Body({ schema: createAnnouncementSchema }) body: CreateAnnouncement) {
    return this.announcements.create(body);
  }

  @ApiTags('operator')
  @ApiOperation({ summary: 'Takes an announcement back', description: 'Nobody is shown it any more.' })
  @Delete('admin/announcements/:announcementId')
  @Requires('operator')
  @Answers(204, 'Taken back')
  async delete(@Param('announcementId') announcementId: string): Promise<void> {
    await this.announcements.delete(announcementId);
  }
}
