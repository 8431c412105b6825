-- AlterTable
ALTER TABLE "invoices" ADD COLUMN "stripe_invoice_id" TEXT,
ADD COLUMN "hosted_invoice_url" TEXT,
ADD COLUMN "key_round" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "blocked_reason" TEXT,
ADD COLUMN "blocked_since" TIMESTAMPTZ(3),
ADD COLUMN "tries" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN "attempt" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "losses" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "lease_expires_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE UNIQUE INDEX "invoices_stripe_invoice_id_key" ON "invoices"("stripe_invoice_id");

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

GRANT UPDATE ("stripe_invoice_id", "hosted_invoice_url", "key_round", "blocked_reason", "blocked_since", "tries", "next_attempt_at", "lease_expires_at") ON "invoices" TO kindred_app;
-- To claim, extend and take back over all tenants.
GRANT UPDATE ("tries", "next_attempt_at", "attempt", "losses", "lease_expires_at") ON "invoices" TO kindred_system;

ALTER TABLE "invoices" ADD CONSTRAINT "invoices_blocked_say_why" CHECK (("blocked_reason" IS NULL) = ("blocked_since" IS NULL));
-- Those that a worker takes to Stripe or looks at there, and whose organization has one under way.
CREATE INDEX "invoices_to_collect" ON "invoices" ("tenant_id", "next_attempt_at") WHERE "status" = 'draft' OR ("status" = 'open' AND "stripe_invoice_id" IS NOT NULL);
CREATE INDEX "invoices_under_way" ON "invoices" ("tenant_id") WHERE "lease_expires_at" IS NOT NULL;
CREATE INDEX "invoices_blocked" ON "invoices" ("id") WHERE "blocked_reason" IS NOT NULL;
