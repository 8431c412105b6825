-- AlterTable
ALTER TABLE "projects" ADD COLUMN "kept_requests_days" SMALLINT,
ADD COLUMN "request_log_days" SMALLINT,
ADD COLUMN "training_log_days" SMALLINT;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- Never longer than the platform keeps them; libs/features/retention/retention.ts says how long that is.
ALTER TABLE "projects" ADD CONSTRAINT "projects_retention" CHECK (
  "request_log_days" BETWEEN 1 AND 30 AND "kept_requests_days" BETWEEN 1 AND 30 AND "training_log_days" BETWEEN 1 AND 90);
