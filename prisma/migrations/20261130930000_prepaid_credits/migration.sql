-- CreateEnum
CREATE TYPE "credit_grant_kind" AS ENUM ('promotional', 'purchased');

-- CreateEnum
CREATE TYPE "credit_grant_status" AS ENUM ('proposed', 'unpaid', 'granted', 'declined');

-- AlterTable
ALTER TABLE "invoices" ADD COLUMN     "credits_minor" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "credit_grants" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" "credit_grant_kind" NOT NULL,
    "status" "credit_grant_status" NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "reason" TEXT,
    "needs_second" BOOLEAN NOT NULL DEFAULT false,
    "is_automatic" BOOLEAN NOT NULL DEFAULT false,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "stripe_invoice_id" TEXT,
    "pay_url" TEXT,

    CONSTRAINT "credit_grants_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "credit_applications" (
    "tenant_id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "grant_id" UUID NOT NULL,
    "amount_minor" BIGINT NOT NULL,

    CONSTRAINT "credit_applications_pkey" PRIMARY KEY ("tenant_id","invoice_id","grant_id")
);

-- CreateTable
CREATE TABLE "credit_top_ups" (
    "tenant_id" UUID NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "threshold_minor" BIGINT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "monthly_max_minor" BIGINT NOT NULL,
    "stopped_at" TIMESTAMPTZ(3),

    CONSTRAINT "credit_top_ups_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "credit_grants_stripe_invoice_id_key" ON "credit_grants"("stripe_invoice_id");

-- CreateIndex
CREATE INDEX "credit_applications_tenant_id_grant_id_idx" ON "credit_applications"("tenant_id", "grant_id");

-- AddForeignKey
ALTER TABLE "credit_grants" ADD CONSTRAINT "credit_grants_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_applications" ADD CONSTRAINT "credit_applications_tenant_id_invoice_id_fkey" FOREIGN KEY ("tenant_id", "invoice_id") REFERENCES "invoices"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_applications" ADD CONSTRAINT "credit_applications_tenant_id_grant_id_fkey" FOREIGN KEY ("tenant_id", "grant_id") REFERENCES "credit_grants"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_top_ups" ADD CONSTRAINT "credit_top_ups_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('credit_grants');
SELECT isolate_tenants('credit_applications');
SELECT isolate_tenants('credit_top_ups');
GRANT SELECT ON "credit_grants", "credit_applications" TO kindred_system;
GRANT SELECT, DELETE ON "credit_top_ups" TO kindred_system;
-- What was granted, and used, is never changed; only what became of it is.
GRANT SELECT, INSERT, UPDATE ("status", "decided_by", "decided_at", "stripe_invoice_id", "pay_url") ON "credit_grants" TO kindred_app;
GRANT SELECT, INSERT ON "credit_applications" TO kindred_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "credit_top_ups" TO kindred_app;

ALTER TABLE "invoices" ADD CONSTRAINT "invoices_credits" CHECK ("credits_minor" BETWEEN 0 AND greatest("total_minor", 0));
ALTER TABLE "credit_grants" ADD CONSTRAINT "credit_grants_amount" CHECK ("amount_minor" > 0);
ALTER TABLE "credit_grants" ADD CONSTRAINT "credit_grants_decided_say_when" CHECK (("status" IN ('granted', 'declined')) = ("decided_at" IS NOT NULL));
ALTER TABLE "credit_grants" ADD CONSTRAINT "credit_grants_promotional_say_why_and_by_whom" CHECK
  ("kind" = 'purchased' OR ("status" <> 'unpaid' AND "reason" IS NOT NULL AND "created_by" IS NOT NULL AND ("decided_at" IS NULL) = ("decided_by" IS NULL)));
ALTER TABLE "credit_grants" ADD CONSTRAINT "credit_grants_purchased_are_paid" CHECK
  ("kind" = 'promotional' OR ("status" <> 'proposed' AND ("status" <> 'granted' OR "stripe_invoice_id" IS NOT NULL)));
-- Whatever the program thinks of it: four eyes.
ALTER TABLE "credit_grants" ADD CONSTRAINT "credit_grants_second_is_another" CHECK ("status" <> 'granted' OR NOT "needs_second" OR "decided_by" <> "created_by");
ALTER TABLE "credit_applications" ADD CONSTRAINT "credit_applications_amount" CHECK ("amount_minor" > 0);
ALTER TABLE "credit_top_ups" ADD CONSTRAINT "credit_top_ups_amounts" CHECK ("threshold_minor" >= 0 AND "amount_minor" > 0 AND "monthly_max_minor" >= "amount_minor");
-- One purchase of an organization at a time.
CREATE UNIQUE INDEX "credit_grants_one_unpaid" ON "credit_grants" ("tenant_id") WHERE "status" = 'unpaid';

-- Whatever the program thinks of it: no grant pays more than it is, nor after it has expired, nor in another currency.
CREATE FUNCTION "check_credit_application"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  granted credit_grants;
  used BIGINT;
BEGIN
  SELECT * INTO granted FROM credit_grants WHERE tenant_id = NEW.tenant_id AND id = NEW.grant_id FOR NO KEY UPDATE;
  PERFORM FROM invoices WHERE tenant_id = NEW.tenant_id AND id = NEW.invoice_id AND currency = granted.currency
    AND (granted.expires_at IS NULL OR period_end <= granted.expires_at);
  IF NOT FOUND OR granted.status <> 'granted' THEN
    RAISE EXCEPTION 'The credit grant % does not pay for the invoice %.', NEW.grant_id, NEW.invoice_id USING ERRCODE = 'check_violation';
  END IF;
  SELECT coalesce(sum(amount_minor), 0) INTO used FROM credit_applications application
    WHERE application.tenant_id = NEW.tenant_id AND grant_id = NEW.grant_id
      AND NOT EXISTS (SELECT FROM invoices WHERE invoices.tenant_id = NEW.tenant_id AND invoices.id = application.invoice_id AND status = 'void');
  IF used > granted.amount_minor THEN
    RAISE EXCEPTION 'The credit grant % is used up.', NEW.grant_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "credit_applications_within_the_grant" AFTER INSERT ON "credit_applications"
  FOR EACH ROW EXECUTE FUNCTION "check_credit_application"();
