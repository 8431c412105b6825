-- AlterTable
ALTER TABLE "invoices" ADD COLUMN "tax_minor" BIGINT NOT NULL DEFAULT 0;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

GRANT UPDATE ("tax_minor") ON "invoices" TO kindred_app;
