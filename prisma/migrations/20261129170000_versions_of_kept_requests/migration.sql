-- AlterTable
ALTER TABLE "kept_requests" ADD COLUMN "model_version_id" UUID;
