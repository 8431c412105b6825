-- AlterTable
ALTER TABLE "training_jobs" ADD COLUMN     "compute_seconds" DOUBLE PRECISION,
ADD COLUMN     "enough_at" TIMESTAMPTZ(3);
ALTER TABLE "training_jobs" ADD CONSTRAINT "training_jobs_compute_seconds" CHECK ("compute_seconds" >= 0) NOT VALID;
