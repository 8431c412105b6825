-- CreateEnum
CREATE TYPE "price_scheme" AS ENUM ('per_unit', 'package', 'graduated', 'volume');

-- AlterTable
ALTER TABLE "price_versions" ADD COLUMN "commitment_minor" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "trial_days" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "meter_prices" ADD COLUMN "scheme" "price_scheme" NOT NULL DEFAULT 'per_unit',
ADD COLUMN "package_size" DECIMAL(20,6);

-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN "fixed_currency" CHAR(3);

-- CreateTable
CREATE TABLE "meter_price_tiers" (
    "price_version_id" UUID NOT NULL,
    "meter_key" TEXT NOT NULL,
    "device_class" TEXT NOT NULL,
    "from_quantity" DECIMAL(20,6) NOT NULL,
    "unit_amount" DECIMAL(20,12) NOT NULL,
    "flat_amount" DECIMAL(20,12) NOT NULL DEFAULT 0,

    CONSTRAINT "meter_price_tiers_pkey" PRIMARY KEY ("price_version_id","meter_key","device_class","from_quantity")
);

-- CreateIndex
CREATE UNIQUE INDEX "price_versions_plan_key_currency_version_key" ON "price_versions"("plan_key", "currency", "version");

-- AddForeignKey
ALTER TABLE "meter_price_tiers" ADD CONSTRAINT "meter_price_tiers_price_version_id_meter_key_device_class_fkey" FOREIGN KEY ("price_version_id", "meter_key", "device_class") REFERENCES "meter_prices"("price_version_id", "meter_key", "device_class") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "price_versions" ADD CONSTRAINT "price_versions_commitment_not_negative" CHECK ("commitment_minor" >= 0);
ALTER TABLE "price_versions" ADD CONSTRAINT "price_versions_trial_not_negative" CHECK ("trial_days" >= 0);
ALTER TABLE "meter_prices" ADD CONSTRAINT "meter_prices_package" CHECK (("scheme" = 'package') = ("package_size" IS NOT NULL) AND "package_size" > 0);
ALTER TABLE "meter_prices" ADD CONSTRAINT "meter_prices_tiers_carry_the_amounts" CHECK ("scheme" IN ('per_unit', 'package') OR "unit_amount" = 0);
ALTER TABLE "meter_price_tiers" ADD CONSTRAINT "meter_price_tiers_not_negative" CHECK ("from_quantity" >= 0 AND "unit_amount" >= 0 AND "flat_amount" >= 0);

GRANT SELECT ON meter_price_tiers TO kindred_app, kindred_system;

-- Whoever pays already has chosen.
UPDATE subscriptions SET fixed_currency = price.currency FROM price_versions price
WHERE price.id = price_version_id AND stripe_subscription_id IS NOT NULL;

-- What a quantity of a meter costs under a price, as `amountOf` in libs/features/billing/meter-price.ts, which a test holds it to: to
-- rank organizations by what they owe.
CREATE FUNCTION metered_amount(version uuid, meter text, class text, quantity numeric) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  WITH price AS (
    SELECT meter_prices.*, greatest(quantity - included_quantity, 0) AS billable FROM meter_prices
    WHERE price_version_id = version AND meter_key = meter AND device_class = class),
  tier AS (
    SELECT price.scheme, price.billable, tier.*,
      lead(tier.from_quantity) OVER (ORDER BY tier.from_quantity) AS until
    FROM price JOIN meter_price_tiers tier USING (price_version_id, meter_key, device_class))
  SELECT CASE
    WHEN billable = 0 THEN 0
    WHEN scheme = 'per_unit' THEN billable * unit_amount
    WHEN scheme = 'package' THEN (div(billable, package_size) + CASE WHEN mod(billable, package_size) > 0 THEN 1 ELSE 0 END) * unit_amount
    WHEN scheme = 'volume' THEN (SELECT tier.billable * tier.unit_amount + tier.flat_amount FROM tier
      WHERE tier.billable > from_quantity AND (until IS NULL OR tier.billable <= until))
    ELSE (SELECT sum((least(tier.billable, coalesce(until, tier.billable)) - from_quantity) * tier.unit_amount + tier.flat_amount) FROM tier
      WHERE tier.billable > from_quantity)
  END FROM price
$$;
