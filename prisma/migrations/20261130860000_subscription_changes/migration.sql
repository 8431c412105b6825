-- CreateTable
CREATE TABLE "subscription_changes" (
    "tenant_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "price_version_id" UUID NOT NULL,
    "status" "subscription_status" NOT NULL,

    CONSTRAINT "subscription_changes_pkey" PRIMARY KEY ("tenant_id","at")
);

-- AddForeignKey
ALTER TABLE "subscription_changes" ADD CONSTRAINT "subscription_changes_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscription_changes" ADD CONSTRAINT "subscription_changes_price_version_id_fkey" FOREIGN KEY ("price_version_id") REFERENCES "price_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('subscription_changes');
GRANT SELECT, INSERT ON "subscription_changes" TO kindred_app, kindred_system;
-- Two changes of the same moment: the latter holds.
GRANT UPDATE ("price_version_id", "status") ON "subscription_changes" TO kindred_app, kindred_system;

-- What was before is not known; from now on every change is written down.
INSERT INTO "subscription_changes" ("tenant_id", "at", "price_version_id", "status")
SELECT tenant_id, anchor_at, price_version_id, status FROM "subscriptions";
