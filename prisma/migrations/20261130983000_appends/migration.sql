-- CreateEnum
CREATE TYPE "import_mode" AS ENUM ('replace', 'append');

-- AlterTable
ALTER TABLE "imports" ADD COLUMN "mode" "import_mode" NOT NULL DEFAULT 'replace',
ADD COLUMN "rows_held" BIGINT,
ADD COLUMN "content_sha256" TEXT,
ADD COLUMN "progress" JSONB;

-- AlterTable
ALTER TABLE "training_job_sources" ADD COLUMN "data_set_id" UUID,
ADD COLUMN "content_sha256" TEXT;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

UPDATE "imports" SET "rows_held" = "rows_accepted" WHERE "status" = 'succeeded';

UPDATE "training_job_sources" SET "data_set_id" = "imports"."data_set_id"
FROM "imports" WHERE "imports"."tenant_id" = "training_job_sources"."tenant_id" AND "imports"."id" = "training_job_sources"."import_id";

-- A claim forgets how far the one before had come.
GRANT UPDATE ("progress") ON "imports" TO kindred_system;

-- A training that begins says what it reads.
GRANT UPDATE ("content_sha256") ON "training_job_sources" TO kindred_app;
