-- CreateEnum
CREATE TYPE "invoice_status" AS ENUM ('draft', 'open', 'paid', 'void', 'uncollectible');

-- CreateEnum
CREATE TYPE "invoice_line_kind" AS ENUM ('plan', 'meter', 'commitment');

-- CreateTable
CREATE TABLE "billing_periods" (
    "tenant_id" UUID NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "price_version_id" UUID NOT NULL,
    "is_collected_by_stripe" BOOLEAN NOT NULL DEFAULT false,
    "closed_at" TIMESTAMPTZ(3),
    "included" JSONB,

    CONSTRAINT "billing_periods_pkey" PRIMARY KEY ("tenant_id","starts_at")
);

-- CreateTable
CREATE TABLE "invoices" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "number" TEXT,
    "status" "invoice_status" NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "period_end" TIMESTAMPTZ(3) NOT NULL,
    "plan_name" TEXT NOT NULL,
    "billed_to" TEXT NOT NULL,
    "total_minor" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "issued_at" TIMESTAMPTZ(3),
    "paid_at" TIMESTAMPTZ(3),

    CONSTRAINT "invoices_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "invoice_lines" (
    "tenant_id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" "invoice_line_kind" NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "period_end" TIMESTAMPTZ(3) NOT NULL,
    "price_version_id" UUID NOT NULL,
    "meter_key" TEXT NOT NULL DEFAULT '',
    "device_class" TEXT NOT NULL DEFAULT '',
    "quantity" DECIMAL(26,6) NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "rated" JSONB NOT NULL,

    CONSTRAINT "invoice_lines_pkey" PRIMARY KEY ("tenant_id","invoice_id","position")
);

-- CreateTable
CREATE TABLE "invoice_numbers" (
    "year" SMALLINT NOT NULL,
    "last" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "invoice_numbers_pkey" PRIMARY KEY ("year")
);

-- CreateIndex
CREATE UNIQUE INDEX "billing_periods_tenant_id_ends_at_key" ON "billing_periods"("tenant_id", "ends_at");

-- CreateIndex
CREATE UNIQUE INDEX "invoices_number_key" ON "invoices"("number");

-- CreateIndex
CREATE UNIQUE INDEX "invoices_tenant_id_period_start_currency_key" ON "invoices"("tenant_id", "period_start", "currency");

-- CreateIndex
CREATE INDEX "invoice_lines_tenant_id_period_start_idx" ON "invoice_lines"("tenant_id", "period_start");

-- AddForeignKey
ALTER TABLE "billing_periods" ADD CONSTRAINT "billing_periods_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "billing_periods" ADD CONSTRAINT "billing_periods_price_version_id_fkey" FOREIGN KEY ("price_version_id") REFERENCES "price_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_tenant_id_period_start_fkey" FOREIGN KEY ("tenant_id", "period_start") REFERENCES "billing_periods"("tenant_id", "starts_at") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_lines" ADD CONSTRAINT "invoice_lines_tenant_id_invoice_id_fkey" FOREIGN KEY ("tenant_id", "invoice_id") REFERENCES "invoices"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_lines" ADD CONSTRAINT "invoice_lines_price_version_id_fkey" FOREIGN KEY ("price_version_id") REFERENCES "price_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('billing_periods'), isolate_tenants('invoices'), isolate_tenants('invoice_lines');
GRANT SELECT, INSERT, UPDATE ("ends_at", "price_version_id", "is_collected_by_stripe", "closed_at", "included") ON "billing_periods" TO kindred_app;
GRANT SELECT, INSERT ON "billing_periods" TO kindred_system;
GRANT SELECT ON "invoices", "invoice_lines" TO kindred_system;
-- What was written is never changed; only how far it got is.
GRANT SELECT, INSERT, UPDATE ("number", "status", "issued_at", "paid_at") ON "invoices" TO kindred_app;
GRANT SELECT, INSERT ON "invoice_lines" TO kindred_app;
-- Over all tenants, so that numbers have no gap.
GRANT SELECT, INSERT, UPDATE ON "invoice_numbers" TO kindred_app;

ALTER TABLE "billing_periods" ADD CONSTRAINT "billing_periods_are_not_empty" CHECK ("ends_at" > "starts_at");
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_issued_have_a_number" CHECK (("status" = 'draft') = ("issued_at" IS NULL) AND ("status" = 'draft' OR "number" IS NOT NULL));
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_paid_say_when" CHECK (("status" = 'paid') = ("paid_at" IS NOT NULL));
-- Periods that have ended and are still to be closed.
CREATE INDEX "billing_periods_open" ON "billing_periods" ("ends_at") WHERE "closed_at" IS NULL;

-- From now on periods are written down; the first of those who are here is the one that runs, counted from their anchor as before.
CREATE FUNCTION pg_temp.month_of(anchor timestamp, months int) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT (anchor + make_interval(months => months)) AT TIME ZONE 'UTC' $$;
INSERT INTO "billing_periods" ("tenant_id", "starts_at", "ends_at", "price_version_id", "is_collected_by_stripe")
SELECT tenant_id, pg_temp.month_of(anchor, n), pg_temp.month_of(anchor, n + 1), price_version_id, stripe_subscription_id IS NOT NULL
FROM (SELECT *, anchor_at AT TIME ZONE 'UTC' AS anchor FROM "subscriptions") subscription
CROSS JOIN generate_series(0, 1200) AS n
WHERE pg_temp.month_of(anchor, n) <= now() AND pg_temp.month_of(anchor, n + 1) > now();

-- An old program that still runs signs people up without a period: theirs is written down with the first look at what has ended.
