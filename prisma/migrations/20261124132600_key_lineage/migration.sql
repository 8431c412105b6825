-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "lineage_id" UUID,
ALTER COLUMN "family_id" DROP NOT NULL;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- "lineage_id" is the new word for "family_id". Programs of before write and read the old one alone, today's the new one alone.
CREATE FUNCTION keep_lineage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."lineage_id" := COALESCE(NEW."lineage_id", NEW."family_id");
  NEW."family_id" := NEW."lineage_id";
  RETURN NEW;
END $$;
CREATE TRIGGER keep_lineage BEFORE INSERT ON "api_keys" FOR EACH ROW EXECUTE FUNCTION keep_lineage();
UPDATE "api_keys" SET "lineage_id" = "family_id";
