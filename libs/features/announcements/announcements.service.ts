import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { AnnouncementsRepository } from './announcements.repository.js';
import type { Announcement, CreateAnnouncement } from './announcements.schema.js';

/** What an operator tells everybody. */
@Injectable()
export class AnnouncementsService {
  constructor(
    private readonly database: Database,
    private readonly repository: AnnouncementsRepository,
    private readonly clock: Clock,
  ) {}

  create({ text, ...rest }: CreateAnnouncement): Promise<Announcement> {
    const row = { id: newId(), textEn: text.en, textZh: text.zh, ...rest };
    return this.database.system(async (transaction) => {
      const after = await this.repository.create(transaction, row);
      await audit(transaction, null, 'announcement.created', row.id, { after });
      return after;
    });
  }

  async list(query: PageQuery) {
    return toPage(await this.database.system((transaction) => this.repository.list(transaction, query)), query);
  }

  /** Those to be shown now, the most severe first. */
  listCurrent(): Promise<Announcement[]> {
    const now = this.clock.now();
    return this.database.system((transaction) => this.repository.listCurrent(transaction, now));
  }

  /** @throws Problem 404 where there is none */
  async delete(announcementId: string): Promise<void> {
    const id = parseId('announcement', announcementId);
    await this.database.system(async (transaction) => {
      const before = await this.repository.find(transaction, id);
      if (!before || !(await this.repository.delete(transaction, id))) throw notFound('announcement', announcementId);
      await audit(transaction, null, 'announcement.deleted', id, { before });
    });
  }
}
