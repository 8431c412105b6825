-- AlterTable
ALTER TABLE "single_sign_on_domains" ADD COLUMN     "checked_at" TIMESTAMPTZ(3),
ADD COLUMN     "missing_since" TIMESTAMPTZ(3);
