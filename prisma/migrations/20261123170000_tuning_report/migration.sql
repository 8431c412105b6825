-- AlterTable
ALTER TABLE "training_jobs" ADD COLUMN     "tuning_report" JSONB;
