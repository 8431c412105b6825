-- AlterTable
ALTER TABLE "billing_periods" ADD COLUMN     "is_trial" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "subscription_changes" ADD COLUMN     "is_trial" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "trial_ends_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "trials" (
    "tenant_id" UUID NOT NULL,
    "stripe_subscription_id" TEXT NOT NULL,
    "began_at" TIMESTAMPTZ(3) NOT NULL,
    "told_at" TIMESTAMPTZ(3),

    CONSTRAINT "trials_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "trials_stripe_subscription_id_key" ON "trials"("stripe_subscription_id");

-- AddForeignKey
ALTER TABLE "trials" ADD CONSTRAINT "trials_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('trials');
GRANT SELECT ON "trials" TO kindred_system;
-- An organization has one, and it stays the same.
GRANT SELECT, INSERT, UPDATE ("told_at") ON "trials" TO kindred_app;
GRANT UPDATE ("is_trial") ON "subscription_changes" TO kindred_app, kindred_system;
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_trial_at_stripe" CHECK ("trial_ends_at" IS NULL OR "stripe_subscription_id" IS NOT NULL);
