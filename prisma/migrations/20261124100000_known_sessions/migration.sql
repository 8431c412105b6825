-- Processes remember who a session is; what that rests on beside the session and the membership belongs to no tenant's row.
CREATE FUNCTION tell_global_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('kindred_changes', json_build_object('table', TG_TABLE_NAME, 'tenantId', '', 'id', OLD.id)::text);
  RETURN NULL;
END $$;
CREATE TRIGGER tell_change AFTER UPDATE OR DELETE ON "users" FOR EACH ROW EXECUTE FUNCTION tell_global_change();
CREATE TRIGGER tell_change AFTER UPDATE OF "name", "deleted_at" ON "organizations" FOR EACH ROW EXECUTE FUNCTION tell_global_change();
DROP TRIGGER tell_change ON "sessions";
CREATE TRIGGER tell_change AFTER UPDATE OR DELETE ON "sessions" FOR EACH ROW EXECUTE FUNCTION tell_change('token_hash');
