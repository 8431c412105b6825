-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "next_at" TIMESTAMPTZ(3),
ADD COLUMN     "next_price_version_id" UUID;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_next_price_version_id_fkey" FOREIGN KEY ("next_price_version_id") REFERENCES "price_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_next_says_when" CHECK (("next_at" IS NULL) = ("next_price_version_id" IS NULL));
