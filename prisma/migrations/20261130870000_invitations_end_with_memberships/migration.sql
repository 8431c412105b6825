-- Whoever leaves or is taken out has no open invitation left that would give a role back. Before the row goes, as the address is a
-- member's alone to read.
GRANT UPDATE ("revoked_at") ON "invitations" TO kindred_system;
CREATE FUNCTION revoke_invitations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE invitations SET revoked_at = now() FROM users
  WHERE invitations.tenant_id = OLD.tenant_id AND users.id = OLD.user_id AND invitations.email = users.email
    AND accepted_at IS NULL AND revoked_at IS NULL;
  RETURN OLD;
END $$;
CREATE TRIGGER revoke_invitations BEFORE DELETE ON "memberships" FOR EACH ROW EXECUTE FUNCTION revoke_invitations();
