-- AlterTable
ALTER TABLE "subscriptions" ADD COLUMN     "paused_from" TIMESTAMPTZ(3),
ADD COLUMN     "paused_until" TIMESTAMPTZ(3),
ADD COLUMN     "pause_told_at" TIMESTAMPTZ(3),
ADD COLUMN     "resume_told_at" TIMESTAMPTZ(3);

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_pause" CHECK (("paused_from" IS NULL) = ("paused_until" IS NULL) AND "paused_from" < "paused_until");
-- Of the few that are, who is to be told.
CREATE INDEX "subscriptions_paused" ON "subscriptions" ("paused_from") WHERE "paused_from" IS NOT NULL;
