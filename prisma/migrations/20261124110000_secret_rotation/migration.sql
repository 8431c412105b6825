-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "hashed_with" TEXT;

-- A key that is used is hashed anew under the secret of today; what is sealed or hashed is written anew by the command.
GRANT UPDATE ("key_hash", "hashed_with") ON "api_keys" TO kindred_system;
GRANT UPDATE ("secret", "previous_secret") ON "webhook_endpoints" TO kindred_system;
GRANT UPDATE ("user_hash") ON "erasures" TO kindred_system;

-- Whoever knows the key by the hash that it no longer has would not hear of its end, and whoever found nothing under the new
-- one would go on finding nothing: both are told to forget it.
CREATE FUNCTION tell_key_hashes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  hash text;
BEGIN
  FOREACH hash IN ARRAY ARRAY[to_jsonb(OLD) ->> 'key_hash', to_jsonb(NEW) ->> 'key_hash'] LOOP
    PERFORM pg_notify('kindred_changes', json_build_object('table', TG_TABLE_NAME, 'tenantId', OLD.tenant_id, 'id', hash)::text);
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER tell_key_hashes AFTER UPDATE OF "key_hash" ON "api_keys" FOR EACH ROW EXECUTE FUNCTION tell_key_hashes();
