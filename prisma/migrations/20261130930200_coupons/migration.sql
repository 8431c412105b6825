-- CreateTable
CREATE TABLE "coupons" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "percent_off" DECIMAL(5,2),
    "amount_off_minor" BIGINT,
    "currency" CHAR(3),
    "months" SMALLINT,
    "redeem_by" TIMESTAMPTZ(3),
    "redemptions_max" INTEGER,
    "redemptions" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "coupons_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coupon_redemptions" (
    "tenant_id" UUID NOT NULL,
    "coupon_id" UUID NOT NULL,
    "redeemed_at" TIMESTAMPTZ(3) NOT NULL,
    "applied_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),

    CONSTRAINT "coupon_redemptions_pkey" PRIMARY KEY ("tenant_id","coupon_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "coupons_code_key" ON "coupons"("code");

-- AddForeignKey
ALTER TABLE "coupon_redemptions" ADD CONSTRAINT "coupon_redemptions_coupon_id_fkey" FOREIGN KEY ("coupon_id") REFERENCES "coupons"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "coupon_redemptions" ADD CONSTRAINT "coupon_redemptions_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('coupon_redemptions');
GRANT SELECT ON "coupon_redemptions" TO kindred_system;
GRANT SELECT, INSERT, UPDATE ("applied_at", "ends_at") ON "coupon_redemptions" TO kindred_app;
GRANT SELECT, INSERT, UPDATE ("ended_at") ON "coupons" TO kindred_system;
GRANT SELECT, UPDATE ("redemptions") ON "coupons" TO kindred_app;

ALTER TABLE "coupons" ADD CONSTRAINT "coupons_take_off_one" CHECK (("percent_off" IS NULL) <> ("amount_off_minor" IS NULL) AND ("amount_off_minor" IS NULL) = ("currency" IS NULL));
ALTER TABLE "coupons" ADD CONSTRAINT "coupons_in_range" CHECK ("percent_off" > 0 AND "percent_off" <= 100 OR "amount_off_minor" > 0);
ALTER TABLE "coupons" ADD CONSTRAINT "coupons_months" CHECK ("months" > 0);
-- Whatever the program thinks of it, and however many redeem it at once.
ALTER TABLE "coupons" ADD CONSTRAINT "coupons_redemptions" CHECK ("redemptions" BETWEEN 0 AND coalesce("redemptions_max", "redemptions"));
CREATE INDEX "coupon_redemptions_to_apply" ON "coupon_redemptions" ("tenant_id") WHERE "applied_at" IS NULL;

-- What a fee comes to with the coupon that is taken off it then, in the smallest unit.
CREATE FUNCTION fee_less_coupon(tenant uuid, fee bigint, fee_currency text, at timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT fee - coalesce((
    SELECT CASE WHEN percent_off IS NULL THEN least(amount_off_minor, fee) ELSE round(fee * percent_off / 100) END::bigint
    FROM coupon_redemptions redeemed JOIN coupons ON coupons.id = coupon_id
    WHERE redeemed.tenant_id = tenant AND applied_at <= at AND (ends_at IS NULL OR ends_at > at) AND (currency IS NULL OR currency = fee_currency)
    ORDER BY applied_at DESC LIMIT 1), 0)
$$;

-- Stripe knows it on the subscription alone: with that, it ends.
CREATE FUNCTION end_coupons_with_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE coupon_redemptions SET ends_at = now() + (SELECT offset_seconds FROM clock) * interval '1 second'
  WHERE tenant_id = NEW.tenant_id AND applied_at IS NOT NULL
    AND (ends_at IS NULL OR ends_at > now() + (SELECT offset_seconds FROM clock) * interval '1 second');
  RETURN NULL;
END $$;
CREATE TRIGGER end_coupons_with_subscription AFTER UPDATE OF "stripe_subscription_id" ON "subscriptions"
  FOR EACH ROW WHEN (OLD."stripe_subscription_id" IS NOT NULL AND NEW."stripe_subscription_id" IS DISTINCT FROM OLD."stripe_subscription_id")
  EXECUTE FUNCTION end_coupons_with_subscription();
