-- contracts: 20261130983000_appends
-- The check is put anew so that it allows more: what the program of before writes holds in both.

-- AlterEnum
ALTER TYPE "import_status" ADD VALUE 'cancelled';

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- Without the new value, which may not be named before it is committed.
ALTER TABLE "imports" DROP CONSTRAINT "imports_finished",
  ADD CONSTRAINT "imports_finished" CHECK (("status" NOT IN ('queued', 'running')) = ("finished_at" IS NOT NULL));
