-- CreateTable
CREATE TABLE "invitations" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "link_id" UUID NOT NULL,
    "invited_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "invitations_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "invitations_link_id_key" ON "invitations"("link_id");

-- CreateIndex
CREATE INDEX "invitations_invited_by_id_idx" ON "invitations"("invited_by_id");

-- CreateIndex
CREATE INDEX "invitations_expires_at_idx" ON "invitations"("expires_at");

-- CreateIndex
CREATE INDEX "audit_events_tenant_id_actor_id_id_idx" ON "audit_events"("tenant_id", "actor_id", "id");

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_invited_by_id_fkey" FOREIGN KEY ("invited_by_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('invitations');
GRANT SELECT, INSERT, UPDATE ("role", "link_id", "expires_at", "revoked_at") ON "invitations" TO kindred_app;
-- Accepting is done by somebody who is no member yet; what is old goes.
GRANT SELECT, UPDATE ("accepted_at"), DELETE ON "invitations" TO kindred_system;
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_email_lower_case" CHECK ("email" = lower("email"));
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_ended_once" CHECK ("accepted_at" IS NULL OR "revoked_at" IS NULL);
-- An address has one invitation of an organization that is open.
CREATE UNIQUE INDEX "invitations_open" ON "invitations" ("tenant_id", "email") WHERE "accepted_at" IS NULL AND "revoked_at" IS NULL;

-- What is remembered of a person are all their memberships, a new one too.
CREATE TRIGGER notify_insert AFTER INSERT ON "memberships" FOR EACH ROW EXECUTE FUNCTION notify_change('user_id');
-- A person chooses in which of their organizations a session acts.
GRANT UPDATE ("tenant_id") ON "sessions" TO kindred_system;

-- Members see who the others are, by their addresses; a tenant's transaction reads nothing else of people, nor of anyone else.
ALTER TABLE "users" ENABLE ROW LEVEL SECURITY;
CREATE POLICY members ON "users" FOR SELECT TO kindred_app USING (EXISTS (SELECT FROM "memberships" WHERE "memberships"."user_id" = "users"."id"));
CREATE POLICY system_access ON "users" TO kindred_system USING (true) WITH CHECK (true);
GRANT SELECT ("id", "email") ON "users" TO kindred_app;
