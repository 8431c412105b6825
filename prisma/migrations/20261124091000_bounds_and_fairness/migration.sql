-- AlterEnum
ALTER TYPE "limit_scope" ADD VALUE 'user';

-- AlterTable
ALTER TABLE "api_nodes" ADD COLUMN     "busy_at" TIMESTAMPTZ(3),
ADD COLUMN     "host" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "imports" ADD COLUMN     "content_bytes" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "started_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE UNLOGGED TABLE "throttles" (
    "key" BYTEA NOT NULL,
    "tokens" DOUBLE PRECISION NOT NULL,
    "is_granted" BOOLEAN NOT NULL,
    "refilled_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "throttles_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "imports_finished_at" ON "imports"("finished_at");

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- Who guesses is counted before anyone is known: no tenant's transaction sees it.
GRANT SELECT, INSERT, UPDATE, DELETE ON "throttles" TO kindred_system;

-- Which import comes next is decided over all tenants, and the sweep gives back what vanished workers held.
GRANT UPDATE ("status", "attempt", "lease_expires_at", "started_at", "failure_reason", "finished_at") ON "imports" TO kindred_system;
CREATE INDEX "imports_queued" ON "imports" ("tenant_id", "created_at", "id") WHERE "status" = 'queued';
UPDATE "imports" SET "content_bytes" = "upload_bytes" WHERE "content_key" IS NOT NULL;

-- The rows of imports are their own queue now.
DROP SCHEMA IF EXISTS pgboss CASCADE;

-- A model has one job at a time that waits or runs: a second would compute the same again.
UPDATE "training_jobs" job SET "status" = 'cancelled', "finished_at" = now(), "phase" = NULL
  WHERE "status" IN ('queued', 'running') AND EXISTS (SELECT FROM "training_jobs" other
    WHERE other."tenant_id" = job."tenant_id" AND other."model_id" = job."model_id" AND other."status" IN ('queued', 'running')
      AND (other."status" = 'running', job."id") > (job."status" = 'running', other."id"));
CREATE UNIQUE INDEX "training_jobs_active" ON "training_jobs" ("tenant_id", "model_id") WHERE "status" IN ('queued', 'running');

-- A metric is a number or absent: one that was not finite reached the table as null, which no answer can hold.
UPDATE "training_jobs" SET "metrics" = jsonb_strip_nulls("metrics"), "tuning_report" = jsonb_strip_nulls("tuning_report")
  WHERE jsonb_path_exists("metrics", 'strict $.** ? (@ == null)') OR jsonb_path_exists("tuning_report", '$.leaderboard[*].metrics.* ? (@ == null)');
UPDATE "model_versions" SET "metrics" = jsonb_strip_nulls("metrics") WHERE jsonb_path_exists("metrics", 'strict $.** ? (@ == null)');
ALTER TABLE "training_jobs" ADD CONSTRAINT "training_jobs_metrics_finite" CHECK (NOT jsonb_path_exists("metrics", 'strict $.** ? (@ == null)'));
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_metrics_finite" CHECK (NOT jsonb_path_exists("metrics", 'strict $.** ? (@ == null)'));

-- What follows an event stream leaves with the session or membership that it came with.
CREATE TRIGGER tell_change AFTER DELETE ON "sessions" FOR EACH ROW EXECUTE FUNCTION tell_change('token_hash');
CREATE TRIGGER tell_change AFTER UPDATE OR DELETE ON "memberships" FOR EACH ROW EXECUTE FUNCTION tell_change('user_id');

-- kindred_system signs people up and in; what they are is not its to change.
REVOKE UPDATE ON "users", "sessions" FROM kindred_system;

UPDATE "meters" SET "description" = 'What training jobs computed on their device: processor seconds by the cores that they had, or seconds of a GPU, by the pool of workers'
  WHERE "key" = 'training_seconds';

INSERT INTO "plan_quotas" ("plan_key", "resource", "quantity") VALUES
  ('free', 'projects', 20), ('free', 'data_sets', 60), ('free', 'model_versions', 200), ('free', 'deployments', 40), ('free', 'api_keys', 100),
  ('free', 'bytes_stored', 5000000000),
  ('pro', 'projects', 500), ('pro', 'data_sets', 2000), ('pro', 'model_versions', 10000), ('pro', 'deployments', 1000), ('pro', 'api_keys', 2000),
  ('pro', 'bytes_stored', 500000000000);
