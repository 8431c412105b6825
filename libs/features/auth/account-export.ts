import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Database, sqlOf } from '../../platform/database/database.js';

/** What is kept of a person, by SQL; $1 is who. Neither hashes nor tokens leave, and what belongs to an organization is in its own export. */
const PARTS = {
  profile:
    'SELECT id, email, email_verified_at AS "emailVerifiedAt", language::text, created_at AS "createdAt" FROM users WHERE id = $1::uuid',
  memberships: `SELECT tenant_id AS "organizationId", organizations.name AS "organizationName", role::text, memberships.created_at AS "createdAt"
    FROM memberships JOIN organizations ON organizations.id = tenant_id WHERE user_id = $1::uuid ORDER BY memberships.created_at`,
  directories: `SELECT tenant_id AS "organizationId", user_name AS "userName", external_id AS "externalId", display_name AS "displayName",
    formatted_name AS "formattedName", given_name AS "givenName", family_name AS "familyName", created_at AS "createdAt", updated_at AS "updatedAt"
    FROM scim_users WHERE user_id = $1::uuid ORDER BY created_at`,
  sessions:
    'SELECT tenant_id AS "organizationId", created_at AS "createdAt", expires_at AS "expiresAt" FROM sessions WHERE user_id = $1::uuid ORDER BY created_at',
  identities:
    'SELECT provider::text, issuer, subject, email, created_at AS "createdAt", last_used_at AS "lastUsedAt" FROM identities WHERE user_id = $1::uuid ORDER BY created_at',
  consents:
    'SELECT document, version, accepted_at AS "acceptedAt" FROM consents WHERE user_id = $1::uuid ORDER BY accepted_at, document',
  signUps:
    'SELECT tenant_id AS "organizationId", created_at AS "createdAt", score, reasons FROM sign_ups WHERE user_id = $1::uuid ORDER BY created_at',
  supportMessages:
    'SELECT tenant_id AS "organizationId", text, page, created_at AS "createdAt" FROM support_messages WHERE user_id = $1::uuid ORDER BY created_at',
  mails:
    'SELECT template, subject, created_at AS "createdAt" FROM emails WHERE recipient_id = $1::uuid ORDER BY created_at',
  auditEvents: `SELECT nullif(tenant_id, '00000000-0000-0000-0000-000000000000') AS "organizationId", occurred_at AS "occurredAt", action,
      target_type AS "targetType", target_id AS "targetId", before, after, personal
    FROM audit_events WHERE actor_id = $1::uuid ORDER BY occurred_at`,
};

export type AccountData = Record<keyof typeof PARTS, object[]>;

/** All that the platform keeps about one person. */
@Injectable()
export class AccountExport {
  constructor(private readonly database: Database) {}

  read({ userId, tenantId }: { userId: string; tenantId: string }): Promise<AccountData> {
    return this.database.system(async (transaction) => {
      const sql = sqlOf(transaction);
      const data = {} as AccountData;
      for (const [name, text] of Object.entries(PARTS))
        data[name as keyof AccountData] = await sql.rows<object>(text, [userId]);
      await audit(transaction, tenantId, 'user.exported', userId);
      return data;
    });
  }
}
