-- CreateIndex
CREATE INDEX "api_keys_tenant_id_project_id_id_idx" ON "api_keys"("tenant_id", "project_id", "id");

-- CreateIndex
CREATE INDEX "deployments_tenant_id_project_id_id_idx" ON "deployments"("tenant_id", "project_id", "id");

-- CreateIndex
CREATE INDEX "deployments_tenant_id_project_id_updated_at_id_idx" ON "deployments"("tenant_id", "project_id", "updated_at", "id");

-- CreateIndex
CREATE INDEX "imports_tenant_id_data_set_id_id_idx" ON "imports"("tenant_id", "data_set_id", "id");

-- CreateIndex
CREATE INDEX "model_versions_tenant_id_model_id_id_idx" ON "model_versions"("tenant_id", "model_id", "id");

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- Lists are ordered by name whatever its case.
CREATE INDEX "projects_by_name" ON "projects"("tenant_id", lower("name"), "id");
CREATE INDEX "data_sets_by_name" ON "data_sets"("tenant_id", "project_id", lower("name"), "id");
CREATE INDEX "models_by_name" ON "models"("tenant_id", "project_id", lower("name"), "id");
CREATE INDEX "deployments_by_name" ON "deployments"("tenant_id", "project_id", lower("name"), "id");
CREATE INDEX "api_keys_by_name" ON "api_keys"("tenant_id", "project_id", lower("name"), "id");
