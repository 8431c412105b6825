-- AlterTable
ALTER TABLE "sessions" ADD COLUMN "id" UUID NOT NULL DEFAULT gen_random_uuid(),
ADD COLUMN "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN "network" TEXT,
ADD COLUMN "user_agent" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "sessions_id_key" ON "sessions"("id");

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_agent_short" CHECK (length("user_agent") <= 400);
GRANT UPDATE ("last_used_at", "expires_at") ON "sessions" TO kindred_system;
-- What a session follows ends when it ends or acts elsewhere, not when it is used.
CREATE OR REPLACE TRIGGER notify_change AFTER UPDATE OF "tenant_id" OR DELETE ON "sessions" FOR EACH ROW EXECUTE FUNCTION notify_change('token_hash');
