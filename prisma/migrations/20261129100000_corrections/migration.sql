-- CreateTable
CREATE TABLE "added_rows" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "data_set_id" UUID NOT NULL,
    "origin" TEXT NOT NULL,
    "row" JSONB NOT NULL,

    CONSTRAINT "added_rows_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "kept_requests" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "deployment_id" UUID NOT NULL,
    "request" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "kept_requests_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "added_rows_tenant_id_data_set_id_origin_key" ON "added_rows"("tenant_id", "data_set_id", "origin");

-- CreateIndex
CREATE INDEX "kept_requests_created_at_idx" ON "kept_requests"("created_at");

-- AddForeignKey
ALTER TABLE "added_rows" ADD CONSTRAINT "added_rows_tenant_id_data_set_id_fkey" FOREIGN KEY ("tenant_id", "data_set_id") REFERENCES "data_sets"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('added_rows');
SELECT isolate_tenants('kept_requests');
GRANT SELECT, INSERT, UPDATE, DELETE ON "added_rows" TO kindred_app;
GRANT SELECT, DELETE ON "added_rows" TO kindred_system;
-- Kept with the ledger's rows, above tenants; read by the tenant's own.
GRANT SELECT ON "kept_requests" TO kindred_app;
GRANT SELECT, INSERT, DELETE ON "kept_requests" TO kindred_system;
