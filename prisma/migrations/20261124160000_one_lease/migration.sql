-- Imports, trainings, deliveries, mails and erasures are leased in one way (docs/adr/0019).
ALTER TABLE "imports" ADD COLUMN "losses" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "webhook_deliveries" ADD COLUMN "losses" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "emails" ADD COLUMN "losses" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "lease_expires_at" TIMESTAMPTZ(3);
ALTER TABLE "erasures" ADD COLUMN "attempt" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "losses" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "lease_expires_at" TIMESTAMPTZ(3),
  ADD COLUMN "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- What is next is decided over all tenants, and so is what silent workers held.
GRANT UPDATE ("losses") ON "imports", "webhook_deliveries" TO kindred_system;
GRANT UPDATE ("losses", "lease_expires_at") ON "emails" TO kindred_system;
GRANT UPDATE ("attempt", "losses", "lease_expires_at", "next_attempt_at") ON "erasures" TO kindred_system;
GRANT UPDATE ("next_attempt_at") ON "webhook_deliveries" TO kindred_system;
GRANT UPDATE ("available_at") ON "training_jobs" TO kindred_system;
-- Those who serve want to hear who is being erased, not who is at it.
CREATE OR REPLACE TRIGGER tell_change AFTER INSERT OR UPDATE OF "completed_at", "user_hash" ON "erasures" FOR EACH ROW EXECUTE FUNCTION tell_change('project_id');
