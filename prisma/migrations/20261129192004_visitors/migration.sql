-- CreateTable
CREATE TABLE "showcases" (
    "tenant_id" UUID NOT NULL,
    "deployment_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "showcases_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "support_messages" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "user_id" UUID,
    "text" TEXT NOT NULL,
    "page" TEXT NOT NULL,
    "is_done" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "support_messages_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "showcases_tenant_id_deployment_id_key" ON "showcases"("tenant_id", "deployment_id");

-- CreateIndex
CREATE INDEX "support_messages_is_done_id_idx" ON "support_messages"("is_done", "id");

-- CreateIndex
CREATE INDEX "support_messages_user_id_idx" ON "support_messages"("user_id");

-- CreateIndex
CREATE INDEX "support_messages_created_at_idx" ON "support_messages"("created_at");

-- AddForeignKey
ALTER TABLE "showcases" ADD CONSTRAINT "showcases_tenant_id_deployment_id_fkey" FOREIGN KEY ("tenant_id", "deployment_id") REFERENCES "deployments"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "support_messages" ADD CONSTRAINT "support_messages_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "support_messages" ADD CONSTRAINT "support_messages_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

SELECT isolate_tenants('showcases');
SELECT isolate_tenants('support_messages');
-- Which deployment visitors may try is above tenants: the command that makes it writes it, and no tenant.
GRANT SELECT, INSERT, DELETE ON "showcases" TO kindred_system;
GRANT SELECT, INSERT ON "support_messages" TO kindred_app;
-- A person who is erased is blotted out of texts.
GRANT UPDATE ("text") ON "support_messages" TO kindred_app;
-- The operator reads them and marks them; what is old goes.
GRANT SELECT, UPDATE ("is_done"), DELETE ON "support_messages" TO kindred_system;
ALTER TABLE "support_messages" ADD CONSTRAINT "support_messages_lengths"
  CHECK (length("text") BETWEEN 1 AND 2000 AND length("page") BETWEEN 1 AND 500);
