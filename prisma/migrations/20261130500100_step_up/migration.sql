-- AlterTable
ALTER TABLE "sessions" ADD COLUMN "authenticated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN "second_factor_at" TIMESTAMPTZ(3);

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- Sessions of before began with a login.
UPDATE "sessions" SET "authenticated_at" = "created_at";
GRANT UPDATE ("authenticated_at", "second_factor_at") ON "sessions" TO kindred_system;
