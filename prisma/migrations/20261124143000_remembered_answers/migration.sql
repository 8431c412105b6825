-- What calls that named themselves were answered, so that a retry gets the same bytes from any process.
CREATE TABLE "remembered_answers" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "payload_hash" BYTEA NOT NULL,
    "answer" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "remembered_answers_pkey" PRIMARY KEY ("tenant_id","id")
);
CREATE INDEX "remembered_answers_created_at_idx" ON "remembered_answers"("created_at");
ALTER TABLE "remembered_answers" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "remembered_answers" FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON "remembered_answers" TO kindred_app USING (tenant_id = (SELECT current_tenant_id())) WITH CHECK (tenant_id = (SELECT current_tenant_id()));
CREATE POLICY system_access ON "remembered_answers" TO kindred_system USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON "remembered_answers" TO kindred_app;
GRANT SELECT, INSERT, DELETE ON "remembered_answers" TO kindred_system;
