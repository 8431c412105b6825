import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { AccountAudit } from './account-audit.js';
import { AuthRepository } from './auth.repository.js';
import { readDeviceName } from './device-name.js';
import { bytesOf, LiveSessions } from './live-sessions.service.js';
import type { Session } from './sessions.schema.js';

/** Where a person is logged in, as they see it and end it. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly repository: AuthRepository,
    private readonly live: LiveSessions,
    private readonly accountAudit: AccountAudit,
    private readonly clock: Clock,
  ) {}

  async list({ userId, credential }: UserPrincipal): Promise<Session[]> {
    const now = this.clock.now();
    const rows = await this.database.system((transaction) => this.repository.listSessions(transaction, userId, now));
    return rows.map(({ id, tokenHash, userAgent, network, createdAt, lastUsedAt }) => ({
      id,
      ...readDeviceName(userAgent),
      network,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt.toISOString(),
      isCurrent: Buffer.from(tokenHash).toString('hex') === credential.hash,
    }));
  }

  /** @throws Problem 404 for one that the person does not have, whoever has it */
  async end({ userId }: UserPrincipal, id: string): Promise<void> {
    parseId('session', id);
    await this.database.system(async (transaction) => {
      if (!(await this.repository.deleteOwnSession(transaction, userId, id))) throw notFound('session', id);
      await this.accountAudit.write(transaction, userId, 'session_ended');
    });
    this.live.forgetSessionsOf(userId);
  }

  /** Ends every other session of the person, and what they had open. */
  async endOthers({ userId, credential }: UserPrincipal): Promise<void> {
    await this.database.system(async (transaction) => {
      const current = bytesOf(credential.hash);
      const count = await this.repository.deleteSessions(transaction, userId, current);
      if (count > 0) await this.accountAudit.write(transaction, userId, 'other_sessions_ended');
    });
    this.live.forgetSessionsOf(userId);
  }
}
