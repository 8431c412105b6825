-- CreateTable
CREATE TABLE "sign_ups" (
    "tenant_id" UUID NOT NULL,
    "user_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "address_hash" BYTEA NOT NULL,
    "network_hash" BYTEA NOT NULL,
    "domain_hash" BYTEA NOT NULL,
    "device_hash" BYTEA,
    "score" SMALLINT NOT NULL,
    "reasons" JSONB NOT NULL,
    "proved_at" TIMESTAMPTZ(3),
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "sign_ups_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateIndex
CREATE INDEX "sign_ups_created_at_idx" ON "sign_ups"("created_at");

-- CreateIndex
CREATE INDEX "sign_ups_address_hash_created_at_idx" ON "sign_ups"("address_hash", "created_at");

-- CreateIndex
CREATE INDEX "sign_ups_network_hash_created_at_idx" ON "sign_ups"("network_hash", "created_at");

-- CreateIndex
CREATE INDEX "sign_ups_domain_hash_created_at_idx" ON "sign_ups"("domain_hash", "created_at");

-- CreateIndex
CREATE INDEX "sign_ups_device_hash_created_at_idx" ON "sign_ups"("device_hash", "created_at");

-- CreateIndex
CREATE INDEX "sign_ups_user_id_idx" ON "sign_ups"("user_id");

-- AddForeignKey
ALTER TABLE "sign_ups" ADD CONSTRAINT "sign_ups_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sign_ups" ADD CONSTRAINT "sign_ups_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

ALTER TABLE "sign_ups" ADD CONSTRAINT "sign_ups_score" CHECK ("score" BETWEEN 0 AND 100);
ALTER TABLE "sign_ups" ADD CONSTRAINT "sign_ups_reasons" CHECK (jsonb_typeof("reasons") = 'array');

SELECT isolate_tenants('sign_ups');
-- It is weighed against others', which no organization sees; what was found is not the programs' to change, but that the work was done or an operator lets it train.
GRANT SELECT, INSERT, DELETE ON "sign_ups" TO kindred_system;
GRANT UPDATE ("proved_at", "released_at") ON "sign_ups" TO kindred_system;
