-- CreateEnum
CREATE TYPE "url_source_interval" AS ENUM ('once', 'hourly', 'daily');

-- CreateEnum
CREATE TYPE "url_source_result" AS ENUM ('imported', 'unchanged', 'failed');

-- CreateTable
CREATE TABLE "uploads" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "data_set_id" UUID NOT NULL,
    "metadata" JSONB NOT NULL,
    "query" JSONB NOT NULL,
    "bytes" BIGINT NOT NULL,
    "received_bytes" BIGINT NOT NULL DEFAULT 0,
    "import_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "uploads_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "upload_parts" (
    "tenant_id" UUID NOT NULL,
    "upload_id" UUID NOT NULL,
    "offset" BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "upload_parts_pkey" PRIMARY KEY ("tenant_id","upload_id","offset")
);

-- CreateTable
CREATE TABLE "url_sources" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "data_set_id" UUID NOT NULL,
    "address" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "interval" "url_source_interval" NOT NULL,
    "query" JSONB NOT NULL,
    "etag" TEXT,
    "last_modified" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "losses" INTEGER NOT NULL DEFAULT 0,
    "lease_expires_at" TIMESTAMPTZ(3),
    "next_attempt_at" TIMESTAMPTZ(3) DEFAULT clock_timestamp(),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "paused_at" TIMESTAMPTZ(3),
    "last_run_at" TIMESTAMPTZ(3),
    "last_result" "url_source_result",
    "last_error" TEXT,
    "last_import_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "url_sources_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "uploads_tenant_id_data_set_id_idx" ON "uploads"("tenant_id", "data_set_id");

-- CreateIndex
CREATE INDEX "uploads_tenant_id_import_id_idx" ON "uploads"("tenant_id", "import_id");

-- CreateIndex
CREATE INDEX "uploads_expires_at_idx" ON "uploads"("expires_at");

-- CreateIndex
CREATE INDEX "upload_parts_key_idx" ON "upload_parts"("key");

-- CreateIndex
CREATE INDEX "url_sources_tenant_id_data_set_id_id_idx" ON "url_sources"("tenant_id", "data_set_id", "id");

-- AddForeignKey
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_tenant_id_data_set_id_fkey" FOREIGN KEY ("tenant_id", "data_set_id") REFERENCES "data_sets"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_parts" ADD CONSTRAINT "upload_parts_tenant_id_upload_id_fkey" FOREIGN KEY ("tenant_id", "upload_id") REFERENCES "uploads"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "url_sources" ADD CONSTRAINT "url_sources_tenant_id_data_set_id_fkey" FOREIGN KEY ("tenant_id", "data_set_id") REFERENCES "data_sets"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('uploads');
SELECT isolate_tenants('upload_parts');
SELECT isolate_tenants('url_sources');
GRANT SELECT, DELETE ON "uploads" TO kindred_system;
GRANT SELECT ON "upload_parts", "url_sources" TO kindred_system;
-- What is sealed is sealed anew under another secret.
GRANT UPDATE ("attempt", "losses", "lease_expires_at", "next_attempt_at", "sealed") ON "url_sources" TO kindred_system;
-- What was declared of a file is never changed; only what of it has come is.
GRANT SELECT, INSERT, DELETE, UPDATE ("received_bytes", "import_id") ON "uploads" TO kindred_app;
GRANT SELECT, INSERT ON "upload_parts" TO kindred_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "url_sources" TO kindred_app;

-- Whatever the program thinks of it: no upload takes more than was declared, and none is an import's before it is whole.
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_bytes" CHECK ("bytes" > 0 AND "received_bytes" BETWEEN 0 AND "bytes");
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_imported_are_whole" CHECK (("import_id" IS NOT NULL) = ("received_bytes" = "bytes"));
ALTER TABLE "upload_parts" ADD CONSTRAINT "upload_parts_bytes" CHECK ("bytes" > 0 AND "offset" >= 0);
ALTER TABLE "url_sources" ADD CONSTRAINT "url_sources_paused_wait_for_nothing" CHECK ("paused_at" IS NULL OR "next_attempt_at" IS NULL);
CREATE INDEX "url_sources_due" ON "url_sources" ("next_attempt_at") WHERE "next_attempt_at" IS NOT NULL;
CREATE INDEX "url_sources_leased" ON "url_sources" ("tenant_id") WHERE "lease_expires_at" IS NOT NULL;
