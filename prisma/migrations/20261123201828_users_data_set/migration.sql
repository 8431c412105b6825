-- AlterTable
ALTER TABLE "models" ADD COLUMN     "users_data_set_id" UUID;

-- AlterTable
ALTER TABLE "training_jobs" ADD COLUMN     "users_import_id" UUID;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_tenant_id_project_id_users_data_set_id_fkey" FOREIGN KEY ("tenant_id", "project_id", "users_data_set_id") REFERENCES "data_sets"("tenant_id", "project_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
