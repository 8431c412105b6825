import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import type { ScimFilter } from './scim-filter.js';
import type { ScimUser } from './scim-user.js';

/** A person of the organization, as its directory may know them. */
export interface KnownUser extends ScimUser {
  id: string;
  /** Of whom the directory took out, what it called them, where that is an address: theirs may be a private one by now, and is not its to know. */
  email: string | null;
  accountEmail: string;
  role: Role;
  /** Whether the directory has said anything of them. */
  isKnown: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** The members, and those whom the directory knows and has taken out. */
const peopleOf = (tenantId: string) => Prisma.sql`(
  SELECT users.id, users.email AS "accountEmail",
    CASE WHEN membership.user_id IS NOT NULL THEN users.email WHEN scim.user_name LIKE '%@%' THEN lower(scim.user_name) END AS email,
    coalesce(scim.user_name, users.email) AS "userName", scim.external_id AS "externalId",
    scim.display_name AS "displayName", scim.formatted_name AS "formattedName", scim.given_name AS "givenName",
    scim.family_name AS "familyName", coalesce(membership.role, scim.role)::text AS role, membership.user_id IS NOT NULL AS active,
    scim.user_id IS NOT NULL AS "isKnown", coalesce(scim.created_at, membership.created_at) AS "createdAt",
    coalesce(scim.updated_at, membership.created_at) AS "updatedAt"
  FROM (SELECT user_id FROM memberships WHERE tenant_id = ${tenantId}::uuid
    UNION SELECT user_id FROM scim_users WHERE tenant_id = ${tenantId}::uuid AND deleted_at IS NULL) person
  JOIN users ON users.id = person.user_id
  LEFT JOIN memberships membership ON membership.tenant_id = ${tenantId}::uuid AND membership.user_id = person.user_id
  LEFT JOIN scim_users scim ON scim.tenant_id = ${tenantId}::uuid AND scim.user_id = person.user_id AND scim.deleted_at IS NULL) listed`;

/** Each names its organization, so that a system transaction reads no other's either. */
@Injectable()
export class ScimUsersRepository {
  async list(
    transaction: Transaction,
    tenantId: string,
    filter: ScimFilter | null,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<{ total: number; users: KnownUser[] }> {
    const [{ total }] = await transaction.$queryRaw<[{ total: number }]>`
      SELECT count(*)::int AS total FROM ${peopleOf(tenantId)} ${whereOf(filter)}`;
    return { total, users: await this.read(transaction, tenantId, filter, limit, offset) };
  }

  async find(transaction: Transaction, tenantId: string, id: string): Promise<KnownUser | null> {
    const [user] = await this.read(transaction, tenantId, { by: 'id', value: id }, 1);
    return user ?? null;
  }

  /** Whether somebody else is called so. */
  async isTaken(transaction: Transaction, tenantId: string, userName: string, userId: string | null): Promise<boolean> {
    const rows = await transaction.$queryRaw<unknown[]>`
      SELECT FROM ${peopleOf(tenantId)} ${whereOf({ by: 'userName', value: userName })}
      AND listed.id IS DISTINCT FROM ${userId}::uuid LIMIT 1`;
    return rows.length > 0;
  }

  /**
   * What is kept of the person is this from now on. Requires a system transaction.
   *
   * @param deletedAt where the directory knows them no more: kept so that single sign-on does not let them in
   * @throws a unique violation where another is called so
   */
  async save(
    transaction: Transaction,
    tenantId: string,
    userId: string,
    said: ScimUser & { role: Exclude<Role, 'owner'> },
    updatedAt: Date,
    deletedAt: Date | null = null,
  ): Promise<void> {
    const { userName, externalId, displayName, formattedName, givenName, familyName, role } = said;
    const named = { userName, externalId, displayName, formattedName, givenName, familyName };
    const data = { ...named, role, updatedAt, deletedAt };
    const where = { tenantId_userId: { tenantId, userId } };
    await transaction.scimUser.upsert({ where, create: { tenantId, userId, ...data }, update: data });
  }

  private read(
    transaction: Transaction,
    tenantId: string,
    filter: ScimFilter | null,
    limit: number,
    offset = 0,
  ): Promise<KnownUser[]> {
    return transaction.$queryRaw<KnownUser[]>`
      SELECT * FROM ${peopleOf(tenantId)} ${whereOf(filter)} ORDER BY listed.id LIMIT ${limit} OFFSET ${offset}`;
  }
}

function whereOf(filter: ScimFilter | null): Prisma.Sql {
  return filter ? Prisma.sql`WHERE ${conditionOf(filter)}` : Prisma.empty;
}

function conditionOf(filter: ScimFilter): Prisma.Sql {
  const { by, value } = filter;
  if (by === 'id') return Prisma.sql`listed.id::text = ${value}`;
  if (by === 'externalId') return Prisma.sql`listed."externalId" = ${value}`;
  if (by === 'active') return Prisma.sql`listed.active = ${value}`;
  if (by === 'email') return Prisma.sql`listed.email = lower(${value})`;
  return Prisma.sql`lower(listed."userName") = lower(${value})`;
}
