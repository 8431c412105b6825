-- CreateEnum
CREATE TYPE "audit_actor_kind" AS ENUM ('user', 'api_key', 'operator', 'system');

-- CreateTable
CREATE TABLE "audit_events" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "actor_kind" "audit_actor_kind" NOT NULL,
    "actor_id" UUID,
    "action" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" UUID NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "audit_events_occurred_at_idx" ON "audit_events"("occurred_at");

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('audit_events');
-- Nobody changes what was written; what is old goes, and so does what an organization had that is deleted.
GRANT SELECT, INSERT ON "audit_events" TO kindred_app, kindred_system;
GRANT DELETE ON "audit_events" TO kindred_system;
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_actor" CHECK (("actor_kind" = 'system') = ("actor_id" IS NULL));
