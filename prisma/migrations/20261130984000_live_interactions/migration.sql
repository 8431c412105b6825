-- AlterTable
ALTER TABLE "data_sets" ADD COLUMN "is_live" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "live_interactions" (
    "tenant_id" UUID NOT NULL,
    "data_set_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "user_id" TEXT NOT NULL,
    "item_id" TEXT NOT NULL,
    "event_type" TEXT,
    "value" DOUBLE PRECISION,
    "timestamp" DOUBLE PRECISION NOT NULL,
    "recommendation_id" UUID,

    CONSTRAINT "live_interactions_pkey" PRIMARY KEY ("tenant_id","data_set_id","id")
);

-- CreateTable
CREATE TABLE "live_interaction_counts" (
    "tenant_id" UUID NOT NULL,
    "data_set_id" UUID NOT NULL,
    "rows" BIGINT NOT NULL,

    CONSTRAINT "live_interaction_counts_pkey" PRIMARY KEY ("tenant_id","data_set_id")
);

-- CreateIndex
CREATE INDEX "live_interactions_of_user" ON "live_interactions"("tenant_id", "data_set_id", "user_id", "timestamp");

-- AddForeignKey
ALTER TABLE "live_interactions" ADD CONSTRAINT "live_interactions_tenant_id_data_set_id_fkey" FOREIGN KEY ("tenant_id", "data_set_id") REFERENCES "data_sets"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "live_interaction_counts" ADD CONSTRAINT "live_interaction_counts_tenant_id_data_set_id_fkey" FOREIGN KEY ("tenant_id", "data_set_id") REFERENCES "data_sets"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- One a project, however many first events come at once.
CREATE UNIQUE INDEX "data_sets_live" ON "data_sets" ("tenant_id", "project_id") WHERE "is_live";
-- Every process forgets at once where events went.
CREATE TRIGGER notify_change AFTER DELETE ON "data_sets" FOR EACH ROW EXECUTE FUNCTION notify_change('id');

SELECT isolate_tenants('live_interactions');
SELECT isolate_tenants('live_interaction_counts');
GRANT SELECT, DELETE ON "live_interactions" TO kindred_app;
GRANT SELECT, UPDATE ON "live_interaction_counts" TO kindred_app;
-- Kept with the ledger's rows, above tenants.
GRANT SELECT, INSERT, DELETE ON "live_interactions" TO kindred_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON "live_interaction_counts" TO kindred_system;
-- Whoever keeps rows of a data set holds it meanwhile, and Postgres lets only those lock a row who may change something of it.
GRANT UPDATE ("is_live") ON "data_sets" TO kindred_system;
