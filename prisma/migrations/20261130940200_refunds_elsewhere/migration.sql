-- AlterTable
ALTER TABLE "invoices" ADD COLUMN "refunded_elsewhere_minor" BIGINT NOT NULL DEFAULT 0;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

GRANT UPDATE ("refunded_elsewhere_minor") ON "invoices" TO kindred_app;
