-- AlterTable
ALTER TABLE "request_log" ADD COLUMN "path" TEXT;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- How often an error came up: few calls fail, so that the others cost nothing.
CREATE INDEX "request_log_errors" ON "request_log" ("tenant_id", "error_code", "route", "occurred_at") WHERE "error_code" IS NOT NULL;
