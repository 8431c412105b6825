-- CreateTable
CREATE TABLE "user_merges" (
    "tenant_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "from_user_id" TEXT NOT NULL,
    "into_user_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_merges_pkey" PRIMARY KEY ("tenant_id","project_id","from_user_id")
);

-- CreateIndex
CREATE INDEX "user_merges_into" ON "user_merges"("tenant_id", "project_id", "into_user_id");

-- AddForeignKey
ALTER TABLE "user_merges" ADD CONSTRAINT "user_merges_tenant_id_project_id_fkey" FOREIGN KEY ("tenant_id", "project_id") REFERENCES "projects"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot express -----------------------------------------------------------------------------

-- Nobody is merged into themselves, nor into somebody who is merged: whoever a name counts for is one step away.
ALTER TABLE "user_merges" ADD CONSTRAINT "user_merges_distinct" CHECK ("from_user_id" <> "into_user_id");

SELECT isolate_tenants('user_merges');
GRANT SELECT, INSERT, UPDATE, DELETE ON "user_merges" TO kindred_app;
GRANT SELECT, DELETE ON "user_merges" TO kindred_system;
