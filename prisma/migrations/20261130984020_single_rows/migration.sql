-- AlterTable
ALTER TABLE "added_rows" ADD COLUMN "is_deletion" BOOLEAN NOT NULL DEFAULT false;
