-- CreateEnum
CREATE TYPE "label_status" AS ENUM ('waiting', 'labelled', 'skipped');

-- CreateTable
CREATE TABLE "texts_to_label" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "data_set_id" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "text_hash" BYTEA NOT NULL,
    "status" "label_status" NOT NULL DEFAULT 'waiting',
    "labels" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "place" DOUBLE PRECISION NOT NULL,
    "margin" DOUBLE PRECISION,
    "suggestions" JSONB NOT NULL DEFAULT '[]',
    "model_version_id" UUID,
    "leased_by" UUID,
    "leased_until" TIMESTAMPTZ(3),
    "decided_by" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "texts_to_label_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE INDEX "texts_to_label_tenant_id_data_set_id_status_margin_place_idx" ON "texts_to_label"("tenant_id", "data_set_id", "status", "margin", "place");

-- CreateIndex
CREATE INDEX "texts_to_label_decided_at" ON "texts_to_label"("decided_at");

-- CreateIndex
CREATE UNIQUE INDEX "texts_to_label_tenant_id_data_set_id_text_hash_key" ON "texts_to_label"("tenant_id", "data_set_id", "text_hash");

-- AddForeignKey
ALTER TABLE "texts_to_label" ADD CONSTRAINT "texts_to_label_tenant_id_data_set_id_fkey" FOREIGN KEY ("tenant_id", "data_set_id") REFERENCES "data_sets"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('texts_to_label');
GRANT SELECT, INSERT, UPDATE, DELETE ON "texts_to_label" TO kindred_app;
GRANT SELECT, DELETE ON "texts_to_label" TO kindred_system;
