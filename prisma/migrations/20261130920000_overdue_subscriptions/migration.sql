-- CreateEnum
CREATE TYPE "overdue_stage" AS ENUM ('grace', 'restricted', 'read_only');

-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "overdue_since" TIMESTAMPTZ(3),
ADD COLUMN     "overdue_stage" "overdue_stage";

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_overdue_says_since" CHECK (("overdue_since" IS NULL) = ("overdue_stage" IS NULL));
CREATE INDEX "subscriptions_overdue" ON "subscriptions" ("overdue_since") WHERE "overdue_since" IS NOT NULL;
UPDATE "subscriptions" SET "overdue_since" = now(), "overdue_stage" = 'grace' WHERE "status" = 'past_due';
