-- CreateEnum
CREATE TYPE "subscription_status" AS ENUM ('active', 'past_due', 'cancelled');

-- CreateEnum
CREATE TYPE "data_set_kind" AS ENUM ('interactions', 'items', 'users');

-- CreateEnum
CREATE TYPE "import_status" AS ENUM ('queued', 'running', 'succeeded', 'failed');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('owner', 'admin', 'developer', 'billing', 'viewer');

-- CreateEnum
CREATE TYPE "training_job_status" AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled');

-- CreateTable
CREATE TABLE "api_keys" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "is_operator" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "token_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "tenant_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "plans" (
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "plans_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "price_versions" (
    "id" UUID NOT NULL,
    "plan_key" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "monthly_fee_minor" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "price_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "meter_prices" (
    "price_version_id" UUID NOT NULL,
    "meter_key" TEXT NOT NULL,
    "included_quantity" DECIMAL(20,6) NOT NULL,
    "unit_amount" DECIMAL(20,12) NOT NULL,

    CONSTRAINT "meter_prices_pkey" PRIMARY KEY ("price_version_id","meter_key")
);

-- CreateTable
CREATE TABLE "subscriptions" (
    "tenant_id" UUID NOT NULL,
    "price_version_id" UUID NOT NULL,
    "status" "subscription_status" NOT NULL,
    "anchor_at" TIMESTAMPTZ(3) NOT NULL,
    "stripe_subscription_id" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "subscriptions_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "data_sets" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "data_set_kind" NOT NULL,
    "current_import_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_sets_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "imports" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "data_set_id" UUID NOT NULL,
    "status" "import_status" NOT NULL DEFAULT 'queued',
    "upload_key" TEXT NOT NULL,
    "upload_bytes" BIGINT NOT NULL,
    "column_mapping" JSONB NOT NULL DEFAULT '{}',
    "content_key" TEXT,
    "rows_accepted" BIGINT,
    "rows_rejected" BIGINT,
    "errors" JSONB NOT NULL DEFAULT '[]',
    "statistics" JSONB,
    "failure_reason" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "lease_expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "imports_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "deployments" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "model_version_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "deployments_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "models" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "recipe" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "interactions_data_set_id" UUID NOT NULL,
    "items_data_set_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "models_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "model_versions" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "model_id" UUID NOT NULL,
    "training_job_id" UUID NOT NULL,
    "artifact_key" TEXT NOT NULL,
    "artifact_sha256" TEXT NOT NULL,
    "artifact_bytes" BIGINT NOT NULL,
    "metrics" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_versions_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "organizations" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "stripe_customer_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("tenant_id","user_id")
);

-- CreateTable
CREATE TABLE "projects" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "projects_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "training_jobs" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "model_id" UUID NOT NULL,
    "status" "training_job_status" NOT NULL DEFAULT 'queued',
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "phase" TEXT,
    "metrics" JSONB,
    "warnings" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "failure_reason" TEXT,
    "device" TEXT,
    "interactions_import_id" UUID NOT NULL,
    "items_import_id" UUID,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "lease_expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "training_jobs_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "meters" (
    "key" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "description" TEXT NOT NULL,

    CONSTRAINT "meters_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "usage_events" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "meter_key" TEXT NOT NULL,
    "quantity" DECIMAL(20,6) NOT NULL,
    "project_id" UUID,
    "api_key_id" UUID,
    "deployment_id" UUID,
    "price_version_id" UUID NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_events_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "price_versions_plan_key_version_key" ON "price_versions"("plan_key", "version");

-- CreateIndex
CREATE UNIQUE INDEX "subscriptions_stripe_subscription_id_key" ON "subscriptions"("stripe_subscription_id");

-- CreateIndex
CREATE UNIQUE INDEX "data_sets_tenant_id_project_id_id_key" ON "data_sets"("tenant_id", "project_id", "id");

-- CreateIndex
CREATE INDEX "imports_tenant_id_data_set_id_created_at_idx" ON "imports"("tenant_id", "data_set_id", "created_at");

-- CreateIndex
CREATE INDEX "imports_status_lease_expires_at_idx" ON "imports"("status", "lease_expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "models_tenant_id_project_id_id_key" ON "models"("tenant_id", "project_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "model_versions_tenant_id_project_id_id_key" ON "model_versions"("tenant_id", "project_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "model_versions_tenant_id_training_job_id_key" ON "model_versions"("tenant_id", "training_job_id");

-- CreateIndex
CREATE UNIQUE INDEX "organizations_stripe_customer_id_key" ON "organizations"("stripe_customer_id");

-- CreateIndex
CREATE INDEX "memberships_user_id_idx" ON "memberships"("user_id");

-- CreateIndex
CREATE INDEX "training_jobs_tenant_id_model_id_created_at_idx" ON "training_jobs"("tenant_id", "model_id", "created_at");

-- CreateIndex
CREATE INDEX "training_jobs_status_lease_expires_at_idx" ON "training_jobs"("status", "lease_expires_at");

-- CreateIndex
CREATE INDEX "usage_events_tenant_id_occurred_at_meter_key_idx" ON "usage_events"("tenant_id", "occurred_at", "meter_key");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_project_id_fkey" FOREIGN KEY ("tenant_id", "project_id") REFERENCES "projects"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "price_versions" ADD CONSTRAINT "price_versions_plan_key_fkey" FOREIGN KEY ("plan_key") REFERENCES "plans"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "meter_prices" ADD CONSTRAINT "meter_prices_price_version_id_fkey" FOREIGN KEY ("price_version_id") REFERENCES "price_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "meter_prices" ADD CONSTRAINT "meter_prices_meter_key_fkey" FOREIGN KEY ("meter_key") REFERENCES "meters"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_price_version_id_fkey" FOREIGN KEY ("price_version_id") REFERENCES "price_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_sets" ADD CONSTRAINT "data_sets_tenant_id_project_id_fkey" FOREIGN KEY ("tenant_id", "project_id") REFERENCES "projects"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "imports" ADD CONSTRAINT "imports_tenant_id_data_set_id_fkey" FOREIGN KEY ("tenant_id", "data_set_id") REFERENCES "data_sets"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_tenant_id_project_id_fkey" FOREIGN KEY ("tenant_id", "project_id") REFERENCES "projects"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_tenant_id_project_id_model_version_id_fkey" FOREIGN KEY ("tenant_id", "project_id", "model_version_id") REFERENCES "model_versions"("tenant_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_tenant_id_project_id_fkey" FOREIGN KEY ("tenant_id", "project_id") REFERENCES "projects"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_tenant_id_project_id_interactions_data_set_id_fkey" FOREIGN KEY ("tenant_id", "project_id", "interactions_data_set_id") REFERENCES "data_sets"("tenant_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_tenant_id_project_id_items_data_set_id_fkey" FOREIGN KEY ("tenant_id", "project_id", "items_data_set_id") REFERENCES "data_sets"("tenant_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_tenant_id_project_id_model_id_fkey" FOREIGN KEY ("tenant_id", "project_id", "model_id") REFERENCES "models"("tenant_id", "project_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_tenant_id_training_job_id_fkey" FOREIGN KEY ("tenant_id", "training_job_id") REFERENCES "training_jobs"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "projects" ADD CONSTRAINT "projects_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training_jobs" ADD CONSTRAINT "training_jobs_tenant_id_project_id_fkey" FOREIGN KEY ("tenant_id", "project_id") REFERENCES "projects"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training_jobs" ADD CONSTRAINT "training_jobs_tenant_id_project_id_model_id_fkey" FOREIGN KEY ("tenant_id", "project_id", "model_id") REFERENCES "models"("tenant_id", "project_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_meter_key_fkey" FOREIGN KEY ("meter_key") REFERENCES "meters"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_price_version_id_fkey" FOREIGN KEY ("price_version_id") REFERENCES "price_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER TABLE "users" ADD CONSTRAINT "users_email_lower_case" CHECK ("email" = lower("email"));
ALTER TABLE "training_jobs" ADD CONSTRAINT "training_jobs_progress_range" CHECK ("progress" BETWEEN 0 AND 1);
ALTER TABLE "training_jobs" ADD CONSTRAINT "training_jobs_finished" CHECK (("status" IN ('succeeded', 'failed', 'cancelled')) = ("finished_at" IS NOT NULL));
ALTER TABLE "imports" ADD CONSTRAINT "imports_finished" CHECK (("status" IN ('succeeded', 'failed')) = ("finished_at" IS NOT NULL));
ALTER TABLE "imports" ADD CONSTRAINT "imports_content" CHECK (("status" = 'succeeded') = ("content_key" IS NOT NULL));
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_quantity_positive" CHECK ("quantity" > 0);
ALTER TABLE "price_versions" ADD CONSTRAINT "price_versions_fee_not_negative" CHECK ("monthly_fee_minor" >= 0);
ALTER TABLE "meter_prices" ADD CONSTRAINT "meter_prices_not_negative" CHECK ("unit_amount" >= 0 AND "included_quantity" >= 0);
ALTER TABLE "data_sets" ADD CONSTRAINT "data_sets_current_import" FOREIGN KEY ("tenant_id", "current_import_id") REFERENCES "imports" ("tenant_id", "id") DEFERRABLE INITIALLY DEFERRED;

-- Two roles, neither of them owner, superuser or BYPASSRLS. kindred_app logs in and sees one tenant at a time, the one
-- set for the transaction. kindred_system is put on with SET LOCAL ROLE for the few jobs that come before or stand
-- above a tenant: signing in, verifying a key, appending a mixed batch of usage, sweeping lost jobs, the operator's
-- list. Its grants, not its policies, say how little it may change.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kindred_app') THEN
    CREATE ROLE kindred_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kindred_system') THEN
    CREATE ROLE kindred_system NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
END
$$;
GRANT kindred_system TO kindred_app;
GRANT USAGE ON SCHEMA public TO kindred_app, kindred_system;

-- The tenant of this transaction; NULL, and so no row at all, where none was set.
CREATE FUNCTION current_tenant_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;

DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['memberships', 'projects', 'data_sets', 'imports', 'models', 'model_versions',
    'training_jobs', 'deployments', 'api_keys', 'usage_events', 'subscriptions']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO kindred_app USING (tenant_id = (SELECT current_tenant_id())) WITH CHECK (tenant_id = (SELECT current_tenant_id()))', tenant_table);
    EXECUTE format('CREATE POLICY system_access ON %I TO kindred_system USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO kindred_app', tenant_table);
    EXECUTE format('GRANT SELECT ON %I TO kindred_system', tenant_table);
  END LOOP;
END
$$;

ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organizations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON organizations TO kindred_app USING (id = (SELECT current_tenant_id())) WITH CHECK (id = (SELECT current_tenant_id()));
CREATE POLICY system_access ON organizations TO kindred_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON organizations TO kindred_app;
GRANT SELECT ON organizations TO kindred_system;

-- Signing up makes the tenant, so it cannot happen inside one.
GRANT INSERT ON organizations, memberships, subscriptions TO kindred_system;

-- The ledger is append-only: nobody who serves requests may change or delete a row.
REVOKE UPDATE, DELETE ON usage_events FROM kindred_app;
GRANT INSERT ON usage_events TO kindred_system;

-- People and their sessions belong to no tenant; a tenant's transaction cannot read them.
GRANT SELECT, INSERT, UPDATE, DELETE ON users, sessions TO kindred_system;

-- The price list is public and immutable.
GRANT SELECT ON meters, plans, price_versions, meter_prices TO kindred_app, kindred_system;

INSERT INTO meters (key, unit, description) VALUES
  ('recommendation_requests', 'request', 'Successful calls of POST /v1/deployments/{deploymentId}/recommendations'),
  ('training_seconds', 'second', 'Time that a training job which succeeded spent on its device');
INSERT INTO plans (key, name, position) VALUES ('free', 'Free', 1), ('pro', 'Pro', 2);
INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor) VALUES
  ('019ab000-0000-7000-8000-000000000001', 'free', 1, 'usd', 0),
  ('019ab000-0000-7000-8000-000000000002', 'pro', 1, 'usd', 4900);
INSERT INTO meter_prices (price_version_id, meter_key, included_quantity, unit_amount) VALUES
  ('019ab000-0000-7000-8000-000000000001', 'recommendation_requests', 10000, 0),
  ('019ab000-0000-7000-8000-000000000001', 'training_seconds', 3600, 0),
  ('019ab000-0000-7000-8000-000000000002', 'recommendation_requests', 100000, 0.0002),
  ('019ab000-0000-7000-8000-000000000002', 'training_seconds', 7200, 0.0005);
