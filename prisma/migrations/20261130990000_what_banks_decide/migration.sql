-- Drops a unique index of credit_refunds: a grant has more than one where some of it becomes refundable after its organization is gone. No program of
-- before relies on it.
-- contracts: 20261130980100_credits_given_back

-- AlterTable
ALTER TABLE "invoices" ADD COLUMN     "disputed_minor" BIGINT NOT NULL DEFAULT 0;

-- DropIndex
DROP INDEX "credit_refunds_tenant_id_grant_id_key";

-- CreateIndex
CREATE INDEX "credit_refunds_tenant_id_grant_id_idx" ON "credit_refunds"("tenant_id", "grant_id");

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER TABLE "invoices" ADD CONSTRAINT "invoices_disputed" CHECK ("disputed_minor" >= 0);
GRANT UPDATE ("disputed_minor") ON "invoices" TO kindred_app;
-- What becomes refundable later is ordered as its purchase is followed.
GRANT INSERT ON "credit_refunds" TO kindred_app;
