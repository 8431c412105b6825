-- AlterTable
ALTER TABLE "credit_notes" ADD COLUMN "stripe_credit_note_id" TEXT,
ADD COLUMN "key_round" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "blocked_reason" TEXT,
ADD COLUMN "blocked_since" TIMESTAMPTZ(3),
ADD COLUMN "tries" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN "attempt" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "losses" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "lease_expires_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "invoices" ADD COLUMN "settled_minor" BIGINT NOT NULL DEFAULT 0;

-- CreateIndex
CREATE UNIQUE INDEX "credit_notes_stripe_credit_note_id_key" ON "credit_notes"("stripe_credit_note_id");

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

GRANT UPDATE ("stripe_credit_note_id", "key_round", "blocked_reason", "blocked_since", "tries", "next_attempt_at", "lease_expires_at") ON "credit_notes" TO kindred_app;
-- To claim, extend and take back over all tenants.
GRANT UPDATE ("tries", "next_attempt_at", "attempt", "losses", "lease_expires_at") ON "credit_notes" TO kindred_system;
GRANT UPDATE ("settled_minor") ON "invoices" TO kindred_app;

ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_blocked_say_why" CHECK (("blocked_reason" IS NULL) = ("blocked_since" IS NULL));
-- Those that a worker takes to Stripe, and whose organization has one under way.
CREATE INDEX "credit_notes_to_send" ON "credit_notes" ("tenant_id", "next_attempt_at") WHERE "status" = 'issued' AND "stripe_credit_note_id" IS NULL;
CREATE INDEX "credit_notes_under_way" ON "credit_notes" ("tenant_id") WHERE "lease_expires_at" IS NOT NULL;
CREATE INDEX "credit_notes_blocked" ON "credit_notes" ("id") WHERE "blocked_reason" IS NOT NULL;
