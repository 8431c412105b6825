-- CreateEnum
CREATE TYPE "provenance" AS ENUM ('uploaded', 'sample', 'synthetic');

-- AlterTable
ALTER TABLE "data_sets" ADD COLUMN "sample" TEXT;

-- AlterTable
ALTER TABLE "imports" ADD COLUMN "provenance" "provenance" NOT NULL DEFAULT 'uploaded';

-- AlterTable
ALTER TABLE "model_versions" ADD COLUMN "provenance" "provenance" NOT NULL DEFAULT 'uploaded';

-- CreateIndex
CREATE UNIQUE INDEX "data_sets_tenant_id_project_id_sample_key" ON "data_sets"("tenant_id", "project_id", "sample");
