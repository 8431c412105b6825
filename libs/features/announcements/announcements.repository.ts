import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { Announcement } from './announcements.schema.js';

/** Above all tenants: every method requires a system transaction. */
@Injectable()
export class AnnouncementsRepository {
  async create(transaction: Transaction, data: Prisma.AnnouncementCreateInput): Promise<Announcement> {
    return toAnnouncement(await transaction.announcement.create({ data }));
  }

  /** Newest first, one more than the page holds. */
  async list(transaction: Transaction, page: PageQuery): Promise<Announcement[]> {
    return (await transaction.announcement.findMany(pageArguments(page))).map(toAnnouncement);
  }

  async listCurrent(transaction: Transaction, now: Date): Promise<Announcement[]> {
    const where = { startsAt: { lte: now }, endsAt: { gt: now } };
    return (await transaction.announcement.findMany({ where, orderBy: [{ severity: 'desc' }, { id: 'desc' }] })).map(
      toAnnouncement,
    );
  }

  async find(transaction: Transaction, id: string): Promise<Announcement | null> {
    const row = await transaction.announcement.findUnique({ where: { id } });
    return row && toAnnouncement(row);
  }

  /** False where there is none. */
  async delete(transaction: Transaction, id: string): Promise<boolean> {
    return (await transaction.announcement.deleteMany({ where: { id } })).count === 1;
  }
}

function toAnnouncement(row: Prisma.AnnouncementGetPayload<object>): Announcement {
  const { id, severity, textEn, textZh, url, startsAt, endsAt } = row;
  const times = { startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
  return { id, severity, text: { en: textEn, zh: textZh }, url, ...times };
}
