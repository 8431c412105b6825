-- CreateEnum
CREATE TYPE "training_failure_kind" AS ENUM ('input', 'time_limit', 'gave_up');

-- AlterTable
ALTER TABLE "plans" ADD COLUMN     "training_jobs_max" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "training_pool" TEXT NOT NULL DEFAULT 'cpu',
ADD COLUMN     "training_seconds_max" INTEGER NOT NULL DEFAULT 3600,
ADD COLUMN     "training_weight" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "training_jobs" ADD COLUMN     "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "checkpoint_key" TEXT,
ADD COLUMN     "checkpoint_seconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
ADD COLUMN     "failure_kind" "training_failure_kind",
ADD COLUMN     "failures" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "losses" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "memory_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "memory_bytes_peak" BIGINT,
ADD COLUMN     "pool" TEXT NOT NULL DEFAULT 'cpu',
ADD COLUMN     "worker" TEXT;

-- CreateTable
CREATE TABLE "training_job_events" (
    "tenant_id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "attempt" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "message" TEXT,
    "progress" JSONB,

    CONSTRAINT "training_job_events_pkey" PRIMARY KEY ("tenant_id","job_id","sequence")
);

-- AddForeignKey
ALTER TABLE "training_job_events" ADD CONSTRAINT "training_job_events_tenant_id_job_id_fkey" FOREIGN KEY ("tenant_id", "job_id") REFERENCES "training_jobs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER TABLE "training_job_events" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "training_job_events" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON "training_job_events" TO kindred_app USING (tenant_id = (SELECT current_tenant_id())) WITH CHECK (tenant_id = (SELECT current_tenant_id()));
CREATE POLICY system_access ON "training_job_events" TO kindred_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON "training_job_events" TO kindred_app;
GRANT SELECT ON "training_job_events" TO kindred_system;
GRANT USAGE ON SEQUENCE "training_job_events_sequence_seq" TO kindred_app;

-- Which job comes next is decided over all tenants, and the sweep gives back what vanished workers held.
GRANT UPDATE ("status", "attempt", "lease_expires_at", "started_at", "progress", "phase", "worker", "losses", "failure_reason", "failure_kind", "finished_at") ON "training_jobs" TO kindred_system;

ALTER TABLE "training_jobs" ADD CONSTRAINT "training_jobs_failure_kind" CHECK (("status" = 'failed') = ("failure_kind" IS NOT NULL)) NOT VALID;
ALTER TABLE "plans" ADD CONSTRAINT "plans_training_positive" CHECK ("training_weight" > 0 AND "training_jobs_max" > 0 AND "training_seconds_max" > 0);

-- The search for the next job reads one short index however long the history is.
CREATE INDEX "training_jobs_queued" ON "training_jobs" ("tenant_id", "created_at", "id") WHERE "status" = 'queued';
CREATE INDEX "training_jobs_finished_at" ON "training_jobs" ("finished_at");

UPDATE "plans" SET "training_weight" = 4, "training_jobs_max" = 4, "training_seconds_max" = 21600 WHERE "key" = 'pro';
