-- DropForeignKey
ALTER TABLE "deployments" DROP CONSTRAINT "deployments_tenant_id_project_id_model_version_id_fkey";

-- DropForeignKey
ALTER TABLE "model_versions" DROP CONSTRAINT "model_versions_tenant_id_training_job_id_fkey";

-- DropForeignKey
ALTER TABLE "models" DROP CONSTRAINT "models_tenant_id_project_id_interactions_data_set_id_fkey";

-- DropForeignKey
ALTER TABLE "models" DROP CONSTRAINT "models_tenant_id_project_id_items_data_set_id_fkey";

-- DropForeignKey
ALTER TABLE "models" DROP CONSTRAINT "models_tenant_id_project_id_users_data_set_id_fkey";

-- AlterTable
ALTER TABLE "model_versions" ADD COLUMN     "name" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "deletes_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "erasures" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "user_hash" BYTEA NOT NULL,
    "user_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "content_erased_at" TIMESTAMPTZ(3),
    "replaced_keys" TEXT[],
    "completed_at" TIMESTAMPTZ(3),
    "receipt" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "erasures_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "erasures_tenant_id_project_id_idx" ON "erasures"("tenant_id", "project_id");

-- AddForeignKey
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_tenant_id_project_id_model_version_id_fkey" FOREIGN KEY ("tenant_id", "project_id", "model_version_id") REFERENCES "model_versions"("tenant_id", "project_id", "id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_tenant_id_project_id_interactions_data_set_id_fkey" FOREIGN KEY ("tenant_id", "project_id", "interactions_data_set_id") REFERENCES "data_sets"("tenant_id", "project_id", "id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_tenant_id_project_id_items_data_set_id_fkey" FOREIGN KEY ("tenant_id", "project_id", "items_data_set_id") REFERENCES "data_sets"("tenant_id", "project_id", "id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_tenant_id_project_id_users_data_set_id_fkey" FOREIGN KEY ("tenant_id", "project_id", "users_data_set_id") REFERENCES "data_sets"("tenant_id", "project_id", "id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_tenant_id_training_job_id_fkey" FOREIGN KEY ("tenant_id", "training_job_id") REFERENCES "training_jobs"("tenant_id", "id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- Above, NO ACTION in place of RESTRICT: it is checked when the statement has ended, so that a project goes with all that is in it,
-- while what is in use still cannot go alone.

SELECT isolate_tenants('erasures');
GRANT SELECT, INSERT, UPDATE ON "erasures" TO kindred_app;
GRANT SELECT ON "erasures" TO kindred_system;
-- The person's id is kept until they are erased and not a moment longer; the receipt has its hash alone.
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_completed" CHECK (("completed_at" IS NULL) = ("user_id" IS NOT NULL));
CREATE INDEX "erasures_pending" ON "erasures" ("created_at") WHERE "completed_at" IS NULL;
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE ON "erasures" FOR EACH ROW EXECUTE FUNCTION tell_change('project_id');
-- An erasure puts another artifact in a version's place.
CREATE TRIGGER tell_change AFTER UPDATE OF "artifact_key" ON "model_versions" FOR EACH ROW EXECUTE FUNCTION tell_change('id');

-- What is kept for a time only; see docs/retention.md.
GRANT DELETE ON "sessions", "training_job_events", "imports", "limit_alerts", "ledger_checks", "rate_buckets", "erasures", "model_versions" TO kindred_system;
-- An organization that was deleted leaves its id, under which the ledger stays.
GRANT UPDATE ("name", "deleted_at", "deletes_at") ON "organizations" TO kindred_system;
GRANT DELETE ON "projects", "deployments", "memberships", "limits", "webhook_endpoints" TO kindred_system;

-- An erased person's id is blotted out of what was written about them.
GRANT UPDATE ("message") ON "training_job_events" TO kindred_app;
GRANT UPDATE ("data") ON "webhook_messages" TO kindred_app;
GRANT UPDATE ("text") ON "emails" TO kindred_app;
