-- contracts: 20261130200000_members
-- A membership's foreign key to its person is replaced by one that says of both that they are no operator's; it takes every row that the old one took.
-- CreateEnum
CREATE TYPE "announcement_severity" AS ENUM ('info', 'warning', 'critical');

-- CreateEnum
CREATE TYPE "plan_override_kind" AS ENUM ('limit', 'included');

-- DropForeignKey
ALTER TABLE "memberships" DROP CONSTRAINT "memberships_user_id_fkey";

-- AlterTable
ALTER TABLE "audit_events" ADD COLUMN     "impersonation_id" UUID;

-- AlterTable
ALTER TABLE "memberships" ADD COLUMN     "is_operator" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "suspended_at" TIMESTAMPTZ(3),
ADD COLUMN     "suspension_reason" TEXT;

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "impersonation_id" UUID;

-- CreateTable
CREATE TABLE "announcements" (
    "id" UUID NOT NULL,
    "severity" "announcement_severity" NOT NULL,
    "text_en" TEXT NOT NULL,
    "text_zh" TEXT NOT NULL,
    "url" TEXT,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "announcements_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "impersonations" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "operator_id" UUID,
    "member_id" UUID,
    "role" "role" NOT NULL,
    "reason" TEXT NOT NULL,
    "support_message_id" UUID,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "impersonations_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "plan_overrides" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" "plan_override_kind" NOT NULL,
    "resource" TEXT NOT NULL,
    "quantity" DECIMAL(20,6) NOT NULL,
    "reason" TEXT NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "plan_overrides_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "announcements_ends_at_idx" ON "announcements"("ends_at");

-- CreateIndex
CREATE UNIQUE INDEX "impersonations_id_key" ON "impersonations"("id");

-- CreateIndex
CREATE INDEX "impersonations_operator_id_idx" ON "impersonations"("operator_id");

-- CreateIndex
CREATE INDEX "plan_overrides_ends_at_idx" ON "plan_overrides"("ends_at");

-- CreateIndex
CREATE UNIQUE INDEX "plan_overrides_tenant_id_kind_resource_key" ON "plan_overrides"("tenant_id", "kind", "resource");

-- CreateIndex
CREATE INDEX "sessions_impersonation_id_idx" ON "sessions"("impersonation_id");

-- CreateIndex
CREATE UNIQUE INDEX "users_id_is_operator_key" ON "users"("id", "is_operator");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_impersonation_id_fkey" FOREIGN KEY ("impersonation_id") REFERENCES "impersonations"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "impersonations" ADD CONSTRAINT "impersonations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "impersonations" ADD CONSTRAINT "impersonations_operator_id_fkey" FOREIGN KEY ("operator_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plan_overrides" ADD CONSTRAINT "plan_overrides_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_is_operator_fkey" FOREIGN KEY ("user_id", "is_operator") REFERENCES "users"("id", "is_operator") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- An operator belongs to no organization: those of before leave theirs, and whoever is a member cannot become one.
-- The owner need not be a superuser.
ALTER TABLE "memberships" NO FORCE ROW LEVEL SECURITY;
DELETE FROM "memberships" USING "users" WHERE "users"."id" = "memberships"."user_id" AND "users"."is_operator";
ALTER TABLE "memberships" FORCE ROW LEVEL SECURITY;
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_not_operator" CHECK (NOT "is_operator");
UPDATE "sessions" SET "tenant_id" = NULL FROM "users" WHERE "users"."id" = "sessions"."user_id" AND "users"."is_operator";

SELECT isolate_tenants('impersonations');
GRANT SELECT, UPDATE ("ended_at") ON "impersonations" TO kindred_app;
GRANT SELECT, INSERT, UPDATE ("ended_at"), DELETE ON "impersonations" TO kindred_system;
GRANT UPDATE ("impersonation_id") ON "sessions" TO kindred_system;
ALTER TABLE "impersonations" ADD CONSTRAINT "impersonations_role" CHECK ("role" <> 'owner');
ALTER TABLE "impersonations" ADD CONSTRAINT "impersonations_reason" CHECK (length("reason") >= 10 OR "support_message_id" IS NOT NULL);
ALTER TABLE "impersonations" ADD CONSTRAINT "impersonations_time" CHECK ("ends_at" > "started_at" AND "ends_at" <= "started_at" + interval '30 minutes');
ALTER TABLE "impersonations" ADD CONSTRAINT "impersonations_ended" CHECK ("ended_at" >= "started_at");
-- What has ended does not begin again.
CREATE FUNCTION guard_impersonation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN RAISE 'an impersonation ends once'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_impersonation BEFORE UPDATE OF "ended_at" ON "impersonations" FOR EACH ROW EXECUTE FUNCTION guard_impersonation();
-- What is remembered of the operator's session.
CREATE TRIGGER notify_change AFTER UPDATE OF "ended_at" OR DELETE ON "impersonations" FOR EACH ROW EXECUTE FUNCTION notify_change('id');

-- Every process hears at once in what the session acts.
CREATE OR REPLACE TRIGGER notify_change AFTER UPDATE OF "tenant_id", "impersonation_id" OR DELETE ON "sessions" FOR EACH ROW EXECUTE FUNCTION notify_change('token_hash');
-- It ends with the session that it was begun in, which ends with the operator's role.
CREATE FUNCTION end_impersonation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE impersonations SET ended_at = greatest(started_at, now()) WHERE id = OLD.impersonation_id AND ended_at IS NULL AND ends_at > now();
  RETURN NULL;
END $$;
CREATE TRIGGER end_impersonation AFTER DELETE ON "sessions" FOR EACH ROW WHEN (OLD."impersonation_id" IS NOT NULL) EXECUTE FUNCTION end_impersonation();
CREATE FUNCTION end_operator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM sessions WHERE user_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER end_operator AFTER UPDATE OF "is_operator" ON "users" FOR EACH ROW WHEN (OLD."is_operator" AND NOT NEW."is_operator") EXECUTE FUNCTION end_operator();

-- Of a tenant's own transactions only the name, who pays and the deletion are to change.
REVOKE UPDATE ON "organizations" FROM kindred_app;
GRANT UPDATE ("name", "stripe_customer_id", "deletes_at") ON "organizations" TO kindred_app;
GRANT UPDATE ("suspended_at", "suspension_reason") ON "organizations" TO kindred_system;
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_suspension" CHECK (("suspended_at" IS NULL) = ("suspension_reason" IS NULL));
CREATE TRIGGER notify_suspension AFTER UPDATE OF "suspended_at" ON "organizations" FOR EACH ROW EXECUTE FUNCTION notify_global_change();
CREATE INDEX "organizations_suspended" ON "organizations" ("id") WHERE "suspended_at" IS NOT NULL;

SELECT isolate_tenants('plan_overrides');
GRANT SELECT ON "plan_overrides" TO kindred_app;
GRANT SELECT, INSERT, UPDATE ("quantity", "reason", "ends_at"), DELETE ON "plan_overrides" TO kindred_system;
ALTER TABLE "plan_overrides" ADD CONSTRAINT "plan_overrides_quantity" CHECK ("quantity" >= 0);
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON "plan_overrides" FOR EACH ROW EXECUTE FUNCTION notify_change('id');

GRANT SELECT ON "announcements" TO kindred_app, kindred_system;
GRANT INSERT, DELETE ON "announcements" TO kindred_system;
ALTER TABLE "announcements" ADD CONSTRAINT "announcements_time" CHECK ("ends_at" > "starts_at");

-- The hash covers what an operator was in, too; of every event without it, it stays what it was.
CREATE OR REPLACE FUNCTION audit_hashed(event audit_events) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT (jsonb_build_object(
    'organizationId', event.tenant_id, 'ordinal', event.ordinal, 'id', event.id,
    'occurredAt', to_char(event.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'actorKind', event.actor_kind, 'actorId', event.actor_id, 'action', event.action, 'targetType', event.target_type,
    'targetId', event.target_id, 'before', event.before, 'after', event.after, 'requestId', event.request_id,
    'personalDigest', event.personal_digest)
    || CASE WHEN event.impersonation_id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('impersonationId', event.impersonation_id) END)::text $$;
GRANT INSERT ("impersonation_id") ON "audit_events" TO kindred_app, kindred_system;
