-- CreateEnum
CREATE TYPE "api_key_mode" AS ENUM ('live', 'test');

-- CreateEnum
CREATE TYPE "limit_scope" AS ENUM ('organization', 'project', 'key');

-- CreateEnum
CREATE TYPE "rollup_granularity" AS ENUM ('minute', 'hour', 'day', 'period');

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "allowed_addresses" TEXT[],
ADD COLUMN     "deployment_ids" UUID[],
ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "family_id" UUID,
ADD COLUMN     "last_used_at" TIMESTAMPTZ(3),
ADD COLUMN     "leaked_url" TEXT,
ADD COLUMN     "mode" "api_key_mode" NOT NULL DEFAULT 'live';

-- AlterTable
ALTER TABLE "meter_prices" DROP CONSTRAINT "meter_prices_pkey",
ADD COLUMN     "device_class" TEXT NOT NULL DEFAULT '',
ADD CONSTRAINT "meter_prices_pkey" PRIMARY KEY ("price_version_id", "meter_key", "device_class");

-- AlterTable
ALTER TABLE "meters" ADD COLUMN     "position" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "plans" ADD COLUMN     "requests_burst" INTEGER NOT NULL DEFAULT 500,
ADD COLUMN     "requests_per_second" INTEGER NOT NULL DEFAULT 100;

-- CreateTable
CREATE TABLE "plan_quotas" (
    "plan_key" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "quantity" DECIMAL(20,6) NOT NULL,

    CONSTRAINT "plan_quotas_pkey" PRIMARY KEY ("plan_key","resource")
);

-- CreateTable
CREATE TABLE "limits" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "scope" "limit_scope" NOT NULL,
    "scope_id" UUID NOT NULL,
    "resource" TEXT NOT NULL,
    "quantity" DECIMAL(20,6) NOT NULL,
    "burst" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "limits_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "quota_leases" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "node_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "meter_key" TEXT NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "units" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "quota_leases_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "api_nodes" (
    "id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "drained_sequence" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "api_nodes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE UNLOGGED TABLE "rate_buckets" (
    "tenant_id" UUID NOT NULL,
    "scope" "limit_scope" NOT NULL,
    "scope_id" UUID NOT NULL,
    "tokens" DOUBLE PRECISION NOT NULL,
    "granted" DOUBLE PRECISION NOT NULL,
    "refilled_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "rate_buckets_pkey" PRIMARY KEY ("tenant_id","scope","scope_id")
);

-- CreateTable
CREATE TABLE "limit_alerts" (
    "tenant_id" UUID NOT NULL,
    "scope" "limit_scope" NOT NULL,
    "scope_id" UUID NOT NULL,
    "resource" TEXT NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "threshold" INTEGER NOT NULL,
    "used" DECIMAL(26,6) NOT NULL,
    "quantity" DECIMAL(20,6) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "limit_alerts_pkey" PRIMARY KEY ("tenant_id","scope","scope_id","resource","period_start","threshold")
);

-- CreateTable
CREATE TABLE "usage_rollups" (
    "tenant_id" UUID NOT NULL,
    "granularity" "rollup_granularity" NOT NULL,
    "bucket_start" TIMESTAMPTZ(3) NOT NULL,
    "meter_key" TEXT NOT NULL,
    "project_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "deployment_id" UUID NOT NULL,
    "device_class" TEXT NOT NULL,
    "price_version_id" UUID NOT NULL,
    "quantity" DECIMAL(26,6) NOT NULL,
    "events" BIGINT NOT NULL,

    CONSTRAINT "usage_rollups_pkey" PRIMARY KEY ("tenant_id","granularity","bucket_start","meter_key","project_id","api_key_id","deployment_id","device_class","price_version_id")
);

-- CreateTable
CREATE TABLE "ledger_checks" (
    "checked_at" TIMESTAMPTZ(3) NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "mismatches" BIGINT NOT NULL,

    CONSTRAINT "ledger_checks_pkey" PRIMARY KEY ("checked_at")
);

-- CreateIndex
CREATE INDEX "api_keys_tenant_id_family_id_idx" ON "api_keys"("tenant_id", "family_id");

-- CreateIndex
CREATE UNIQUE INDEX "limits_tenant_id_scope_scope_id_resource_key" ON "limits"("tenant_id", "scope", "scope_id", "resource");

-- CreateIndex
CREATE INDEX "quota_leases_node_id_idx" ON "quota_leases"("node_id");

-- AddForeignKey
ALTER TABLE "plan_quotas" ADD CONSTRAINT "plan_quotas_plan_key_fkey" FOREIGN KEY ("plan_key") REFERENCES "plans"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "limits" ADD CONSTRAINT "limits_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage_rollups" ADD CONSTRAINT "usage_rollups_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage_rollups" ADD CONSTRAINT "usage_rollups_meter_key_fkey" FOREIGN KEY ("meter_key") REFERENCES "meters"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage_rollups" ADD CONSTRAINT "usage_rollups_price_version_id_fkey" FOREIGN KEY ("price_version_id") REFERENCES "price_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

UPDATE "api_keys" SET "family_id" = "id", "deployment_ids" = '{}', "allowed_addresses" = '{}';
ALTER TABLE "api_keys" ALTER COLUMN "family_id" SET NOT NULL;

-- The ledger anew, partitioned by id: the first 48 bits of a UUIDv7 are its time, so that the key stays (tenant, id, meter) over all
-- partitions. Foreign keys are on the roll-ups, where each is checked once a group and not once an event.
ALTER TABLE "usage_events" RENAME TO "usage_events_before";
ALTER TABLE "usage_events_before" RENAME CONSTRAINT "usage_events_pkey" TO "usage_events_before_pkey";
CREATE TABLE "usage_events" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "meter_key" TEXT NOT NULL,
    "quantity" DECIMAL(20,6) NOT NULL,
    "project_id" UUID,
    "api_key_id" UUID,
    "deployment_id" UUID,
    "device_class" TEXT NOT NULL DEFAULT '',
    "price_version_id" UUID NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "payload_hash" BYTEA NOT NULL,
    "corrects_id" UUID,
    "reason" TEXT,

    CONSTRAINT "usage_events_pkey" PRIMARY KEY ("tenant_id", "id", "meter_key"),
    CONSTRAINT "usage_events_quantity" CHECK ("quantity" > 0 OR ("quantity" < 0 AND "corrects_id" IS NOT NULL)),
    CONSTRAINT "usage_events_correction" CHECK (("corrects_id" IS NULL) = ("reason" IS NULL))
) PARTITION BY RANGE ("id");

-- The least UUIDv7 of a moment.
CREATE FUNCTION uuid_of_time(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT rpad(lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid $$;

-- Row-level security for a table or partition: one tenant at a time for the app, all for the system role.
CREATE FUNCTION isolate_tenants(tenant_table text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('CREATE POLICY tenant_isolation ON %I TO kindred_app USING (tenant_id = (SELECT current_tenant_id())) WITH CHECK (tenant_id = (SELECT current_tenant_id()))', tenant_table);
  EXECUTE format('CREATE POLICY system_access ON %I TO kindred_system USING (true) WITH CHECK (true)', tenant_table);
END $$;

-- A partition a month, as far ahead as is asked for; called by every migrate.
CREATE FUNCTION create_usage_event_partitions(until timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month timestamptz := '2026-11-01T00:00:00Z';
  following timestamptz;
  partition text;
BEGIN
  WHILE month < until LOOP
    following := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    partition := 'usage_events_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
    IF to_regclass(partition) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF usage_events FOR VALUES FROM (%L) TO (%L)', partition, uuid_of_time(month), uuid_of_time(following));
      PERFORM isolate_tenants(partition);
    END IF;
    month := following;
  END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION isolate_tenants, create_usage_event_partitions FROM PUBLIC;

CREATE TABLE "usage_events_earlier" PARTITION OF "usage_events" FOR VALUES FROM (MINVALUE) TO (uuid_of_time('2026-11-01T00:00:00Z'));
SELECT create_usage_event_partitions(now() + interval '2 years');

DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['usage_events', 'usage_events_earlier', 'usage_rollups', 'limits', 'quota_leases', 'rate_buckets', 'limit_alerts']
  LOOP
    PERFORM isolate_tenants(tenant_table);
  END LOOP;
END $$;

-- The ledger is append-only: nobody who serves requests may change or delete a row.
GRANT SELECT, INSERT ON "usage_events" TO kindred_app, kindred_system;
GRANT SELECT, INSERT, UPDATE ON "usage_rollups" TO kindred_app, kindred_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON "limits" TO kindred_app;
GRANT SELECT ON "limits", "quota_leases", "limit_alerts", "rate_buckets" TO kindred_app, kindred_system;
GRANT INSERT, UPDATE, DELETE ON "quota_leases", "rate_buckets" TO kindred_system;
GRANT INSERT ON "limit_alerts" TO kindred_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "api_nodes" TO kindred_system;
GRANT SELECT, INSERT, DELETE ON "ledger_checks" TO kindred_system;
GRANT SELECT ON "plan_quotas" TO kindred_app, kindred_system;
GRANT UPDATE ("last_used_at", "revoked_at", "leaked_url") ON "api_keys" TO kindred_system;

INSERT INTO "usage_events"
SELECT event."tenant_id", event."id", event."meter_key", event."quantity", event."project_id", event."api_key_id", event."deployment_id",
  CASE event."meter_key" WHEN 'training_seconds' THEN 'cpu' ELSE '' END, event."price_version_id",
  COALESCE((SELECT max(start) FROM generate_series(0, 1200) AS months (count),
    LATERAL (SELECT (subscription."anchor_at" AT TIME ZONE 'UTC' + make_interval(months => months.count)) AT TIME ZONE 'UTC' AS start) AS period
    WHERE start <= event."occurred_at"), subscription."anchor_at"),
  event."occurred_at", '\x', NULL, NULL
FROM "usage_events_before" event JOIN "subscriptions" subscription USING ("tenant_id");
DROP TABLE "usage_events_before";

INSERT INTO "usage_rollups"
SELECT "tenant_id", granularity::rollup_granularity, bucket, "meter_key", COALESCE("project_id", nil), COALESCE("api_key_id", nil),
  COALESCE("deployment_id", nil), "device_class", "price_version_id", sum("quantity"), count(*)
FROM "usage_events", (SELECT '00000000-0000-0000-0000-000000000000'::uuid AS nil) AS absent, LATERAL (VALUES
  ('minute', date_trunc('minute', "occurred_at", 'UTC')), ('hour', date_trunc('hour', "occurred_at", 'UTC')),
  ('day', date_trunc('day', "occurred_at", 'UTC')), ('period', "period_start")) AS rollup (granularity, bucket)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- Whose usage has changed lately.
CREATE INDEX "usage_rollups_minutes" ON "usage_rollups" ("bucket_start", "tenant_id") WHERE "granularity" = 'minute';

ALTER TABLE "limits" ADD CONSTRAINT "limits_quantity" CHECK ("quantity" >= 0);
ALTER TABLE "limits" ADD CONSTRAINT "limits_burst" CHECK (("resource" = 'requests_per_second') = ("burst" IS NOT NULL) AND "burst" > 0);
ALTER TABLE "quota_leases" ADD CONSTRAINT "quota_leases_units" CHECK ("units" >= 0);
ALTER TABLE "limit_alerts" ADD CONSTRAINT "limit_alerts_threshold" CHECK ("threshold" IN (50, 75, 100));
ALTER TABLE "plans" ADD CONSTRAINT "plans_requests_positive" CHECK ("requests_per_second" > 0 AND "requests_burst" > 0);

-- Tells every API process what its caches must forget, whoever changes a row and by whatever means.
CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed record := COALESCE(NEW, OLD);
BEGIN
  PERFORM pg_notify('kindred_changes', json_build_object('table', TG_TABLE_NAME, 'tenantId', changed.tenant_id, 'id', to_jsonb(changed) ->> TG_ARGV[0])::text);
  RETURN NULL;
END $$;
CREATE TRIGGER tell_change AFTER UPDATE OF "revoked_at", "expires_at", "scopes", "deployment_ids", "allowed_addresses" OR DELETE ON "api_keys" FOR EACH ROW EXECUTE FUNCTION tell_change('key_hash');
CREATE TRIGGER tell_change AFTER UPDATE OR DELETE ON "deployments" FOR EACH ROW EXECUTE FUNCTION tell_change('id');
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE OR DELETE ON "limits" FOR EACH ROW EXECUTE FUNCTION tell_change('id');
CREATE TRIGGER tell_change AFTER UPDATE ON "subscriptions" FOR EACH ROW EXECUTE FUNCTION tell_change('tenant_id');

UPDATE "meters" SET "position" = 1 WHERE "key" = 'recommendation_requests';
UPDATE "meters" SET "position" = 4, "description" = 'Time that a training job which succeeded spent on its device, by the pool of workers' WHERE "key" = 'training_seconds';
INSERT INTO "meters" ("key", "unit", "description", "position") VALUES
  ('recommended_items', 'item', 'Items in the answers to those calls', 2),
  ('interactions_ingested', 'interaction', 'Rows of interactions that an import took', 3),
  ('stored_interactions', 'interaction-day', 'Interactions held, read once a day', 5),
  ('batch_rows', 'row', 'Rows that a batch of recommendations wrote', 6),
  ('test_requests', 'request', 'Successful calls with a test key; never billed', 7);

-- A new price is a new version; who subscribed before keeps the old one.
INSERT INTO "price_versions" ("id", "plan_key", "version", "currency", "monthly_fee_minor") VALUES
  ('019ab000-0000-7000-8000-000000000003', 'free', 2, 'usd', 0),
  ('019ab000-0000-7000-8000-000000000004', 'pro', 2, 'usd', 4900);
INSERT INTO "meter_prices" ("price_version_id", "meter_key", "device_class", "included_quantity", "unit_amount") VALUES
  ('019ab000-0000-7000-8000-000000000003', 'recommendation_requests', '', 10000, 0),
  ('019ab000-0000-7000-8000-000000000003', 'interactions_ingested', '', 2000000, 0),
  ('019ab000-0000-7000-8000-000000000003', 'training_seconds', '', 3600, 0),
  ('019ab000-0000-7000-8000-000000000004', 'recommendation_requests', '', 100000, 0.0002),
  ('019ab000-0000-7000-8000-000000000004', 'interactions_ingested', '', 20000000, 0.000001),
  ('019ab000-0000-7000-8000-000000000004', 'training_seconds', '', 7200, 0.0005),
  ('019ab000-0000-7000-8000-000000000004', 'training_seconds', 'gpu-h100', 0, 0.002),
  ('019ab000-0000-7000-8000-000000000004', 'stored_interactions', '', 300000000, 0.00000002),
  ('019ab000-0000-7000-8000-000000000004', 'batch_rows', '', 100000, 0.00002);
INSERT INTO "plan_quotas" ("plan_key", "resource", "quantity") VALUES
  ('free', 'recommendation_requests', 10000), ('free', 'test_requests', 10000), ('free', 'interactions_ingested', 2000000),
  ('free', 'training_seconds', 3600), ('free', 'training_jobs', 200), ('free', 'models', 20), ('free', 'interactions_held', 2000000),
  ('pro', 'test_requests', 100000), ('pro', 'training_jobs', 5000), ('pro', 'models', 500), ('pro', 'interactions_held', 200000000);
UPDATE "plans" SET "requests_per_second" = 1000, "requests_burst" = 5000 WHERE "key" = 'pro';
