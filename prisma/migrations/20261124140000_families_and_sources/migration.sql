-- Any family of models: kinds of data, families, tasks and the roles of data sets are the program's registries (libs/models), so
-- that none of them is a migration any more. This still contracts; prisma/migrations/baseline says since when that is refused.

ALTER TABLE "data_sets" ALTER COLUMN "kind" TYPE TEXT USING "kind"::text;
DROP TYPE "data_set_kind";

-- What a model, its versions and its deployments are of.
ALTER TABLE "models" ADD COLUMN "family" TEXT, ADD COLUMN "task" TEXT;
UPDATE "models" SET "family" = 'recommender', "task" = 'recommendation';
ALTER TABLE "models" ALTER COLUMN "family" SET NOT NULL, ALTER COLUMN "task" SET NOT NULL;

-- A version outlives the recipe and the settings that its model may have by then.
ALTER TABLE "model_versions" ADD COLUMN "family" TEXT, ADD COLUMN "task" TEXT, ADD COLUMN "recipe" TEXT,
  ADD COLUMN "ordinal" INTEGER NOT NULL DEFAULT 0;
UPDATE "model_versions" version SET "family" = model."family", "task" = model."task", "recipe" = model."recipe"
  FROM "models" model WHERE model."tenant_id" = version."tenant_id" AND model."id" = version."model_id";
ALTER TABLE "model_versions" ALTER COLUMN "family" SET NOT NULL, ALTER COLUMN "task" SET NOT NULL, ALTER COLUMN "recipe" SET NOT NULL;
DROP INDEX "model_versions_tenant_id_training_job_id_key";
CREATE UNIQUE INDEX "model_versions_tenant_id_training_job_id_ordinal_key" ON "model_versions"("tenant_id", "training_job_id", "ordinal");
CREATE UNIQUE INDEX "model_versions_tenant_id_project_id_id_task_key" ON "model_versions"("tenant_id", "project_id", "id", "task");

-- A deployment answers one task for as long as it lives.
ALTER TABLE "deployments" ADD COLUMN "task" TEXT;
UPDATE "deployments" SET "task" = 'recommendation';
ALTER TABLE "deployments" ALTER COLUMN "task" SET NOT NULL;
ALTER TABLE "deployments" DROP CONSTRAINT "deployments_tenant_id_project_id_model_version_id_fkey";
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_tenant_id_project_id_model_version_id_task_fkey"
  FOREIGN KEY ("tenant_id", "project_id", "model_version_id", "task")
  REFERENCES "model_versions"("tenant_id", "project_id", "id", "task") ON DELETE NO ACTION ON UPDATE CASCADE;

-- The data sets that a model learns from, by their role.
CREATE TABLE "model_sources" (
    "tenant_id" UUID NOT NULL,
    "model_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "project_id" UUID NOT NULL,
    "data_set_id" UUID NOT NULL,

    CONSTRAINT "model_sources_pkey" PRIMARY KEY ("tenant_id","model_id","role")
);
CREATE INDEX "model_sources_tenant_id_data_set_id_idx" ON "model_sources"("tenant_id", "data_set_id");
ALTER TABLE "model_sources" ADD CONSTRAINT "model_sources_tenant_id_project_id_model_id_fkey"
  FOREIGN KEY ("tenant_id", "project_id", "model_id") REFERENCES "models"("tenant_id", "project_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "model_sources" ADD CONSTRAINT "model_sources_tenant_id_project_id_data_set_id_fkey"
  FOREIGN KEY ("tenant_id", "project_id", "data_set_id") REFERENCES "data_sets"("tenant_id", "project_id", "id") ON DELETE NO ACTION ON UPDATE CASCADE;
-- With its project it goes at once, before a data set of the project is found to be in use.
ALTER TABLE "model_sources" ADD CONSTRAINT "model_sources_tenant_id_project_id_fkey"
  FOREIGN KEY ("tenant_id", "project_id") REFERENCES "projects"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
INSERT INTO "model_sources" ("tenant_id", "model_id", "role", "project_id", "data_set_id")
  SELECT "tenant_id", "id", "role", "project_id", "data_set_id" FROM "models", LATERAL (VALUES
    ('interactions', "interactions_data_set_id"), ('items', "items_data_set_id"), ('users', "users_data_set_id")) AS source ("role", "data_set_id")
  WHERE "data_set_id" IS NOT NULL;
ALTER TABLE "models" DROP COLUMN "interactions_data_set_id", DROP COLUMN "items_data_set_id", DROP COLUMN "users_data_set_id";

-- What a job learns from, whatever is uploaded meanwhile: of each role a list of imports in order, today one.
CREATE TABLE "training_job_sources" (
    "tenant_id" UUID NOT NULL,
    "training_job_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "segment" INTEGER NOT NULL,
    "import_id" UUID NOT NULL,

    CONSTRAINT "training_job_sources_pkey" PRIMARY KEY ("tenant_id","training_job_id","role","segment")
);
CREATE INDEX "training_job_sources_tenant_id_import_id_idx" ON "training_job_sources"("tenant_id", "import_id");
ALTER TABLE "training_job_sources" ADD CONSTRAINT "training_job_sources_tenant_id_training_job_id_fkey"
  FOREIGN KEY ("tenant_id", "training_job_id") REFERENCES "training_jobs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
INSERT INTO "training_job_sources" ("tenant_id", "training_job_id", "role", "segment", "import_id")
  SELECT "tenant_id", "id", "role", 0, "import_id" FROM "training_jobs", LATERAL (VALUES
    ('interactions', "interactions_import_id"), ('items', "items_import_id"), ('users', "users_import_id")) AS source ("role", "import_id")
  WHERE "import_id" IS NOT NULL;
ALTER TABLE "training_jobs" DROP COLUMN "interactions_import_id", DROP COLUMN "items_import_id", DROP COLUMN "users_import_id";

DO $$
DECLARE tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['model_sources', 'training_job_sources'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('CREATE POLICY tenant_isolation ON %I TO kindred_app USING (tenant_id = (SELECT current_tenant_id())) WITH CHECK (tenant_id = (SELECT current_tenant_id()))', tenant_table);
    EXECUTE format('CREATE POLICY system_access ON %I TO kindred_system USING (true) WITH CHECK (true)', tenant_table);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO kindred_app', tenant_table);
    EXECUTE format('GRANT SELECT ON %I TO kindred_system', tenant_table);
  END LOOP;
END $$;
