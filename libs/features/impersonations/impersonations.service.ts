import { Inject, Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { LiveSessions } from '../auth/index.js';
import { NotificationsService } from '../notifications/index.js';
import { impersonationEnded, notImpersonating } from './impersonations.errors.js';
import { type ImpersonationRow, ImpersonationsRepository } from './impersonations.repository.js';
import type { Impersonation, StartImpersonation } from './impersonations.schema.js';

/** A constraint of the table holds it too. */
const LASTS_MS = 30 * 60_000;

/** Lets an operator see what a customer sees, for a while, with a reason, and known to the customer. */
@Injectable()
export class ImpersonationsService {
  constructor(
    private readonly database: Database,
    private readonly repository: ImpersonationsRepository,
    private readonly sessions: LiveSessions,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The operator's session acts in the organization from now on.
   *
   * @throws Problem 404 for an organization, member or message that is not there
   */
  async start(operator: UserPrincipal, organizationId: string, body: StartImpersonation): Promise<Impersonation> {
    const tenantId = parseId('organization', organizationId);
    const { memberId = null, supportMessageId = null, reason } = body;
    const started = await this.database.system(async (transaction) => {
      const organizationName = await this.repository.findName(transaction, tenantId);
      if (organizationName === null) throw notFound('organization', organizationId);
      if (supportMessageId && !(await this.repository.hasMessage(transaction, tenantId, supportMessageId)))
        throw notFound('message', supportMessageId);
      const memberRole = memberId === null ? null : await this.repository.findMember(transaction, tenantId, memberId);
      if (memberId && !memberRole) throw notFound('member', memberId);
      // What is an owner's alone stays so.
      const role = memberRole === 'owner' ? 'admin' : (memberRole ?? body.role!);
      const startedAt = this.clock.now();
      const endsAt = new Date(startedAt.getTime() + LASTS_MS);
      const times = { startedAt, endsAt };
      const row = {
        tenantId,
        id: newId(),
        operatorId: operator.userId,
        memberId,
        role,
        reason,
        supportMessageId,
        ...times,
      };
      const made = await this.repository.create(transaction, row);
      await this.sessions.enter(transaction, operator, row.id);
      await audit(
        transaction,
        tenantId,
        'impersonation.started',
        row.id,
        { after: { role, memberId, reason, supportMessageId, endsAt } },
        { kind: 'operator', id: operator.userId, impersonationId: row.id },
      );
      if (this.config.KINDRED_IMPERSONATION_MAILS)
        await this.notifications.emailOwners(transaction, tenantId, {
          template: 'impersonation_started',
          values: { organizationName, operator: operator.email, reason: reason || '—', endsAt: endsAt.toISOString() },
        });
      return made;
    });
    this.sessions.forgetSessionsOf(operator.userId);
    return (await this.present([started]))[0]!;
  }

  /** By the operator, who is themselves from then on. @throws Problem 409 for who acts as themselves */
  async leave({ impersonation, tenantId, userId }: UserPrincipal): Promise<void> {
    if (!impersonation) throw notImpersonating();
    await this.database.tenant(tenantId, (transaction) => this.end(transaction, tenantId, impersonation.id));
    this.sessions.forgetSessionsOf(userId);
  }

  /** By the organization. @throws Problem 404 where it has none such; 409 where it has ended */
  async revoke(tenantId: string, impersonationId: string): Promise<Impersonation> {
    const id = parseId('impersonation', impersonationId);
    const ended = await this.database.tenant(tenantId, async (transaction) => {
      if (!(await this.repository.find(transaction, tenantId, id))) throw notFound('impersonation', impersonationId);
      await this.end(transaction, tenantId, id);
      return (await this.repository.find(transaction, tenantId, id))!;
    });
    if (ended.operatorId) this.sessions.forgetSessionsOf(ended.operatorId);
    return (await this.present([ended]))[0]!;
  }

  /** @throws Problem 404 where there is no such organization */
  async listOf(organizationId: string, query: PageQuery) {
    const tenantId = parseId('organization', organizationId);
    const name = await this.database.system((transaction) => this.repository.findName(transaction, tenantId));
    if (name === null) throw notFound('organization', organizationId);
    return this.list(tenantId, query);
  }

  async list(tenantId: string, query: PageQuery) {
    const list = (transaction: Transaction) => this.repository.list(transaction, tenantId, query);
    const { data, nextCursor } = toPage(await this.database.tenant(tenantId, list), query);
    return { data: await this.present(data), nextCursor };
  }

  private async end(transaction: Transaction, tenantId: string, id: string): Promise<void> {
    const now = this.clock.now();
    if (!(await this.repository.end(transaction, tenantId, id, now))) throw impersonationEnded();
    await audit(transaction, tenantId, 'impersonation.ended', id, { after: { endedAt: now } });
  }

  private async present(rows: ImpersonationRow[]): Promise<Impersonation[]> {
    const ids = rows.flatMap(({ operatorId, memberId }) => [operatorId, memberId]).filter((id) => id !== null);
    const people = await this.database.system((transaction) => this.repository.findPeople(transaction, ids));
    const emailOf = (id: string | null) => (id && people.get(id)) || null;
    const now = this.clock.now();
    return rows.map(({ id, operatorId, memberId, role, reason, supportMessageId, startedAt, endsAt, endedAt }) => ({
      id,
      operatorEmail: emailOf(operatorId),
      memberEmail: emailOf(memberId),
      role,
      reason,
      supportMessageId,
      startedAt: startedAt.toISOString(),
      endsAt: endsAt.toISOString(),
      endedAt: endedAt?.toISOString() ?? null,
      isActive: endedAt === null && endsAt > now,
    }));
  }
}
