-- The new baseline: what was waiting for every program to know the new words goes. Programs of before cannot run on it.

DROP TRIGGER keep_lineage ON "api_keys";
DROP FUNCTION keep_lineage();
ALTER TABLE "api_keys" DROP COLUMN "family_id",
ALTER COLUMN "lineage_id" SET NOT NULL;
CREATE INDEX "api_keys_tenant_id_lineage_id_idx" ON "api_keys" ("tenant_id", "lineage_id");

ALTER TABLE "api_nodes" DROP COLUMN "drained_sequence";

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER FUNCTION tell_change() RENAME TO notify_change;
ALTER FUNCTION tell_global_change() RENAME TO notify_global_change;
ALTER FUNCTION tell_key_hashes() RENAME TO notify_key_hashes;
DO $$
DECLARE
  named record;
BEGIN
  FOR named IN SELECT tgname, tgrelid::regclass AS on_table FROM pg_trigger WHERE tgname LIKE 'tell\_%' AND NOT tgisinternal LOOP
    EXECUTE format('ALTER TRIGGER %I ON %s RENAME TO %I', named.tgname, named.on_table, replace(named.tgname, 'tell_', 'notify_'));
  END LOOP;
END $$;
