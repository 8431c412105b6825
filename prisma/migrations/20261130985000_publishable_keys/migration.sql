-- CreateEnum
CREATE TYPE "api_key_kind" AS ENUM ('secret', 'publishable');

-- AlterEnum
ALTER TYPE "limit_scope" ADD VALUE 'address';

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN "kind" "api_key_kind" NOT NULL DEFAULT 'secret',
ADD COLUMN "allowed_origins" TEXT[];

-- CreateTable
CREATE TABLE "user_token_secrets" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "prefix" TEXT NOT NULL,
    "secret" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_token_secrets_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "user_token_secrets_tenant_id_project_id_idx" ON "user_token_secrets"("tenant_id", "project_id");

-- CreateIndex
CREATE INDEX "deployments_id_idx" ON "deployments"("id");

-- AddForeignKey
ALTER TABLE "user_token_secrets" ADD CONSTRAINT "user_token_secrets_tenant_id_project_id_fkey" FOREIGN KEY ("tenant_id", "project_id") REFERENCES "projects"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('user_token_secrets');
GRANT SELECT, INSERT, DELETE ON "user_token_secrets" TO kindred_app;
-- Sealing anew under another secret of the platform, and the end of what was a customer's.
GRANT SELECT, UPDATE ("secret"), DELETE ON "user_token_secrets" TO kindred_system;
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON "user_token_secrets" FOR EACH ROW EXECUTE FUNCTION notify_change('project_id');

-- A browser asks which pages may call before it shows a key: then the organization is not known.
CREATE INDEX "api_keys_of_pages" ON "api_keys" ("project_id") WHERE "kind" = 'publishable';
CREATE TRIGGER notify_insert AFTER INSERT ON "api_keys" FOR EACH ROW WHEN (NEW."kind" = 'publishable') EXECUTE FUNCTION notify_change('key_hash');
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_of_pages_name_origins" CHECK (("kind" = 'publishable') = (coalesce(cardinality("allowed_origins"), 0) > 0));
