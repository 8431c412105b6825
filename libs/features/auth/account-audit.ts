import { Injectable } from '@nestjs/common';
import type { AuditAction } from '../../platform/audit/audit-actions.js';
import { audit, type Change } from '../../platform/audit/audit.js';
import type { Transaction } from '../../platform/database/database.js';
import { AuthRepository } from './auth.repository.js';

/** What is done to a person, of the actions of the audit log. */
type Subject<A> = A extends `user.${infer What}` ? What : never;

/** What becomes of an account is written down in each organization of its person; above organizations where they have none. */
@Injectable()
export class AccountAudit {
  constructor(private readonly repository: AuthRepository) {}

  /** Requires a system transaction. */
  async write(
    transaction: Transaction,
    userId: string,
    what: Subject<AuditAction>,
    change: Change = {},
    kind: 'user' | 'system' = 'user',
  ): Promise<void> {
    const memberOf = await this.repository.listMemberships(transaction, userId);
    const actor = { kind, id: kind === 'user' ? userId : null };
    for (const tenantId of memberOf.length > 0 ? memberOf : [null])
      await audit(transaction, tenantId, `user.${what}`, userId, change, actor);
  }
}
