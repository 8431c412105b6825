-- AlterTable
ALTER TABLE "data_sets" ADD COLUMN "column_mapping" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN "formats" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "imports" ADD COLUMN "formats" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN "rejections" JSONB NOT NULL DEFAULT '[]';

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

UPDATE "data_sets" SET "column_mapping" = "imports"."column_mapping"
FROM "imports" WHERE "imports"."tenant_id" = "data_sets"."tenant_id" AND "imports"."id" = "data_sets"."current_import_id";
