-- AlterTable
ALTER TABLE "audit_events" ADD COLUMN     "hash" BYTEA,
ADD COLUMN     "ordinal" BIGINT,
ADD COLUMN     "personal" JSONB,
ADD COLUMN     "personal_digest" TEXT,
ADD COLUMN     "personal_salt" UUID,
ADD COLUMN     "request_id" TEXT;

-- CreateTable
CREATE TABLE "audit_heads" (
    "tenant_id" UUID NOT NULL,
    "ordinal" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,
    "cut_ordinal" BIGINT NOT NULL,
    "cut_hash" BYTEA NOT NULL,
    "cut_at" TIMESTAMPTZ(3),

    CONSTRAINT "audit_heads_pkey" PRIMARY KEY ("tenant_id")
);

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- What an event's hash covers: jsonb as text, whose order and spacing Postgres fixes. docs/guides/audit-log.md tells it to customers.
CREATE FUNCTION audit_hashed(event audit_events) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'organizationId', event.tenant_id, 'ordinal', event.ordinal, 'id', event.id,
    'occurredAt', to_char(event.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'actorKind', event.actor_kind, 'actorId', event.actor_id, 'action', event.action, 'targetType', event.target_type,
    'targetId', event.target_id, 'before', event.before, 'after', event.after, 'requestId', event.request_id,
    'personalDigest', event.personal_digest)::text $$;

CREATE FUNCTION audit_hash(previous bytea, hashed text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT sha256(convert_to(encode(previous, 'hex') || E'\n' || hashed, 'UTF8')) $$;

-- What is there is chained in the order in which it was written. The owner need not be a superuser.
ALTER TABLE "audit_events" NO FORCE ROW LEVEL SECURITY;
DO $$
DECLARE
  event audit_events;
  chain uuid;
  last_ordinal bigint;
  last_hash bytea;
BEGIN
  FOR event IN SELECT * FROM audit_events ORDER BY tenant_id, id LOOP
    IF chain IS DISTINCT FROM event.tenant_id THEN
      chain := event.tenant_id;
      last_ordinal := 0;
      last_hash := decode(repeat('00', 32), 'hex');
    END IF;
    event.ordinal := last_ordinal + 1;
    last_ordinal := event.ordinal;
    last_hash := audit_hash(last_hash, audit_hashed(event));
    UPDATE audit_events SET ordinal = last_ordinal, hash = last_hash WHERE tenant_id = event.tenant_id AND id = event.id;
  END LOOP;
  INSERT INTO audit_heads (tenant_id, ordinal, hash, cut_ordinal, cut_hash)
  SELECT DISTINCT ON (tenant_id) tenant_id, audit_events.ordinal, audit_events.hash, 0, decode(repeat('00', 32), 'hex')
  FROM audit_events ORDER BY tenant_id, audit_events.ordinal DESC;
END $$;
ALTER TABLE "audit_events" FORCE ROW LEVEL SECURITY;
-- The trigger below gives them to the programs of before too.
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_chained" CHECK ("ordinal" IS NOT NULL AND "ordinal" > 0 AND "hash" IS NOT NULL AND length("hash") = 32);

-- CreateIndex
CREATE UNIQUE INDEX "audit_events_tenant_id_ordinal_key" ON "audit_events"("tenant_id", "ordinal");

-- CreateIndex
CREATE INDEX "audit_events_actor_id_ordinal_idx" ON "audit_events"("actor_id", "ordinal");

-- CreateIndex
CREATE INDEX "audit_events_target_id_ordinal_idx" ON "audit_events"("target_id", "ordinal");

-- By whom a person is found who is known by nothing else, such as one who was invited.
CREATE INDEX "audit_events_email" ON "audit_events"((personal ->> 'email')) WHERE personal ? 'email';

SELECT isolate_tenants('audit_heads');
GRANT SELECT, INSERT ("tenant_id", "ordinal", "hash", "cut_ordinal", "cut_hash"), UPDATE ("ordinal", "hash") ON "audit_heads" TO kindred_app, kindred_system;
GRANT UPDATE ("cut_ordinal", "cut_hash"), DELETE ON "audit_heads" TO kindred_system;

-- Place, hash and time are the database's to say.
REVOKE INSERT ON "audit_events" FROM kindred_app, kindred_system;
GRANT INSERT ("tenant_id", "id", "actor_kind", "actor_id", "action", "target_type", "target_id", "before", "after", "request_id", "personal")
  ON "audit_events" TO kindred_app, kindred_system;
-- A person who is forgotten.
GRANT UPDATE ("personal", "personal_salt") ON "audit_events" TO kindred_system;

-- Gives each event the next place in its organization's chain. The head stays locked until the transaction ends, so events come last
-- in it (libs/platform/audit): who holds the head then waits for nobody.
CREATE FUNCTION chain_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head audit_heads;
  nothing CONSTANT bytea := decode(repeat('00', 32), 'hex');
BEGIN
  SELECT * INTO head FROM audit_heads WHERE tenant_id = NEW.tenant_id FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO audit_heads (tenant_id, ordinal, hash, cut_ordinal, cut_hash) VALUES (NEW.tenant_id, 0, nothing, 0, nothing) ON CONFLICT DO NOTHING;
    SELECT * INTO STRICT head FROM audit_heads WHERE tenant_id = NEW.tenant_id FOR UPDATE;
  END IF;
  NEW.personal_salt := CASE WHEN NEW.personal IS NOT NULL THEN gen_random_uuid() END;
  NEW.personal_digest := encode(sha256(convert_to(NEW.personal_salt::text || E'\n' || NEW.personal::text, 'UTF8')), 'hex');
  NEW.ordinal := head.ordinal + 1;
  NEW.hash := audit_hash(head.hash, audit_hashed(NEW));
  UPDATE audit_heads SET ordinal = NEW.ordinal, hash = NEW.hash WHERE tenant_id = NEW.tenant_id;
  RETURN NEW;
END $$;
CREATE TRIGGER chain_audit_event BEFORE INSERT ON "audit_events" FOR EACH ROW EXECUTE FUNCTION chain_audit_event();

-- Tells the endpoints that ask for it, by a message of the event's own id. One that somebody is deleting now is passed over: they wait for the
-- head, and who holds the head waits for nobody.
CREATE FUNCTION tell_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  endpoints uuid[] := ARRAY(SELECT id FROM webhook_endpoints
    WHERE tenant_id = NEW.tenant_id AND disabled_at IS NULL AND 'audit.event' = ANY (event_types) FOR KEY SHARE SKIP LOCKED);
BEGIN
  IF endpoints = '{}' THEN RETURN NULL; END IF;
  INSERT INTO webhook_messages (tenant_id, id, type, data) VALUES (NEW.tenant_id, NEW.id, 'audit.event',
    audit_hashed(NEW)::jsonb || jsonb_build_object('hash', encode(NEW.hash, 'hex'), 'hashed', audit_hashed(NEW)));
  INSERT INTO webhook_deliveries (tenant_id, id, message_id, endpoint_id)
  SELECT NEW.tenant_id, (substr(uuid_of_time(clock_timestamp())::text, 1, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid, NEW.id, endpoint
  FROM unnest(endpoints) AS endpoint;
  RETURN NULL;
END $$;
CREATE TRIGGER tell_audit_event AFTER INSERT ON "audit_events" FOR EACH ROW EXECUTE FUNCTION tell_audit_event();

-- What the programs' logins may do to the chain, whatever their grants: let it grow by events, and cut off its old end.
CREATE FUNCTION guard_audit_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.ordinal <> 0 OR NEW.cut_ordinal <> 0 THEN RAISE 'an audit log begins empty'; END IF;
    RETURN NEW;
  END IF;
  IF (NEW.ordinal, NEW.hash) <> (OLD.ordinal, OLD.hash) AND (pg_trigger_depth() < 2 OR NEW.ordinal <> OLD.ordinal + 1) THEN
    RAISE 'an audit log grows by its events';
  END IF;
  IF (NEW.cut_ordinal, NEW.cut_hash) <> (OLD.cut_ordinal, OLD.cut_hash) THEN
    SELECT occurred_at INTO NEW.cut_at FROM audit_events
    WHERE tenant_id = NEW.tenant_id AND ordinal = NEW.cut_ordinal AND hash = NEW.cut_hash AND NEW.cut_ordinal > OLD.cut_ordinal;
    IF NOT FOUND THEN RAISE 'an audit log is cut at one of its events'; END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_audit_head BEFORE INSERT OR UPDATE ON "audit_heads" FOR EACH ROW
  WHEN (current_user IN ('kindred_app', 'kindred_system')) EXECUTE FUNCTION guard_audit_head();

CREATE FUNCTION guard_audit_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.personal IS NOT NULL OR NEW.personal_salt IS NOT NULL THEN RAISE 'what an audit event says of a person can be erased, not changed'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_audit_erasure BEFORE UPDATE ON "audit_events" FOR EACH ROW
  WHEN (current_user IN ('kindred_app', 'kindred_system')) EXECUTE FUNCTION guard_audit_erasure();

CREATE FUNCTION guard_audit_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM organizations WHERE id = OLD.tenant_id AND deletes_at IS NOT NULL) THEN RETURN OLD; END IF;
  IF TG_TABLE_NAME = 'audit_events' AND EXISTS (SELECT FROM audit_heads WHERE tenant_id = OLD.tenant_id AND cut_ordinal >= OLD.ordinal) THEN RETURN OLD; END IF;
  RAISE 'of an audit log only what was cut off is deleted, or all with its organization';
END $$;
CREATE TRIGGER guard_audit_deletion BEFORE DELETE ON "audit_events" FOR EACH ROW
  WHEN (current_user IN ('kindred_app', 'kindred_system')) EXECUTE FUNCTION guard_audit_deletion();
CREATE TRIGGER guard_audit_deletion BEFORE DELETE ON "audit_heads" FOR EACH ROW
  WHEN (current_user IN ('kindred_app', 'kindred_system')) EXECUTE FUNCTION guard_audit_deletion();
