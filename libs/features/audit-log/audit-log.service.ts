import { Injectable } from '@nestjs/common';
import { verifyChain } from '../../platform/audit/audit-chain.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { Problem } from '../../platform/errors/problem.js';
import { toPage } from '../../platform/http/page.js';
import { Turns } from '../../platform/queue/turns.js';
import { AuditLogRepository, type EventRow } from './audit-log.repository.js';
import type { AuditEventsFilter, AuditEventsQuery, AuditVerification, ExportedEvent } from './audit-log.schema.js';

const EXPORT_PAGE_ROWS = 1_000;

/** What a member who may see it sees of their organization's audit log. One look of an organization at a time, as each may read many events. */
@Injectable()
export class AuditLogService {
  private readonly turns = new Turns(BOUNDS.logReadsWaiting.most, tooManyReads);
  /** Pages of downloads, which must not break off for the many; of each download one waits. */
  private readonly pages = new Turns(Infinity, tooManyReads);

  constructor(
    private readonly database: Database,
    private readonly repository: AuditLogRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 429 where as many looks of the organization wait as may */
  list(tenantId: string, query: AuditEventsQuery) {
    return this.turns.run(tenantId, async () => {
      const rows = await this.read(tenantId, (transaction) => this.repository.list(transaction, query));
      return toPage(rows, query);
    });
  }

  /** Computes every hash anew. */
  verify(tenantId: string): Promise<AuditVerification> {
    return this.turns.run(tenantId, async () => {
      const { head, ...found } = await verifyChain((work) => this.database.tenantSql(tenantId, work), tenantId);
      const cutAt = head.cutAt?.toISOString() ?? null;
      return { isIntact: found.break === null, ...found, ...head, cutAt, verifiedAt: this.clock.now().toISOString() };
    });
  }

  /** Writes down that it is exported, before anything of it leaves. */
  noteExport(tenantId: string): Promise<void> {
    return this.turns.run(tenantId, () =>
      this.database.tenant(tenantId, (transaction) =>
        audit(transaction, tenantId, 'organization.audit_log_exported', tenantId),
      ),
    );
  }

  /** Oldest first, page by page, so that neither a transaction nor memory lasts as long as the download. */
  async *export(tenantId: string, filter: AuditEventsFilter): AsyncGenerator<ExportedEvent> {
    for (let after = 0; ;) {
      const page = await this.pages.run(tenantId, () =>
        this.read(tenantId, (transaction) => this.repository.exportPage(transaction, filter, after, EXPORT_PAGE_ROWS)),
      );
      yield* page;
      if (page.length < EXPORT_PAGE_ROWS) return;
      after = page.at(-1)!.ordinal;
    }
  }

  private async read(tenantId: string, work: (transaction: Transaction) => Promise<EventRow[]>): Promise<EventRow[]> {
    const rows = await this.database.tenant(tenantId, work);
    const isPerson = ({ actor, impersonation }: EventRow) => actor.kind === 'user' || impersonation !== null;
    const ids = rows.flatMap(({ actor, target, impersonation }) => [
      ...((actor.kind === 'user' || impersonation) && actor.id ? [actor.id] : []),
      ...(target.type === 'user' ? [target.id] : []),
    ]);
    const people = await this.database.system((transaction) =>
      this.repository.findPeople(transaction, [...new Set(ids)]),
    );
    return rows.map((row) => ({
      ...row,
      actor: { ...row.actor, name: isPerson(row) ? nameIn(people, row.actor.id) : row.actor.name },
      target: { ...row.target, name: row.target.type === 'user' ? nameIn(people, row.target.id) : row.target.name },
    }));
  }
}

const nameIn = (people: Map<string, string>, id: string | null) => (id && people.get(id)) ?? null;

const tooManyReads = (most: number) =>
  new Problem(
    429,
    'too_many_log_readings',
    `${most} looks of your organization into its audit log wait for earlier ones already: send the next when some are answered.`,
    { headers: { 'retry-after': '1' } },
  );
